# SPDX-License-Identifier: EUPL-1.2
"""A market with the buyer's own ESPD request: every file that begins afterwards answers it."""

import uuid
from typing import Any

import httpx
import pytest

from tests.conftest import Sandbox
from tests.gateway.dossier.espd import requests_world
from tests.story.files import HEALTHY, PERSON, PURPOSE, codes

BUYER = "13002526500013"
XML = {"content-type": "application/xml"}
AGREED = {"siret": HEALTHY, "consentement": {"par": PERSON}}


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> httpx.Client:
    """A portal's own client; what it is answered must be what the published contract announces."""
    client.headers.update(sandbox.token(PURPOSE).header)
    return client


def opened(portal: httpx.Client, reference: str, **more: Any) -> str:
    """The address of a market that was just opened."""
    told = {"reference": reference, "objet": "Un préau", "date_limite": "2035-01-01T12:00:00Z", "source": "profil"}
    body = {"acheteur": {"siret": BUYER}, "consultation": {**told, **more}, "type_marche": "travaux"}
    answer = portal.post("/v1/marches", json=body)
    assert answer.status_code == 201, answer.text
    return f"/v1/marches/{answer.json()['data']['id']}"


def begun(portal: httpx.Client, market: str, siret: str = HEALTHY) -> dict[str, Any]:
    """The file of an application on a market."""
    answer = portal.post(f"{market}/candidatures", json={**AGREED, "siret": siret})
    assert answer.status_code == 201, answer.text
    return dict(portal.get(f"/v1/candidatures/{answer.json()['data']['id']}").json()["data"])


def test_files_that_begin_afterwards_answer_the_buyer_s_request(portal: httpx.Client) -> None:
    reference = f"2026-{uuid.uuid4().hex[:8]}"
    asked = requests_world.request(reference=reference)
    market = opened(portal, reference)
    assert begun(portal, market, "99910022500013")["dume_acheteur"] is None
    given = portal.put(f"{market}/dume-acheteur", content=asked, headers=XML)
    assert given.status_code == 200
    assert given.json()["data"]["criteres"]
    told = portal.get(market).json()["data"]
    assert told["dume_acheteur"] == given.json()["data"]["sha256"]
    file = begun(portal, market)
    assert file["dume_acheteur"]["sha256"] == told["dume_acheteur"]
    kept = portal.get(f"/v1/candidatures/{file['id']}/dume-acheteur", params={"format": "xml"})
    assert kept.content == asked
    assert portal.put(f"{market}/dume-acheteur", content=asked, headers=XML).json() == given.json()


def test_a_request_for_something_else_is_refused_and_changes_nothing(portal: httpx.Client) -> None:
    reference = f"2026-{uuid.uuid4().hex[:8]}"
    market = opened(portal, reference)
    right, other = requests_world.request(reference=reference), requests_world.request(reference="une autre")
    for content, headers, status, code in (
        (other, XML, 409, "00762"), (right, {"content-type": "application/json"}, 415, "00714"),
        (b"<a/>", XML, 422, "00760"), (b"", XML, 422, "00760"), (b"x" * 2_100_000, XML, 413, "00713"),
    ):  # fmt: skip
        answer = portal.put(f"{market}/dume-acheteur", content=content, headers=headers)
        assert (answer.status_code, codes(answer)) == (status, [code])
    assert portal.get(market).json()["data"]["dume_acheteur"] is None
    portal.post(f"{market}/fermeture")
    closed = portal.put(f"{market}/dume-acheteur", content=right, headers=XML)
    assert (closed.status_code, codes(closed)) == (409, ["00751"])


def test_a_request_without_one_of_the_market_s_lots_is_refused(portal: httpx.Client) -> None:
    reference = f"2026-{uuid.uuid4().hex[:8]}"
    market = opened(portal, reference, lots=[{"numero": "7"}])
    asked = requests_world.request(reference=reference)
    answer = portal.put(f"{market}/dume-acheteur", content=asked, headers=XML)
    assert (answer.status_code, codes(answer)) == (409, ["00762"])
