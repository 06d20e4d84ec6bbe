# SPDX-License-Identifier: EUPL-1.2
"""The chart's promises, on what the real helm renders: one writer, no privilege, no secret, closed when empty."""

import json
import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm"
EXAMPLE = CHART / "ci" / "example-values.yaml"
HELM = Path(sysconfig.get_path("scripts")) / "helm"  # where the package helm-binary puts the real program
KUBERNETES = "1.31"
SECRET_NAMES = re.compile(r"SECRET|PASSWORD|TOKEN|CLIENT_ID|USERNAME|PRIVATE")


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs helm in an environment of its own, so that a developer's plugins and clusters play no part."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(ROOT / "tests" / "no-home")}
    return subprocess.run([HELM, *arguments], capture_output=True, text=True, env=environment, timeout=30, check=False)


@cache
def rendered(*settings: str) -> tuple[str, ...]:
    """The manifests, one YAML text each; `settings` are `key=value` in JSON on top of the example's values."""
    extra = [part for setting in settings for part in ("--set-json", setting)]
    done = helm("template", "essai", str(CHART), "--values", str(EXAMPLE), *extra)
    assert done.returncode == 0, done.stderr
    return tuple(text for text in re.split(r"^---$", done.stdout, flags=re.MULTILINE) if text.strip())


def manifests(*settings: str) -> dict[str, dict[str, Any]]:
    """The manifests by kind."""
    documents = [yaml.safe_load(text) for text in rendered(*settings)]
    by_kind = {document["kind"]: document for document in documents}
    assert len(by_kind) == len(documents)
    return by_kind


def refusal(*arguments: str) -> str:
    """What helm says when it refuses to render."""
    done = helm("template", "essai", str(CHART), "--values", str(EXAMPLE), *arguments)
    assert done.returncode != 0, "helm rendered what the chart should refuse"
    return done.stderr


def pod(*settings: str) -> dict[str, Any]:
    """The pod's specification."""
    spec: dict[str, Any] = manifests(*settings)["StatefulSet"]["spec"]["template"]["spec"]
    return spec


def environment(*settings: str) -> dict[str, str]:
    """The container's literal settings."""
    (container,) = pod(*settings)["containers"]
    return {entry["name"]: entry["value"] for entry in container["env"]}


def texts(node: object) -> Iterator[str]:
    """Every text below a YAML node."""
    match node:
        case str():
            yield node
        case dict():
            for key, child in node.items():
                yield str(key)
                yield from texts(child)
        case list():
            for child in node:
                yield from texts(child)


@pytest.mark.parametrize("values", [(), ("--values", str(EXAMPLE))], ids=["defaults", "example"])
def test_helm_finds_nothing_to_say(values: tuple[str, ...]) -> None:
    done = helm("lint", "--strict", str(CHART), *values)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout


