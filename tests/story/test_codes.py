# SPDX-License-Identifier: EUPL-1.2
"""The codes that no persona meets: each is reached through HTTP, by the behaviour of a registry that causes it."""

import base64
import json
import shutil
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.kit.paris import PARIS
from connectors.kit.simulation.pdf import pdf
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.purpose.load import default_folder
from tests.story.test_misbehaving_registries import PARAMETERS, Behaviour, gateway_before, http, says

VIGILANCE = "/v4/urssaf/unites_legales/999100118/attestation_vigilance"
TAX = "/v4/dgfip/unites_legales/999100118/attestation_fiscale"
TURNOVER = "/v3/dgfip/etablissements/99910011800010/chiffres_affaires"
COMPANY = "/v4/insee/sirene/unites_legales/999100118"
HEAD_OFFICE = "/v4/insee/sirene/unites_legales/999100118/siege_social"


def functional(*codes: str, status: str = "200 OK") -> Behaviour:
    rows = [{"code": code, "message": f"Message {code}", "description": "Inventé"} for code in codes]
    return says(http(json.dumps(rows).encode(), status=status))


def adelie(code: int) -> Behaviour:
    body = json.dumps({"erreur": {"code": code, "message": "Runtime Error"}}).encode()
    return says(http(body, status="500 Internal Server Error"))


TWO_HEAD_OFFICES = json.dumps({"header": {"total": 2}, "etablissements": [{}, {}]}).encode()

CASES = [
    ("urssaf", VIGILANCE, says(http(b"")), 502, "04000"),
    ("urssaf", VIGILANCE, functional("FUNC511", "FUNC517", status="400 Bad Request"), 502, "04000"),
    ("urssaf", VIGILANCE, functional("FUNC501", status="400 Bad Request"), 404, "04003"),
    ("urssaf", VIGILANCE, functional("FUNC429", status="429 Too Many Requests"), 502, "04008"),
    ("urssaf", VIGILANCE, functional("FUNC504"), 502, "04502"),
    ("urssaf", VIGILANCE, functional("FUNC999"), 502, "04999"),
    ("urssaf", VIGILANCE, says(http(base64.b64encode(b"pas un PDF du tout"))), 502, "04055"),
    ("urssaf", VIGILANCE.replace("v4", "v3"), says(http(b"pas de la base64 !")), 502, "04051"),
    ("urssaf", VIGILANCE.replace("v4", "v3"), functional("FUNC502"), 502, "04503"),
    ("urssaf", VIGILANCE, says(b""), 504, "04002"),
    ("dgfip", TAX, says(http(b"", status="404 Not Found")), 404, "03003"),
    ("dgfip", TAX, says(http(b"<html></html>", kind="text/html")), 502, "03999"),
    ("dgfip", TAX, adelie(303001), 502, "03011"),
    ("dgfip", TAX, says(http(b"", status="503 Service Unavailable")), 502, "03001"),
    ("dgfip", TAX, says(http(b"", status="302 Found", more="location: /ailleurs\r\n")), 502, "03000"),
    ("dgfip", TAX, says(b""), 504, "03002"),
    ("dgfip", TURNOVER, says(http(b"null")), 404, "03003"),
    ("dgfip", TURNOVER, says(http(b'{"liste_ca":[]}')), 404, "03003"),
    ("dgfip", TURNOVER, says(http(b'{"autre":1}')), 502, "03999"),
    ("insee", HEAD_OFFICE, says(http(TWO_HEAD_OFFICES)), 502, "01501"),
]


@pytest.mark.parametrize(
    ("registry", "path", "behave", "status", "code"),
    CASES,
    ids=[f"{case[4]}-{rank}" for rank, case in enumerate(CASES)],
)
async def test_a_registry_s_code(
    tmp_path: Path, registry: str, path: str, behave: Behaviour, status: int, code: str
) -> None:
    async with gateway_before(tmp_path, behave, registry=registry) as client:
        answer = await client.get(path, params=PARAMETERS)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/vnd.api+json"
        if code in ("04000", "04003", "04008", "04999") and b"FUNC" in answer.content:
            assert error["meta"]["provider_errors"]


