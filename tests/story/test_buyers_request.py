# SPDX-License-Identifier: EUPL-1.2
"""A portal sends the buyer's ESPD request: the response answers it, and says what nobody answered until then."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from defusedxml.ElementTree import fromstring

from gateway.cli.dossier_example import EXPORTS, answered, complete, declarations, request, signatory
from gateway.cli.main import main
from gateway.dossier.espd.xml import CBC
from tests.conftest import Sandbox
from tests.gateway.dossier.espd import official, requests_world
from tests.gateway.dossier.espd.answering_world import SAID
from tests.story.files import HEALTHY, PERSON, PURPOSE, Portal, codes

REFERENCE = "2026-DEMO-0042"
ASKED = requests_world.request(reference=REFERENCE)
XML = {"content-type": "application/xml"}


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Iterator[httpx.Client]:
    """A portal's own client; what it is answered must be what the published contract announces."""
    with httpx.Client(
        base_url=sandbox.address, headers=sandbox.token(PURPOSE).header, timeout=60, event_hooks=client.event_hooks
    ) as found:
        yield found


def opened(portal: httpx.Client, **more: Any) -> str:
    """The address of a file that was just opened."""
    answer = portal.post("/v1/candidatures", json={**request(HEALTHY, "travaux"), **more})
    assert answer.status_code == 202, answer.text
    return f"/v1/candidatures/{answer.json()['data']['id']}"


def lacks(portal: httpx.Client, address: str) -> dict[str, str]:
    """What the ESPD lacks, by field."""
    rows = portal.get(f"{address}/exports/espd.xml").json()["errors"]
    return {one["source"]["pointer"][1:]: one["detail"] for one in rows}


def test_a_buyer_s_request_is_answered_from_its_reception_to_the_package(portal: httpx.Client) -> None:
    address = opened(portal)
    given = portal.put(f"{address}/dume-acheteur", content=ASKED, headers=XML)
    assert given.status_code == 200, given.text
    told = given.json()["data"]
    assert told["identifiant"] == "DUME-A-0042"
    again = portal.put(f"{address}/dume-acheteur", content=ASKED, headers=XML)
    assert again.json()["data"] == told
    assert portal.get(f"{address}/dume-acheteur", params={"format": "xml"}).content == ASKED
    shown = portal.get(address).json()["data"]["dume_acheteur"]
    assert [one["code"] for one in shown["criteres"]] == [one["code"] for one in told["criteres"]]

    complete(portal, address, 20)
    made = {"par": PERSON, "declarations": declarations("travaux"), "signataire": signatory()}
    assert portal.post(f"{address}/declarations", json=made).status_code == 201
    demanded = lacks(portal, address)
    assert any("l'acheteur demande" in one for one in demanded.values())
    assert "C24_EG_nati-ground/QG1/QSG1/Q1" not in demanded  # declared under its sheet's own key
    assert answered(portal, address) > 10
    assert portal.post(f"{address}/depot", json={"par": PERSON}).status_code == 201
    again = portal.put(f"{address}/dume-acheteur", content=ASKED + b"\n", headers=XML)
    assert (again.status_code, codes(again)) == (409, ["00723"])

    document = portal.get(f"{address}/exports/espd.xml")
    assert document.status_code == 200, document.text
    root = fromstring(document.content)
    assert root.findtext(f"{{{CBC}}}ContractFolderID") == REFERENCE
    assert [one.text for one in root.iter(f"{{{CBC}}}DocumentTypeCode")] == ["ESPD_REQUEST"]
    if official.AT_HAND:
        assert [one for one in official.findings(document.content) if one.flag != "warning"] == []

    data = portal.get(f"{address}/exports/dossier.json").json()
    schema = Path(__file__).resolve().parents[2] / "openapi" / "dossier.schema.json"
    jsonschema.validate(data, json.loads(schema.read_bytes()))
    assert data["request"]["sha256"] == told["sha256"]
    with zipfile.ZipFile(io.BytesIO(portal.get(f"{address}/exports/dossier.zip").content)) as archive:
        assert archive.read("dume/demande-acheteur.xml") == ASKED
        assert archive.read(f"dume/{HEALTHY}.xml") == document.content
        sealed = json.loads(archive.read("scelle/dossier.json"))
        assert sealed["dossier"]["request"]["sha256"] == told["sha256"]