LOG_IN_A_DATABASE = 'log={"existingSecret":"dlnuf-journal","databaseCidrs":["10.9.0.0/24"],"databasePort":5433}'
WATCHED = (
    'log.secondKeySecret="seconde"',
    'log.witnesses=["cour=https://temoin.exemple.test+cle"]',
    'log.timestamps.url="https://tsa.exemple.test"',
    'log.timestamps.certificatesConfigMap="tsa"',
    'maintenance=["gip_mds=2026-12-03 13:00-17:00"]',
)
VARIANTS = {
    "example": (),
    "policies_of_the_image": ("policies=null",),
    "everything_closed": ("networkPolicy.from=[]", "networkPolicy.registryCidrs=[]", "ingress.enabled=false"),
    "everything_filled": (
        LOG_IN_A_DATABASE,
        'image={"repository":"registre.exemple.test/dlnuf","tag":"1.2.3","digest":"sha256:%s","pullSecrets":["tirage"]}'
        % ("a" * 64),
        'persistence={"size":"5Gi","storageClass":"rapide","accessMode":"ReadWriteOncePod"}',
        'nodeSelector={"disque":"ssd"}',
        'tolerations=[{"key":"dlnuf","operator":"Exists","effect":"NoSchedule"}]',
        'affinity={"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":'
        '[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}]}}}',
        'podAnnotations={"equipe":"passerelle"}',
        'service.annotations={"equipe":"passerelle"}',
        'ingress.annotations={"equipe":"passerelle"}',
        'serviceAccount={"name":"passerelle","annotations":{"equipe":"passerelle"}}',
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_kubernetes_accepts_every_manifest_strictly(variant: str) -> None:
    for document in manifests(*VARIANTS[variant]).values():
        assert kubernetes_validate.validate(document, KUBERNETES, strict=True) == KUBERNETES


def test_strict_validation_would_see_a_misspelt_field() -> None:
    wrong = manifests()["Service"] | {"spek": {}}
    with pytest.raises(kubernetes_validate.ValidationError, match="spek"):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_the_pod_meets_the_restricted_profile() -> None:
    spec = pod()
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & spec.keys()
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    allowed = {"secret", "configMap", "emptyDir"}
    assert {kind for volume in spec["volumes"] for kind in volume if kind != "name"} <= allowed


def test_only_the_state_and_the_scratch_folder_are_writable() -> None:
    (container,) = pod()["containers"]
    writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert writable == {environment()["DLNUF_STATE"], os.sep + "tmp"}


def test_no_credential_of_the_cluster_is_in_the_pod() -> None:
    assert pod()["automountServiceAccountToken"] is False
    assert manifests()["ServiceAccount"]["automountServiceAccountToken"] is False
    assert pod()["enableServiceLinks"] is False, "Kubernetes would set DLNUF_PORT to an address"


def test_secrets_are_named_and_never_written() -> None:
    assert "Secret" not in manifests()
    assert not [name for name in environment() if SECRET_NAMES.search(name)]
    (container,) = pod()["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "dlnuf-registres"}}]
    assert {"name": "keys", "secret": {"secretName": "dlnuf-cles", "defaultMode": 0o440}} in pod()["volumes"]
    for document in manifests().values():
        assert not [text for text in texts(document) if "PRIVATE KEY" in text]


def test_the_address_of_the_log_comes_from_a_secret_and_the_way_to_it_is_opened() -> None:
    closed = manifests()["NetworkPolicy"]["spec"]["egress"]
    assert "DLNUF_LOG_URL" not in environment()
    settings = (LOG_IN_A_DATABASE,)
    (container,) = pod(*settings)["containers"]
    (entry,) = [entry for entry in container["env"] if entry["name"] == "DLNUF_LOG_URL"]
    assert entry["valueFrom"] == {"secretKeyRef": {"name": "dlnuf-journal", "key": "DLNUF_LOG_URL"}}
    opened = [rule for rule in manifests(*settings)["NetworkPolicy"]["spec"]["egress"] if rule not in closed]
    assert opened == [{"to": [{"ipBlock": {"cidr": "10.9.0.0/24"}}], "ports": [{"protocol": "TCP", "port": 5433}]}]
    assert "log.databaseCidrs : indiquez" in refusal("--set-string", "log.existingSecret=dlnuf-journal")
    assert "log" in refusal("--set-string", "log.url=postgresql://moi:motdepasse@exemple.test/journal")


@pytest.mark.parametrize("name", ["INSEE_PASSWORD", "URSSAF_CLIENT_SECRET", "DLNUF_PUBLIC_URL", "insee_url"])
def test_a_credential_has_no_place_among_the_addresses(name: str) -> None:
    said = refusal("--set-json", "registries.urls=" + json.dumps({name: "https://exemple.test"}))
    assert "registries.urls" in said


def test_a_credential_inside_an_address_is_refused() -> None:
    said = refusal("--set-string", "registries.urls.URSSAF_URL=https://moi:motdepasse@exemple.test")
    assert "URSSAF_URL" in said


def test_a_second_replica_is_refused_with_and_without_the_schema() -> None:
    assert "replicas" in refusal("--set", "replicas=2")
    assert "une seule instance" in refusal("--set", "replicas=2", "--skip-schema-validation")
    assert manifests()["StatefulSet"]["spec"]["replicas"] == 1


@pytest.mark.parametrize("missing", ["publicUrl", "keys.existingSecret", "ingress.tlsSecret"])
def test_what_is_indispensable_is_asked_for_in_french(missing: str) -> None:
    assert f"{missing} : indiquez" in refusal("--set-string", f"{missing}=")


@pytest.mark.parametrize(
    "setting",
    [
        "publicUrl=http://exemple.test",
        "publicUrl=https://exemple.test/",
        "image.tag=latest",
        "trustedProxies={tous}",
        "registries.enabled={../insee}",
        "persistence.size=0",
        "terminationGracePeriodSeconds=5",
        "replica=1",
        "keys.signing=MC4CAQAw",
    ],
)
def test_a_wrong_or_misspelt_value_is_refused(setting: str) -> None:
    assert "values don't meet the specifications of the schema" in refusal("--set", setting)


def test_the_image_always_has_a_tag() -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))["appVersion"]
    (container,) = pod()["containers"]
    assert container["image"] == f"dlnuf:{version}"
    (container,) = pod('image.digest="sha256:%s"' % ("b" * 64))["containers"]
    assert container["image"] == f"dlnuf:{version}@sha256:{'b' * 64}"


def test_kubernetes_asks_the_gateway_how_it_is() -> None:
    (container,) = pod()["containers"]
    asked = {kind: container[kind]["httpGet"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert asked == {
        "startupProbe": {"path": "/health/live", "port": "http"},
        "livenessProbe": {"path": "/health/live", "port": "http"},
        "readinessProbe": {"path": "/health/ready", "port": "http"},
    }
    assert container["ports"] == [{"name": "http", "containerPort": int(environment()["DLNUF_PORT"])}]


def test_the_pod_has_time_to_write_its_last_records() -> None:
    assert pod()["terminationGracePeriodSeconds"] > 20, "the slowest registry's time-out"


def test_the_settings_arrive_as_they_were_written() -> None:
    settings = environment("cacheBytes=536870912")
    assert settings["DLNUF_CACHE_BYTES"] == "536870912", "not 5.36870912e+08"
    assert settings["DLNUF_REGISTRIES"] == "insee,urssaf,dgfip"
    assert settings["DLNUF_TRUSTED_PROXIES"] == "10.0.0.0/8,2001:db8::/32"
    assert settings["DLNUF_PUBLIC_URL"] == "https://passerelle.exemple.test"
    assert settings["INSEE_OAUTH_URL"] == "https://sirene.exemple.test/token"


def test_the_chart_sets_every_setting_of_the_gateway_and_no_other() -> None:
    known = set(re.findall(r"\bDLNUF_[A-Z_]+\b", (ROOT / "gateway" / "settings.py").read_text("utf-8")))
    contracts = "".join(path.read_text("utf-8") for path in (ROOT / "connectors").glob("*/contract.toml"))
    addresses = set(re.findall(r"\b[A-Z][A-Z0-9_]*_URL\b", contracts))
    (container,) = pod(LOG_IN_A_DATABASE, *WATCHED)["containers"]
    assert known <= {entry["name"] for entry in container["env"]} <= known | addresses


def test_who_watches_the_log_is_a_setting_of_the_chart() -> None:
    assert environment(*WATCHED)["DLNUF_WITNESSES"] == "cour=https://temoin.exemple.test+cle"
    assert environment(*WATCHED)["DLNUF_TSA_EVERY_S"] == "3600"
    assert "certificatesConfigMap is required" in refusal("--set-json", 'log.timestamps.url="https://tsa.exemple.test"')


def test_at_least_one_registry_is_opened_by_name() -> None:
    assert "registries.enabled : nommez" in refusal("--set-json", "registries.enabled=[]")


def test_the_policies_reach_the_gateway_unchanged_and_a_change_restarts_it() -> None:
    content = 'titre = "Marchés publics"\n# « {{ .Values.keys }} » reste un texte\n\n[produits]\n  a = "b: c"\n'
    setting = "policies=" + json.dumps({"purposes/marches.toml": content, "pools.toml": content})
    data = manifests(setting)["ConfigMap"]["data"]
    (mounted,) = [volume["configMap"] for volume in pod(setting)["volumes"] if volume["name"] == "policies"]
    assert {item["path"]: data[item["key"]] for item in mounted["items"]} == {
        "pools.toml": content,
        "purposes/marches.toml": content,
    }
    assert mounted["name"] == manifests(setting)["ConfigMap"]["metadata"]["name"]
    stamps = {
        manifests(*one)["StatefulSet"]["spec"]["template"]["metadata"]["annotations"]["checksum/policies"]
        for one in ((), (setting,))
    }
    assert len(stamps) == 2
    assert environment()["DLNUF_POLICIES"] == "/etc/dlnuf/policies"


@pytest.mark.parametrize(
    "names", [["pools.toml"], ["purposes/a.toml"], ["pools.toml", "autre.toml"], ["pools.toml", "purposes/../a.toml"]]
)
def test_policies_that_could_not_be_loaded_are_refused(names: list[str]) -> None:
    assert "policies" in refusal("--set-json", "policies=" + json.dumps(dict.fromkeys(names, "id = 1")))


@pytest.mark.parametrize("empty", ["policies={}", "policies=null"])
def test_without_policies_those_of_the_image_decide(empty: str) -> None:
    assert "ConfigMap" not in manifests(empty)
    assert "DLNUF_POLICIES" not in environment(empty)


def test_the_evidence_outlives_the_release() -> None:
    spec = manifests()["StatefulSet"]["spec"]
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_an_empty_list_of_peers_lets_nobody_in_or_out() -> None:
    spec = manifests("networkPolicy.from=[]", "networkPolicy.registryCidrs=[]")["NetworkPolicy"]["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"] == []
    (dns,) = spec["egress"]
    assert {port["port"] for port in dns["ports"]} == {53}


def test_the_metadata_of_the_cloud_is_out_of_reach() -> None:
    _, registries = manifests()["NetworkPolicy"]["spec"]["egress"]
    assert registries["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}]
    assert registries["ports"] == [{"protocol": "TCP", "port": 443}]


def test_the_ingress_is_encrypted_and_bears_the_public_name() -> None:
    spec = manifests()["Ingress"]["spec"]
    assert spec["tls"] == [{"hosts": ["passerelle.exemple.test"], "secretName": "passerelle-tls"}]
    assert [rule["host"] for rule in spec["rules"]] == ["passerelle.exemple.test"]
    assert "Ingress" not in manifests("ingress.enabled=false")


def test_the_chart_and_the_package_have_one_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    written = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert written is not None
    assert chart["version"] == chart["appVersion"] == written[1]


def test_people_s_provider_is_named_and_its_credentials_come_from_a_secret() -> None:
    assert not any(entry["name"].startswith("DLNUF_OIDC") for entry in pod()["containers"][0]["env"])
    chosen = {
        "issuer": "https://identite.example/api/v2",
        "existingSecret": "identite",
        "acr": {"auditeur": ["eidas2", "eidas3"]},
    }
    found = {entry["name"]: entry for entry in pod(f"oidc={json.dumps(chosen)}")["containers"][0]["env"]}
    assert found["DLNUF_OIDC_ISSUER"]["value"] == "https://identite.example/api/v2"
    assert found["DLNUF_OIDC_ACR_AUDITEUR"]["value"] == "eidas2 eidas3"
    for name, key in (("DLNUF_OIDC_CLIENT_ID", "client-id"), ("DLNUF_OIDC_CLIENT_SECRET", "client-secret")):
        assert found[name]["valueFrom"]["secretKeyRef"] == {"name": "identite", "key": key}
    without = json.dumps({"issuer": "https://identite.example"})
    assert "oidc.existingSecret is required" in refusal("--set-json", f"oidc={without}")
    assert "oidc" in refusal("--set-json", 'oidc={"issuer": "http://identite.example"}')