async def test_xx001_nobody_listens_at_the_registry_s_address(tmp_path: Path) -> None:
    async with gateway_before(tmp_path, says(b""), base="http://127.0.0.1:1") as client:
        answer = await client.get(COMPANY, params=PARAMETERS)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (502, "01011")


def at_paris(hour: int, minute: int) -> dict[str, float]:
    """How far ahead the next such time is in Paris."""
    now = datetime.now(PARIS)
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=1)
    return {"seconds": (then - now).total_seconds()}


async def test_03020_during_the_window_with_the_seconds_left_and_what_is_kept_is_still_served(tmp_path: Path) -> None:
    later = at_paris(0, 30)
    body = json.dumps({"liste_ca": {"ca": "12", "dateFinExercice": "2024-12-31T00:00:00+01:00"}}).encode()
    async with gateway_before(tmp_path, says(http(body)), later=later, registry="dgfip", maintenance=True) as client:
        assert (await client.get(TURNOVER, params=PARAMETERS)).status_code == 200
        later["seconds"] += 45 * 60
        kept = await client.get(TURNOVER, params=PARAMETERS)
        assert (kept.status_code, kept.headers["x-response-cached"]) == (200, "true")
        closed = await client.get(TAX.replace("999100118", "999100119"), params=PARAMETERS)
        (error,) = closed.json()["errors"]
        assert (closed.status_code, error["code"]) == (503, "03020")  # before the malformed SIREN is looked at
        assert 2600 < error["meta"]["retry_in"] <= 2700
        ping = (await client.get("/ping/dgfip/attestation_fiscale")).json()
        assert ping["status"] == "maintenance"
        assert ping["until"]


async def test_00403_a_document_s_address_after_its_time(tmp_path: Path) -> None:
    later = {"seconds": 0.0}
    content = says(http(pdf("Attestation inventée"), kind="application/pdf"))
    async with gateway_before(tmp_path, content, later=later, registry="dgfip") as client:
        data = (await client.get(TAX, params=PARAMETERS)).json()["data"]
        path = data["document_url"].removeprefix("http://passerelle.test")
        assert (await client.get(path, headers={"Authorization": ""})).content.startswith(b"%PDF-")
        later["seconds"] = data["document_url_expires_in"] + 1
        gone = await client.get(path)
        assert (gone.status_code, gone.json()["errors"][0]["code"]) == (410, "00403")


async def test_00211_when_the_purpose_forbids_asking_for_oneself(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(default_folder(), folder)
    purpose = folder / "purposes" / "marches_publics.toml"
    text = purpose.read_text("utf-8").replace("retention_months = 36\n", "retention_months = 36\nself_lookup = false\n")
    # Its example of asking for oneself must now come out as refused, or the policy would not load.
    head, example, tail = text.partition('recipient = "99900000300015"\n')
    purpose.write_text(head + example + tail.replace('expect = "accordé"', 'expect = "00211"', 1), "utf-8")
    async with gateway_before(tmp_path / "state", says(b""), policies=folder) as client:
        answer = await client.get(COMPANY, params={**PARAMETERS, "recipient": "99910011800010"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "00211")


def test_00106_a_token_we_signed_and_no_longer_know(sandbox: Any, client: httpx.Client) -> None:
    now = int(time.time())
    habilitation = Habilitation(
        str(uuid.uuid4()), "13002526500013", "Oubliée", "marches_publics", frozenset({"entreprises"}), None, now
    )
    text = issue(Token(str(uuid.uuid4()), habilitation.id, "oublié", now, now + 3600), habilitation, sandbox.keys)
    answer = client.get(COMPANY, params=PARAMETERS, headers={"Authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "00106")