def test_a_request_may_come_with_the_opening_and_refuses_it_when_it_does_not_fit(portal: httpx.Client) -> None:
    body = json.dumps(request(HEALTHY, "travaux"))

    def sent(*contents: bytes, key: str = "") -> httpx.Response:
        files = [("dume_acheteur", ("demande.xml", one, "application/xml")) for one in contents]
        headers = {"idempotency-key": key} if key else {}
        return portal.post("/v1/candidatures", data={"donnees": body}, files=files, headers=headers)

    good = sent(ASKED, key="dume-1")
    assert good.status_code == 202, good.text
    assert good.json()["data"]["dume_acheteur"]["reference"] == REFERENCE
    assert sent(ASKED, key="dume-1").json()["data"]["id"] == good.json()["data"]["id"]
    both = [("donnees", ("d.json", body.encode())), ("dume_acheteur", ("demande.xml", ASKED))]
    assert portal.post("/v1/candidatures", files=both).status_code == 202  # the JSON may come as a file as well
    other = sent(requests_world.request(("fraud",), reference=REFERENCE), key="dume-1")
    assert (other.status_code, codes(other)) == (409, ["00710"])
    for contents, status, code in (
        ((requests_world.request(reference="2025-AUTRE"),), 409, "00762"),
        ((requests_world.request(profile="ESPD-EDMv3.3.0", reference=REFERENCE),), 422, "00761"),
        ((ASKED, ASKED), 422, "00701"),
        ((b"",), 422, "00701"),
        ((b"%PDF-1.7",), 422, "00760"),
    ):
        answer = sent(*contents)
        assert (answer.status_code, codes(answer)) == (status, [code]), answer.text


def test_what_is_no_request_of_this_file_is_refused_and_the_one_before_stays(portal: httpx.Client) -> None:
    address = opened(portal)
    assert portal.get(f"{address}/dume-acheteur").status_code == 404
    assert portal.put(f"{address}/dume-acheteur", content=ASKED, headers=XML).status_code == 200
    corrected = requests_world.request(("fraud", "trade-regist"), reference=REFERENCE)
    entity = ASKED.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', 1)
    for content, headers, status, code in (
        (entity, XML, 422, "00760"),
        (ASKED, {"content-type": "application/pdf"}, 415, "00714"),
        (b"<a>" * 1_000_000, XML, 413, "00713"),
        (requests_world.request(reference=REFERENCE, buyer="99910077900019"), XML, 409, "00762"),
    ):
        answer = portal.put(f"{address}/dume-acheteur", content=content, headers=headers)
        assert (answer.status_code, codes(answer)) == (status, [code]), answer.text
    kept = portal.get(f"{address}/dume-acheteur").json()["data"]
    assert len(kept["criteres"]) > 2
    assert portal.put(f"{address}/dume-acheteur", content=corrected, headers=XML).status_code == 200
    assert len(portal.get(f"{address}/dume-acheteur").json()["data"]["criteres"]) == 2


def test_a_buyer_s_question_takes_its_own_form_of_answer_and_no_other(portal: httpx.Client) -> None:
    address = opened(portal)
    key = "C29_SC_gen-year-to/RG1/RSG1/QSG2/Q1"
    row = {"cle": key, "valeur": SAID["PERIOD"]}
    before = portal.post(f"{address}/declarations", json={"par": PERSON, "declarations": [row]})
    assert codes(before) == ["00708", "00701"]
    assert portal.put(f"{address}/dume-acheteur", content=ASKED, headers=XML).status_code == 200
    wrong = portal.post(f"{address}/declarations", json={"par": PERSON, "declarations": [{**row, "valeur": "2024"}]})
    assert wrong.status_code == 422
    assert "Une période" in wrong.json()["errors"][0]["detail"]
    right = portal.post(f"{address}/declarations", json={"par": PERSON, "declarations": [row]})
    assert right.status_code == 201
    assert right.json()["data"]["declarations"][-1]["categorie"] == "dume_acheteur"


def test_nobody_else_reads_or_changes_what_the_buyer_asks(
    sandbox: Sandbox, portal: httpx.Client, client: httpx.Client
) -> None:
    address = opened(portal)
    assert portal.put(f"{address}/dume-acheteur", content=ASKED, headers=XML).status_code == 200
    other = {**Portal(sandbox, client).bearer.header, **XML}
    assert client.get(f"{address}/dume-acheteur", headers=other).status_code == 404
    assert client.put(f"{address}/dume-acheteur", content=ASKED, headers=other).status_code == 404
    assert client.put(f"{address}/dume-acheteur", content=ASKED, headers=XML).status_code == 401
    assert portal.delete(address).status_code == 204
    assert portal.get(f"{address}/dume-acheteur").status_code == 404
    gone = portal.put(f"{address}/dume-acheteur", content=ASKED, headers=XML)
    assert (gone.status_code, codes(gone)) == (409, ["00717"])


def test_the_command_answers_a_buyer_s_request_and_says_when_it_is_no_request(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demande.xml").write_bytes(ASKED)
    asked = [
        "dossier", "example", "--url", sandbox.address, "--siret", HEALTHY, "--out", str(tmp_path / "out"),
        "--token-file", str(sandbox.state / "candidature.token"), "--dume",
    ]  # fmt: skip
    assert main([*asked, str(tmp_path / "demande.xml")]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(EXPORTS)
    assert b"ESPD_REQUEST" in (tmp_path / "out" / "espd.xml").read_bytes()
    assert "18 critères demandés" in capsys.readouterr().out
    (tmp_path / "autre.xml").write_bytes(b"<rien/>")
    assert main([*asked, str(tmp_path / "autre.xml")]) == 1
    assert "00760" in capsys.readouterr().err
    assert main([*asked, str(tmp_path / "absent.xml")]) == 1
    assert "absent.xml" in capsys.readouterr().err
