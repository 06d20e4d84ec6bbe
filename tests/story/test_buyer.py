# SPDX-License-Identifier: EUPL-1.2
"""A buyer, over HTTP: sent by its portal or signed in, it opens what companies deposited, after the deadline only."""

import hashlib
import re

import httpx
import pytest

from tests.conftest import Sandbox
from tests.story.buyers import (
    BUYER,
    DINUM,
    OTHER_BUYER,
    SYNDICATE,
    browser,
    closed,
    deposited,
    reference,
    sign_in,
    token,
)
from tests.story.files import HEALTHY, PURPOSE, REFUSED, Portal, codes

AGENT = {"identifiant": "agent-77", "nom": "Solène Marchadour"}


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Portal:
    """A portal of this test alone."""
    return Portal(sandbox, client)


def link(portal: Portal, tender: str, **changed: object) -> httpx.Response:
    """Ask for a link to a tender."""
    body = {"acheteur": {"siret": DINUM}, "consultation": {"reference": tender}, "agent": AGENT}
    return portal.post("/acces-acheteurs", {**body, **changed})


def test_from_the_portal_s_link_to_an_answered_contest(portal: Portal, sandbox: Sandbox) -> None:
    """Two companies apply, one contests a refusal; the buyer reads both after the deadline and answers."""
    tender = reference()
    first = deposited(portal, HEALTHY, tender)
    second = deposited(portal, REFUSED, tender, "attestation_vigilance")
    early = link(portal, tender)
    assert (early.status_code, codes(early)) == (409, ["00740"])
    closed(sandbox, first, second)
    sent = link(portal, tender)
    assert (sent.status_code, sent.json()["data"]["candidatures"]) == (201, 2)
    address = sent.json()["data"]["adresse"]
    with browser(sandbox) as page:
        assert AGENT["nom"] in page.get(address).text
        opened = page.post(address)
        assert opened.status_code == 303
        here = opened.headers["location"]
        assert page.post(address).status_code == page.get(address).status_code == 410
        listed = page.get(here).text
        for words in ("ATELIERS DU GRAND CHENE", "MENUISERIES VALTORTE", "contesté"):
            assert words in listed
        side = page.get(f"{here}/comparer").text
        assert side.index("ATELIERS DU GRAND CHENE") < side.index("MENUISERIES VALTORTE")
        assert "4\N{NARROW NO-BREAK SPACE}180\N{NARROW NO-BREAK SPACE}500" in side
        whole = page.get(f"{here}/{second}").text
        assert "Réglé le 3 novembre, voir le reçu." in whole
        digest = re.findall(r"/documents/([0-9a-f]{64})\" download>recu.png", whole)[0]
        document = page.get(f"{here}/{second}/documents/{digest}")
        assert hashlib.sha256(document.content).hexdigest() == digest
        assert document.headers["content-type"] == "image/png"
        contest = re.findall(r'name="contestation" value="([^"]+)"', whole)[0]
        fields = {"jeton": token(page), "contestation": contest, "reponse": "Vu : nous attendons la mise à jour."}
        assert page.post(f"{here}/{second}/contestations", data=fields).status_code == 303
        assert page.get(f"{here}/{second}/exports/dossier.zip").content[:2] == b"PK"
        assert page.get("/acheteur").headers["location"] == here
    answered = portal.read(second, "acheteur")["contestations"][0]
    assert answered["reponse"] == "Vu : nous attendons la mise à jour."


def test_signed_in_under_the_buyer_s_siret_and_under_another(portal: Portal, sandbox: Sandbox) -> None:
    """The provider's word opens the buyer's tenders to its agents; to others the tender does not exist."""
    tender = reference()
    one = deposited(portal, HEALTHY, tender)
    closed(sandbox, one)
    with browser(sandbox) as mine, browser(sandbox) as other, browser(sandbox) as auditor:
        sign_in(mine, BUYER)
        found = re.findall(rf'href="(/acheteur/[0-9a-f]+)">[^<]*{tender}', mine.get("/acheteur").text)
        assert len(found) == 1
        assert mine.get(f"{found[0]}/{one}").status_code == 200
        sign_in(other, OTHER_BUYER)
        assert tender not in other.get("/acheteur").text
        unknown = other.get(f"/acheteur/{'0' * 32}")
        for path in (found[0], f"{found[0]}/comparer", f"{found[0]}/{one}"):
            assert (other.get(path).status_code, other.get(path).text) == (404, unknown.text)
        sign_in(auditor, "audrey-lestang")
        assert auditor.get(found[0]).status_code == 403


def test_what_a_portal_may_not_ask_for(portal: Portal, sandbox: Sandbox, client: httpx.Client) -> None:
    """A tender of its own, a buyer among its recipients, an agent with a name; each fault has its place."""
    tender = reference()
    one = deposited(portal, HEALTHY, tender)
    closed(sandbox, one)
    assert link(portal, tender).status_code == 201
    spelled = {"reference": f"  {tender.upper()} ", "source": "profil"}
    assert link(portal, "", consultation=spelled).status_code == 201
    for answer in (
        link(portal, "2026-AUTRE"),
        link(portal, tender, acheteur={"siret": SYNDICATE}),
        link(portal, tender, consultation={"reference": tender, "source": "boamp"}),
        link(Portal(sandbox, client), tender),
    ):
        assert (answer.status_code, codes(answer)) == (404, ["00700"])
    bounded = Portal(sandbox, client, sandbox.token(PURPOSE, recipients=frozenset((SYNDICATE,))))
    assert codes(link(bounded, tender)) == ["00213"]
    for changed, places in (
        ({"agent": {"nom": "X"}}, ["/agent/identifiant"]),
        ({"agent": {"identifiant": "a", "nom": "n" * 121}}, ["/agent/nom"]),
        ({"agent": {"identifiant": "a\u0007", "nom": "n"}}, ["/agent/identifiant"]),
        ({"acheteur": {"siret": "123"}}, ["/acheteur/siret"]),
        ({"consultation": {}, "inconnu": 1}, ["/inconnu", "/consultation/reference"]),
        ({"consultation": {"reference": tender, "source": "x"}}, ["/consultation/source"]),
        ({"agent": []}, ["/agent", "/agent/nom", "/agent/identifiant"]),
    ):
        answer = link(portal, tender, **changed)
        assert answer.status_code == 422
        assert [one["source"]["pointer"] for one in answer.json()["errors"]] == places
    anonymous = client.post("/v1/candidatures/acces-acheteurs", json={})
    assert anonymous.status_code == 401
