# SPDX-License-Identifier: EUPL-1.2
"""Official sandbox cases (`--payloads`): served behind the same door as registries, documents included.

Cases of our own in the official format are always tried; those of `../shared/sandbox` too where they are at hand.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from connectors.kit.contract import load_all
from gateway.identity.keys import load
from gateway.identity.register import Register
from tests.conftest import Sandbox, start, stop

OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "sandbox" / "payloads"
PARAMETERS = {"context": "Essai", "object": "essai", "recipient": "13002526500013"}
VERSIONS = {
    version.operation: version
    for contract in load_all().values()
    for product in contract.products.values()
    for version in product.versions.values()
}
QUERIES = {
    version.operation: product.query
    for contract in load_all().values()
    for product in contract.products.values()
    for version in product.versions.values()
}
CA = {"chiffre_affaires": 7, "date_fin_exercice": "2024-12-31"}
OWN = {
    "api_entreprise_v4_acoss_attestations_sociales/refus.yaml": (
        {"siren": "000000002"},
        200,
        {
            "data": {
                "document_url": None,
                "document_url_expires_in": None,
                "date_debut_validite": None,
                "date_fin_validite": None,
                "code_securite": None,
                "entity_status": {"code": "refus_de_delivrance", "libelle": "Refus", "description": "Refus inventé."},
            },
            "links": {},
            "meta": {},
        },
    ),
    "api_entreprise_v3_dgfip_attestations_fiscales/delivree.yml": (
        {"siren": "000000001"},
        200,
        {"data": {"document_url": "https://ailleurs.example/x.pdf", "expires_in": 12, "en_trop": 1}},
    ),
    "api_entreprise_v3_insee_successions/erreur.yaml": (
        {"siret": "61229628734734"},
        502,
        {"errors": [{"code": "01999", "title": "Réponse inconnue", "detail": "Réponse inventée."}]},
    ),
    "api_entreprise_v3_dgfip_chiffres_affaires/annee.yaml": (
        {"siret": "13002526500001", "year": "2024"},
        200,
        {"data": [{"data": CA, "links": {}, "meta": {}}], "meta": {}, "links": {}},
    ),
}  # fmt: skip


def write_own(folder: Path) -> None:
    for name, (params, status, payload) in OWN.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        case = {"description": "cas inventé", "params": params, "status": status, "payload": json.dumps(payload)}
        path.write_text(yaml.safe_dump(case), "utf-8")


@pytest.fixture(scope="module")
def own_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cas")
    write_own(folder)
    if OFFICIAL.is_dir():
        for path in OFFICIAL.glob("*/*.y*ml"):
            (folder / path.parent.name).mkdir(exist_ok=True)
            (folder / path.parent.name / f"officiel_{path.name}").write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def cases(own_cases: Path, tmp_path_factory: pytest.TempPathFactory, request: Any) -> Iterator[httpx.Client]:
    """A client of a sandbox that serves the cases, with a safe-listed token."""
    state = tmp_path_factory.mktemp("payloads") / "state"
    process, address = start(state, "--payloads", str(own_cases))
    register = Register(state / "register.db")
    token = Sandbox(address, state, process, load(state / "keys"), register).token(safe_listed=True)
    try:
        with httpx.Client(base_url=address, headers=token.header, params=PARAMETERS) as client:
            yield client
    finally:
        register.close()
        assert stop(process) == 0


def own(cases: httpx.Client, name: str) -> httpx.Response:
    params, _, _ = OWN[name]
    version = VERSIONS[name.split("/")[0]]
    return cases.get(f"/v{version.number}{version.path}".format(**params))


def test_an_identifier_of_a_case_needs_no_check_digit(cases: httpx.Client) -> None:
    answer = own(cases, "api_entreprise_v4_acoss_attestations_sociales/refus.yaml")
    assert answer.status_code == 200
    assert answer.json()["data"]["entity_status"]["code"] == "refus_de_delivrance"
    other = cases.get("/v4/urssaf/unites_legales/000000003/attestation_vigilance")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "00301")


def test_a_document_of_a_case_becomes_one_of_ours_and_what_is_not_published_stays_out(cases: httpx.Client) -> None:
    data = own(cases, "api_entreprise_v3_dgfip_attestations_fiscales/delivree.yml").json()["data"]
    assert set(data) == {"document_url", "expires_in"}
    assert data["document_url"].startswith(str(cases.base_url))
    assert httpx.get(data["document_url"]).content.startswith(b"%PDF-")


def test_an_error_of_a_case_keeps_its_status_and_code(cases: httpx.Client) -> None:
    answer = own(cases, "api_entreprise_v3_insee_successions/erreur.yaml")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (502, "01999")


def test_parameters_the_product_does_not_have_do_not_count(cases: httpx.Client) -> None:
    data = own(cases, "api_entreprise_v3_dgfip_chiffres_affaires/annee.yaml").json()["data"]
    assert data[0]["data"]["chiffre_affaires"] in (7, 900001)


def test_personas_are_still_there(cases: httpx.Client) -> None:
    assert cases.get("/v4/insee/sirene/unites_legales/999100118").status_code == 200


def test_cases_need_a_token_like_everything_else(cases: httpx.Client) -> None:
    answer = httpx.get(f"{cases.base_url}/v4/urssaf/unites_legales/000000002/attestation_vigilance", params=PARAMETERS)
    assert answer.status_code == 401


def test_every_official_case_at_hand_is_answered_as_it_says(cases: httpx.Client) -> None:
    """Compared are the status, the codes, and each published value but a document's address and seconds."""
    if not OFFICIAL.is_dir():
        pytest.skip("the official cases are not at hand: those in our own form stand")
    for path in sorted(OFFICIAL.glob("*/*.y*ml")):
        version = VERSIONS.get(path.parent.name)
        if version is None:
            continue
        row = yaml.safe_load(path.read_text("utf-8"))
        payload = json.loads(row["payload"])
        query = {name: row["params"][name] for name in QUERIES[path.parent.name] if name in row["params"]}
        answer = cases.get(f"/v{version.number}{version.path}".format(**row["params"]), params={**PARAMETERS, **query})
        where = f"{path.parent.name}/{path.name}"
        assert answer.status_code == row["status"], f"{where}: {answer.text}"
        if row["status"] != 200:
            assert answer.json()["errors"][0]["code"] == payload["errors"][0]["code"], where
        elif version.collection:
            assert len(answer.json()["data"]) == len(payload["data"]), where
        else:
            skipped = {version.document.url, version.document.expires_in} if version.document else set()
            for key, value in answer.json()["data"].items():
                assert key in skipped or agrees(value, payload["data"].get(key)), f"{where}: {key}"


def agrees(ours: Any, theirs: Any) -> bool:
    """Whether what we answer is what the case says; keys it left out are null."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(agrees(value, theirs.get(key)) for key, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    if isinstance(ours, str) and ours.startswith("http"):
        return isinstance(theirs, str)
    return bool(ours == theirs) or (theirs is None and not ours)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vide", None),
        ("illisible", "params: ["),
        ("sans_statut", "params: {}\npayload: '{}'"),
        ("payload", "params: {}\nstatus: 200\npayload: '{'"),
    ],
)
def test_a_folder_that_cannot_be_served_is_refused_by_name(
    tmp_path: Path, name: str, text: str | None, start_sandbox: Callable[..., Any]
) -> None:
    folder = tmp_path / "cas"
    folder.mkdir()
    if text is not None:
        (folder / "operation").mkdir()
        (folder / "operation" / f"{name}.yaml").write_text(text, "utf-8")
    with pytest.raises(AssertionError, match="aucun cas" if text is None else f"operation/{name}.yaml"):
        start_sandbox(tmp_path / "state", "--payloads", str(folder))
