# SPDX-License-Identifier: EUPL-1.2
"""`/mcp` as programs of language models use it: opened in each revision, listed by right, called, recorded."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.main import main
from gateway.edge.mcp.versions import OPENED
from tests.conftest import Sandbox
from tests.story.models import COMPANY, STATED, TOOL, Connect, Model, errors, records


@pytest.mark.parametrize("version", OPENED)
def test_a_client_opens_in_its_own_revision(connect: Connect, version: str) -> None:
    model = connect(version=version)
    wanted = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "essai", "version": "1"}}
    opened = model.result("initialize", wanted)
    assert opened["protocolVersion"] == version
    assert opened["capabilities"] == {"tools": {}}
    assert opened["serverInfo"]["name"]
    assert opened["serverInfo"]["version"]
    told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = model.client.post("/mcp", json=told, headers=model.bearer.header)
    assert (answer.status_code, answer.content) == (202, b"")
    assert "mcp-session-id" not in answer.headers
    assert model.result("ping") == {}


def test_a_client_of_an_unknown_revision_is_offered_the_latest_that_is_opened(connect: Connect) -> None:
    assert connect().result("initialize", {"protocolVersion": "1999-01-01"})["protocolVersion"] == OPENED[0]
    assert connect().send("initialize", {"protocolVersion": 1}).json()["error"]["code"] == -32602


def test_from_2026_on_nothing_is_opened_and_the_server_says_what_it_is(connect: Connect) -> None:
    model = connect(version="2026-07-28")
    found = model.result("server/discover")
    assert found["supportedVersions"][0] == "2026-07-28"
    assert (found["resultType"], found["cacheScope"]) == ("complete", "private")
    assert found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "dites-le-nous-une-fois"
    listed = model.result("tools/list")
    assert (listed["resultType"], listed["cacheScope"], listed["ttlMs"] > 0) == ("complete", "private", True)
    for removed in ("initialize", "ping"):
        answer = model.send(removed)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, -32601)


def test_only_the_tools_that_the_purpose_and_the_rights_open_are_listed(connect: Connect) -> None:
    def listed(*terms: Any, **more: Any) -> set[str]:
        return {tool["name"] for tool in connect(*terms, **more).result("tools/list")["tools"]}

    assert "inpi_rne_beneficiaires_effectifs" not in listed()
    assert len(listed()) == 11
    assert "inpi_rne_beneficiaires_effectifs" in listed("detection_fraude")
    assert listed(scopes=frozenset({"qualibat"})) == {"qualibat_certifications_batiment"}
    assert listed(scopes=frozenset({"aucun"})) == set()
    assert listed("verification_reguliere", basis=()) == set()


def test_the_list_has_one_page_and_one_order(model: Model) -> None:
    assert model.result("tools/list")["tools"] == model.result("tools/list")["tools"]
    refused = model.send("tools/list", {"cursor": "2"})
    assert refused.json()["error"]["code"] == -32602


def test_a_call_gives_what_the_path_gives_and_leaves_its_two_records(
    model: Model, sandbox: Sandbox, client: httpx.Client
) -> None:
    result = model.call(TOOL, COMPANY, **{"Cache-Control": "no-cache"})
    assert result["isError"] is False
    text = result["content"][0]["text"]
    assert json.loads(text) == result["structuredContent"]
    by_path = client.get("/v4/insee/sirene/unites_legales/999100118", params=STATED, headers=model.bearer.header).json()
    assert result["structuredContent"]["data"] == by_path["data"]
    exchange = result["structuredContent"]["meta"]["passerelle"]["identifiant"]
    asked, answered = (row for row in records(sandbox, model.bearer.id) if row["id"] == exchange)
    assert (asked["event"], answered["event"]) == ("asked", "answered")
    assert answered["digest"] == hashlib.sha256(text.encode()).hexdigest()
    for record in (asked, answered):
        assert (record["purpose"], record["product"], record["version"]) == ("marches_publics", "insee/unite_legale", 4)
        assert (record["context"], record["object"], record["recipient"]) == tuple(STATED.values())
        assert record["subject"].startswith("hmac-sha256:")
        assert record["door"] == "mcp", "an auditor sees who asked by a model's door"
    by_the_path = by_path["meta"]["passerelle"]["identifiant"]
    assert "door" not in next(row for row in records(sandbox, model.bearer.id) if row["id"] == by_the_path)


def test_the_text_of_a_tool_is_what_its_receipt_proves(
    connect: Connect, client: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = connect()
    text = model.call(TOOL, COMPANY)["content"][0]["text"]
    meta = json.loads(text)["meta"]
    assert meta["receipt"].endswith(f"/receipts/{meta['passerelle']['identifiant']}")
    deadline = time.monotonic() + 60  # it is published with the next head, within some ten seconds
    while True:
        receipt = client.get(f"/receipts/{meta['passerelle']['identifiant']}", headers=model.bearer.header)
        if receipt.status_code == 200 or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    (tmp_path / "recu").write_text(receipt.text, "utf-8")
    (tmp_path / "journal.pub").write_text(client.get("/log/key").text, "utf-8")
    for said, proved in ((text, True), (text.replace("ATELIERS", "ATELIER"), False)):
        (tmp_path / "reponse").write_text(said, "utf-8")
        names = [str(tmp_path / name) for name in ("recu", "reponse", "journal.pub")]
        assert (main(["verify", names[0], "--reponse", names[1], "--cle", names[2]]) == 0) is proved
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("insee_unite_legale_diffusable", {"siren": "999100118"}),
        ("insee_etablissement", {"siret": "99910011800010"}),
        ("urssaf_attestations_sociales", {"siren": "999100118"}),
        ("infogreffe_extraits_rcs", {"siren": "999100118"}),
        ("infogreffe_mandataires_sociaux", {"siren": "999100118"}),
        ("qualibat_certifications_batiment", {"siret": "99910011800010"}),
        ("dgfip_attestation_fiscale", {"siren": "999100118"}),
        ("dgfip_chiffres_affaires", {"siret": "99910011800010"}),
        ("dgfip_liasses_fiscales", {"siren": "999100118", "year": 2024}),
        ("dgfip_liens_capitalistiques", {"siren": "999100118", "year": "2024"}),
        ("inpi_rne_beneficiaires_effectifs", {"siren": "999100118"}),
    ],
)
def test_every_tool_answers(connect: Connect, tool: str, arguments: dict[str, Any]) -> None:
    purpose = "detection_fraude" if tool.startswith("inpi") else "marches_publics"  # procurement may not ask that
    result = connect(purpose).call(tool, STATED | arguments)
    assert result["isError"] is False, result
    assert set(result["structuredContent"]) == {"data", "links", "meta"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"siren": "999100119"}, "00301"),
        ({"siren": None}, "00301"),
        ({"siren": ""}, "00301"),
        ({"siren": "../../privileges"}, "00301"),
        ({"recipient": "1"}, "00210"),
        ({"recipient": None}, "00203"),
        ({"context": " "}, "00201"),
        ({"object": "a\nb"}, "00202"),
        ({"siren": "999109994"}, "01003"),
        ({"siren": ["999100118"]}, "00401"),
        ({"autre": "1"}, "00401"),
    ],
)
def test_a_refusal_is_the_result_of_a_tool_with_its_code(model: Model, changes: dict[str, Any], code: str) -> None:
    assert errors(model.call(TOOL, COMPANY | changes))[0] == code


def test_a_tool_that_is_not_listed_is_refused_by_the_exchange_and_recorded(connect: Connect, sandbox: Sandbox) -> None:
    model = connect()
    assert errors(model.call("inpi_rne_beneficiaires_effectifs", COMPANY)) == ["00100"]
    (record,) = records(sandbox, model.bearer.id)
    assert (record["event"], record["code"], record["product"]) == (
        "refused", "00100", "inpi_rne/beneficiaires_effectifs",
    )  # fmt: skip
    assert record["door"] == "mcp"


def test_a_registry_that_fails_is_the_result_of_a_tool_and_recorded(connect: Connect, sandbox: Sandbox) -> None:
    model = connect()
    result = model.call(TOOL, COMPANY, **{"X-Sandbox-Fault": "insee=down", "Cache-Control": "no-cache"})
    assert errors(result) == ["01001"]
    assert [(row["event"], row.get("code")) for row in records(sandbox, model.bearer.id)] == [
        ("asked", None),
        ("failed", "01001"),
    ]


def test_an_unknown_tool_is_a_fault_of_the_protocol(model: Model, sandbox: Sandbox) -> None:
    for params in ({"name": "inconnu"}, {"name": TOOL, "arguments": []}):
        answer = model.send("tools/call", params)
        assert answer.status_code == (400 if model.version.startswith("2026") else 200)
        assert (answer.json()["error"]["code"], answer.json()["id"]) == (-32602, model.last)
    assert records(sandbox, model.bearer.id) == []


def test_an_unknown_method_is_a_fault_of_the_protocol(model: Model) -> None:
    for method in ("resources/list", "prompts/list", "completion/complete", "tools/call/"):
        answer = model.send(method)
        assert answer.status_code == (404 if model.version.startswith("2026") else 200)
        assert answer.json()["error"]["code"] == -32601


def test_what_the_caller_says_of_itself_stands_in_the_record(connect: Connect, sandbox: Sandbox) -> None:
    model = connect()
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"Dlnuf-Agent": "agent-7", "traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Request-Id": "le-mien"}
    answer = model.send("tools/call", {"name": TOOL, "arguments": COMPANY}, **headers)
    assert answer.headers["x-request-id"] == "le-mien"
    assert answer.headers["traceresponse"].startswith(f"00-{trace}-")
    record = records(sandbox, model.bearer.id)[-1]
    assert (record["trace"], record["agent"][:12]) == (trace, "hmac-sha256:")
