# SPDX-License-Identifier: EUPL-1.2
"""Requests about application files that come twice: the same, another under the same key, one under another's."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from gateway.cli import dossier_example
from tests.conftest import Sandbox
from tests.gateway.dossier.espd import requests_world
from tests.story.files import HEALTHY, PERSON, Portal, codes, request


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Portal:
    """A portal of this test alone."""
    return Portal(sandbox, client)


def test_a_deposit_s_key_is_good_for_that_deposit_alone(portal: Portal) -> None:
    identifier = portal.opened()
    portal.complete(identifier)
    portal.declared(identifier)
    first = portal.post(f"/{identifier}/depot", {"par": PERSON}, "depot-1")
    again = portal.post(f"/{identifier}/depot", {"par": PERSON}, "depot-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["data"]["depot"] == first.json()["data"]["depot"]
    other = portal.post(f"/{identifier}/depot", {"par": {**PERSON, "nom": "Tressevin"}}, "depot-1")
    assert (other.status_code, codes(other)) == (409, ["00710"])
    assert portal.delete(f"/{identifier}").status_code == 204
    gone = portal.post(f"/{identifier}/depot", {"par": PERSON}, "depot-1")
    assert (gone.status_code, codes(gone)) == (409, ["00717"])


def test_a_key_of_one_act_says_nothing_of_another(portal: Portal) -> None:
    identifier = portal.opened()
    opened = portal.post("", request(), f"depot {identifier} k")
    assert opened.status_code == 202
    deposit = portal.post(f"/{identifier}/depot", {"par": PERSON}, "k")
    assert (deposit.status_code, set(codes(deposit))) == (409, {"00716"})
    assert portal.read(identifier)["etat"] == "ouvert"


def test_openings_with_one_key_and_a_request_to_read_make_one_file(portal: Portal, client: httpx.Client) -> None:
    """Reading the buyer's request takes a moment, in which the same opening may come again."""
    asked = requests_world.request(reference="2026-DEMO-0042")
    key = {**portal.bearer.header, "idempotency-key": str(uuid.uuid4())}

    def opened(_: int) -> tuple[int, Any]:
        form = {"donnees": (None, json.dumps(dossier_example.request(HEALTHY, "travaux")))}
        found = client.post("/v1/candidatures", files={**form, "dume_acheteur": ("a.xml", asked)}, headers=key)
        return found.status_code, found.json()

    with ThreadPoolExecutor(4) as several:
        found = list(several.map(opened, range(4)))
    found.append(opened(4))
    files = {body["data"]["id"] for status, body in found if status == 202}
    refusals = {body["errors"][0]["code"] for status, body in found if status != 202}
    assert len(files) == 1, found
    assert refusals <= {"00710"}


def test_a_contest_of_a_withdrawn_file_is_told_that_it_is_withdrawn(portal: Portal) -> None:
    identifier = portal.opened()
    name = portal.read(identifier)["pieces"][0]["id"]
    assert portal.delete(f"/{identifier}").status_code == 204
    refused = portal.post(f"/{identifier}/contestations", {"par": PERSON, "piece": name, "texte": "Non."})
    assert (refused.status_code, codes(refused)) == (409, ["00717"])
