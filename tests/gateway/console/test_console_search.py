# SPDX-License-Identifier: EUPL-1.2
"""Searching from the console: what is found, what the log keeps of the look, and what no field can do."""

import html
import re
import uuid
from html.parser import HTMLParser

import pytest

from gateway.people.person import Role
from tests.gateway.pages_world import SIRET, Somebody

from .conftest import SIREN, World

SEARCH = "/console/recherche"


async def test_a_company_is_found_and_its_siren_is_in_no_address_nor_record(world: World, auditor: Somebody) -> None:
    await world.wrote()
    await world.wrote(siren="999200009")
    found = await auditor.send(SEARCH, entreprise="999 100 118 00010")
    assert found.status_code == 200
    assert "1 enregistrement<" in " ".join(found.text.split())
    assert SIREN not in str(found.url)
    again = await auditor.get(str(found.url))
    assert "1 enregistrement<" in " ".join(again.text.split())
    world.publish()
    for record in world.records("log_read"):
        assert SIREN not in str(record)
        assert record["count"] == 1
        assert record["role"] == "auditeur"
        assert record["subject"] == world.subjects.commitment(SIREN, world.hour[0])


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 3),
        ({"quoi": "refus"}, 1),
        ({"quoi": "tout"}, None),
        ({"registre": "urssaf"}, 1),
        ({"finalite": "marches_publics", "code": "00100"}, 1),
        ({"consommateur": SIRET, "objet": "MARCHE-127"}, 2),
        ({"du": "2026-11-24", "au": "2026-11-24"}, 3),
        ({"au": "2026-11-23"}, 0),
        ({"habilitation": "hab-9"}, 0),
        ({"agent": "agent-7", "consommateur": SIRET}, 0),
        ({"echange": str(uuid.UUID(int=7))}, 1),
    ],
)
async def test_each_filter_finds_what_it_says(
    world: World, auditor: Somebody, filters: dict[str, str], count: int | None
) -> None:
    await world.wrote(id=str(uuid.UUID(int=7)))
    await world.wrote(event="refused")
    await world.wrote(registry="urssaf", product="urssaf/attestation_vigilance", object="autre")
    found = await auditor.send(SEARCH, **filters)
    assert found.status_code == 200
    rows = found.text.count('<th scope="row"')
    assert rows == count if count is not None else rows > 3


async def test_pages_go_on_to_the_oldest(world: World, auditor: Somebody) -> None:
    for _ in range(60):
        await world.wrote(event="refused")
    page = await auditor.get(f"{SEARCH}?quoi=refus")
    assert page.text.count('<th scope="row"') == 50
    following = re.search(r'href="([^"]+)" rel="next"', page.text)
    assert following
    rest = await auditor.get(html.unescape(following[1]))
    assert rest.text.count('<th scope="row"') == 10
    assert 'rel="next"' not in rest.text


async def test_a_look_that_cannot_be_recorded_shows_nothing(world: World, auditor: Somebody) -> None:
    facts = await world.wrote()
    world.recorder.closed = True
    for path in (f"{SEARCH}?quoi=echanges", f"/console/echanges/{facts['id']}"):
        found = await auditor.get(path)
        assert found.status_code == 503
        assert "rien n'est montré" in html.unescape(found.text)
        assert "marche-127" not in found.text
        assert "Marchés publics" not in found.text
    world.recorder.closed = False
    assert (await auditor.get(f"{SEARCH}?quoi=echanges")).status_code == 200


async def test_an_index_that_cannot_be_read_is_said_and_comes_back(world: World, auditor: Somebody) -> None:
    await world.wrote()
    world.follower.close()
    for path in world.state.glob("index.db*"):
        path.unlink()
    (world.state / "index.db").write_bytes(b"nothing of a database" * 1000)
    found = await auditor.get(f"{SEARCH}?quoi=echanges")
    assert found.status_code == 503
    assert "Console momentanément indisponible" in found.text
    (world.state / "index.db").unlink()
    world.follower.begin_again("essai")
    world.publish()
    assert (await auditor.get(f"{SEARCH}?quoi=echanges")).status_code == 200


@pytest.mark.parametrize("role", [None, Role.OPERATOR, Role.INSTRUCTOR])
async def test_only_auditors_see_contents(world: World, role: Role | None) -> None:
    facts = await world.wrote()
    somebody = await world.signed_in("Fanny Delorge", *([role] if role else []))
    for path in (SEARCH, f"{SEARCH}?quoi=tout", f"/console/echanges/{facts['id']}", "/console/enregistrements/1"):
        assert (await somebody.get(path)).status_code == 403
    assert world.records("log_read") == []


async def test_nobody_is_led_to_the_sign_in(world: World) -> None:
    async with world.browser() as nobody:
        found = await nobody.get(SEARCH)
    assert found.status_code == 303
    assert found.headers["location"].startswith("/connexion?suite=")


HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" autofocus onfocus="alert(1)',
    "sql": "' OR 1=1; DROP TABLE line; --",
    "template": "{{ 7*7 }}{% raise %}",
    "formula": "=cmd|' /C calc'!A0",
    "crlf": "a\r\nSet-Cookie: x=1\r\n\r\n<html>",
    "controls": "a\u202eb\u200bc\x00d\x1b[31m",
    "surrogate": "%ED%A0%80",
    "huge": "9" * 60_000,
    "path": "../../../../etc/passwd",
    "json": '"},{"$ne":null',
}
FIELDS = (
    *("quoi", "entreprise", "agent", "consommateur", "destinataire", "finalite", "registre", "produit", "code"),
    *("habilitation", "objet", "echange", "du", "au", "avant"),
)


async def test_no_value_of_any_field_does_anything(world: World, auditor: Somebody) -> None:
    await world.wrote()
    for kind, value in HOSTILE.items():
        for field in FIELDS:
            posted = await auditor.send(SEARCH, **{field: value})
            addressed = await auditor.browser.get(SEARCH, params={field: value[:2000], "quoi": "echanges"})
            for found in (posted, addressed):
                assert found.status_code in (200, 422), (field, kind)
                assert "set-cookie" not in found.headers
                harmless(found.text)
    for record in world.records("log_read"):
        assert len(record["query"]) <= 400
        assert record["query"].isprintable()
    assert len(world.records("answered")) == 1


async def test_what_a_caller_stated_is_shown_and_does_nothing(world: World, auditor: Somebody) -> None:
    for value in HOSTILE.values():
        told = value[:300]
        facts = await world.wrote(context=told, object=told, recipient=told[:60], token=told[:60])
        for path in (f"{SEARCH}?quoi=tout", f"/console/echanges/{facts['id']}"):
            found = await auditor.get(path)
            assert found.status_code == 200
            harmless(found.text)
        assert "\u202e" not in found.text.split("<pre")[0]


class Markup(HTMLParser):
    """The elements of a page with their attributes, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def harmless(text: str) -> None:
    """Nothing of what was given became markup: no script, picture or handler but our own."""
    for tag, attributes in Markup(text).found:
        assert tag not in ("img", "iframe", "object", "style", "base")
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)
        if tag == "script":
            assert str(attributes["src"]).startswith("/statique/")
        assert not str(attributes.get("href", "")).lower().startswith(("javascript:", "data:"))
        assert attributes.get("value") != "49"
