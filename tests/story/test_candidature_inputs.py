# SPDX-License-Identifier: EUPL-1.2
"""What portals send that means nothing, or two things: refused with its place, and nothing of it is kept."""

import json
import sqlite3
from typing import Any

import httpx
import pytest

from tests.conftest import Sandbox
from tests.pictures import png
from tests.story.files import HEALTHY, HONOUR, PERSON, Portal, codes, request


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Portal:
    """A portal of this test alone."""
    return Portal(sandbox, client)


def pointers(answer: httpx.Response) -> list[str]:
    """The places of a refusal."""
    return [one["source"]["pointer"] for one in answer.json()["errors"]]


def told(**consultation: Any) -> dict[str, Any]:
    """An opening whose consultation is stated by hand."""
    stated = {"reference": "M-1", "objet": "Un préau", "date_limite": "2033-03-01T12:00:00", **consultation}
    return request(consultation=stated)


@pytest.mark.parametrize("place", ["", "consultation", "consentement"])
def test_a_key_written_twice_means_nothing(portal: Portal, client: httpx.Client, place: str) -> None:
    body = json.dumps(request())
    start = body.index("{", body.index(place) if place else 0) + 1
    twice = f'{body[:start]}"x": 1, "x": 2, {body[start:]}'
    for content, status in ((twice, 400), (body, 202)):
        answer = client.post("/v1/candidatures", content=content, headers=portal.bearer.header)
        assert answer.status_code == status, answer.text
    assert (
        client.post("/v1/candidatures", content=twice, headers=portal.bearer.header)
        .json()["errors"][0]["detail"]
        .startswith("La clé « x »")
    )


@pytest.mark.parametrize(
    "moment",
    ["2033-03-01", "2033-W10-2", "2033-W10-2T12:00", "2033-060", "20330301T120000Z", "2900-01-01T00:00:00Z"],
)
def test_a_deadline_is_a_day_and_an_hour_within_ten_years(portal: Portal, moment: str) -> None:
    """A day alone would end with its first minute, and a deadline in 2900 keep a file for ever."""
    refused = portal.post("", told(date_limite=moment))
    assert (refused.status_code, pointers(refused)) == (422, ["/consultation/date_limite"])
    assert portal.post("", told(date_limite="2033-03-01 12:00+14:00")).status_code == 202


def test_an_address_that_a_browser_would_run_is_none(portal: Portal) -> None:
    refused = portal.post("", told(url="javascript:alert(1)"))
    assert (refused.status_code, pointers(refused)) == (422, ["/consultation/url"])


def test_null_says_nothing_and_no_object_says_it_all_at_once(portal: Portal) -> None:
    nothing = {"groupement": None, "contact": None, "lots": None, "notification": None, "retour": None}
    assert portal.post("", request(**nothing, phase=None)).status_code == 202
    for body in ([1], "x", 12):
        refused = portal.post("", body)
        assert (refused.status_code, pointers(refused)) == (422, ["/"])


def test_files_are_named_by_an_answer_and_each_by_its_own_name(portal: Portal) -> None:
    """What nobody names would be kept for years, and be shown to nobody."""
    identifier = portal.opened()

    def declared(files: list[str], *named: str, **parts: str) -> httpx.Response:
        rows = [{**HONOUR[0], "fichiers": list(named)}, HONOUR[1]]
        fields = {"donnees": json.dumps({"par": PERSON, "declarations": rows}), **parts}
        attached = [(name, png(2 + rank)) for rank, name in enumerate(files)]
        return portal.send(f"/{identifier}/declarations", fields, attached)

    for answer, place in (
        (declared(["a.png", "b.png"], "a.png"), "/fichiers/1"),
        (declared(["a.png", "a.png"], "a.png"), "/fichiers/0"),
        (declared(["a.png"], "a.png", fichier="b.png"), "/fichier"),
        (declared(["a.png"], "b.png"), "/declarations/0/fichiers"),
    ):
        assert (answer.status_code, pointers(answer)[0]) == (422, place), answer.text
    assert portal.read(identifier)["declarations"] == []
    good = declared(["Bilan: 2025.png"], "Bilan: 2025.png")
    assert good.status_code == 201, good.text
    assert good.json()["data"]["declarations"][0]["documents"][0]["nom"] == "Bilan 2025.png"


def test_files_are_listed_page_by_page(portal: Portal, sandbox: Sandbox) -> None:
    made = [portal.opened() for _ in range(3)]
    listed = portal.get("").json()
    assert [one["id"] for one in listed["data"]] == made[::-1]
    assert listed["links"] == {"suite": None}
    assert [one["id"] for one in portal.get("", apres=made[2]).json()["data"]] == made[1::-1]
    stranger = Portal(sandbox, portal._client).get("", apres=made[2])
    assert (stranger.status_code, codes(stranger)) == (404, ["00700"])


def test_what_a_portal_reads_for_the_buyer_and_who_agreed_are_in_the_log(portal: Portal, sandbox: Sandbox) -> None:
    identifier = portal.opened()
    portal.complete(identifier)
    agreed = {"siret": HEALTHY, "consentement": {"par": PERSON}}
    assert portal.post(f"/{identifier}/consentements", agreed).status_code == 201
    portal.declared(identifier)
    assert portal.post(f"/{identifier}/depot", {"par": PERSON}).status_code == 201
    assert looks(sandbox, identifier) == ["consentement"]
    shown = portal.read(identifier, "acheteur")
    digest = next(one["documents"][0]["sha256"] for one in shown["pieces"] if one["documents"])
    assert portal.get(f"/{identifier}/documents/{digest}").status_code == 200
    portal.read(identifier)
    assert looks(sandbox, identifier) == [
        "consentement", "le dossier, par le portail", "un document, par le portail",
    ]  # fmt: skip


def looks(sandbox: Sandbox, identifier: str) -> list[str]:
    """What records say of an agreement, and of what was read for the buyer, in order."""
    connection = sqlite3.connect(f"file:{sandbox.state}/audit.db?mode=ro", uri=True)
    try:
        rows = [json.loads(entry) for (entry,) in connection.execute("SELECT entry FROM record ORDER BY seq")]
    finally:
        connection.close()
    mine = [one for one in rows if one.get("dossier") == identifier]
    return [
        one.get("product") or one["query"]
        for one in mine
        if one["event"] == "dossier_read" or one.get("product") == "consentement"
    ]
