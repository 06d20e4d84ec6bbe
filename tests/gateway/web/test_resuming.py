# SPDX-License-Identifier: EUPL-1.2
"""A form whose session ended comes back with what was typed, to its own browser, and nothing is done by itself."""

import html
import re
import sqlite3
from collections.abc import Iterator

import httpx
import pytest

from connectors.kit.simulation.pdf import pdf
from gateway.people.sessions import IDLE_S
from gateway.web.resuming import ADDRESS, PACKED_CHARS, pack, unpack
from tests.conftest import Sandbox
from tests.gateway.web.company_world import form, named
from tests.gateway.web.conftest import House, Reader
from tests.story.representatives import WHO, Representative, said

TYPED = {"motif": "Écrit « longuement »\r\net sur deux lignes.", "choix": "oui"}


async def ended(house: House) -> tuple[Reader, str]:
    """Somebody who had a form open for too long; the token it carries."""
    reader = await house.known("Élodie")
    token = await reader.token()
    house.clock.at += IDLE_S + 1
    return reader, token


def held(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


async def test_what_was_typed_comes_back_once_signed_in_again(house: House) -> None:
    reader, token = await ended(house)
    answer = await reader.browser.post("/console/changer", data={"jeton": token, **TYPED})
    assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")
    assert "n'est pas perdu" in html.unescape(answer.text)
    kept = held(answer.text)
    assert token not in answer.text
    early = await reader.browser.post(ADDRESS, data=kept)
    assert "pas encore connecté" in early.text
    again = await house.known("Élodie")
    shown = await again.browser.post(ADDRESS, data=held(early.text))
    fields = held(shown.text)
    assert shown.status_code == 200
    assert {name: fields[name] for name in TYPED} == TYPED
    assert fields["jeton"] == await again.token()
    assert 'action="/console/changer"' in shown.text
    assert (await again.browser.post("/console/changer", data=fields)).status_code == 200


async def test_nothing_is_kept_of_a_form_that_this_browser_was_not_given(house: House) -> None:
    """A stranger's, another token's, another site's, one where nothing was typed, one that is too large."""
    reader, token = await ended(house)
    nobody = house.browser()
    other = {"origin": "https://ailleurs.example"}
    for browser, body, headers in (
        (nobody, {"jeton": token, **TYPED}, {}),
        (reader.browser, {"jeton": "x" * 43, **TYPED}, {}),
        (reader.browser, {"jeton": token, **TYPED}, other),
        (reader.browser, {"jeton": token, "motif": " "}, {}),
        (reader.browser, {"jeton": token, "motif": "é" * 40_000}, {}),
    ):
        answer = await browser.post("/console/changer", data=body, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?suite=%2Fcompte"), body
    await nobody.aclose()


@pytest.mark.parametrize("packed", ["", "%%%", "AAAA", pack([("a", "b")])[:-6], "eJyrrgUAAXUA-Q=="])
async def test_what_is_no_kept_form_is_refused(house: House, packed: str) -> None:
    async with house.browser() as browser:
        assert (await browser.post(ADDRESS, data={"dit": packed, "vers": "/compte"})).status_code == 400


async def test_it_leads_to_this_site_alone_and_carries_no_token_of_its_own(house: House) -> None:
    reader = await house.known("Élodie")
    hostile = pack([("jeton", "forgé"), ("a", '"><script>alert(1)</script>')])
    answer = await reader.browser.post(ADDRESS, data={"dit": hostile, "vers": "//ailleurs.example/"})
    assert 'action="/compte"' in answer.text
    assert "<script>alert" not in answer.text
    assert "forgé" not in answer.text
    cross = {"dit": hostile, "vers": "/compte"}
    assert (
        await reader.browser.post(ADDRESS, data=cross, headers={"origin": "https://ailleurs.example"})
    ).status_code == 403


def test_a_form_is_packed_whole() -> None:
    pairs = [("q.a", "é\n" * 10_000), ("g.a", "1"), ("g.a", "2"), ("vide", "")]
    assert unpack(pack(pairs)) == pairs
    assert len(pack(pairs)) < PACKED_CHARS


@pytest.fixture
def forgetful(sandbox: Sandbox) -> Iterator[Representative]:
    """A representative whose session will end."""
    found = Representative(sandbox, "eloise-vercheny")
    yield found
    found.close()


def test_a_company_s_declaration_comes_back_into_its_own_form(
    forgetful: Representative, sandbox: Sandbox, file: str
) -> None:
    """With files: they are to be chosen again, and nothing was declared meanwhile."""
    path = form(file, "capacite_economique")
    with sqlite3.connect(sandbox.state / "people.db", timeout=10) as people:
        people.execute("DELETE FROM session")
    people.close()
    typed = named({"assurance_risques": {"": "1 500 000"}, "effectif_encadrement": {".2025": "3"}})
    answer = forgetful.upload(path, typed, [("f.assurance_risques", "police.pdf", pdf("Police"))])
    assert answer.status_code == 403
    again = Representative(sandbox, "eloise-vercheny")
    ready = again.browser.post(ADDRESS, data=held(answer.text))
    assert "à choisir de nouveau" in said(ready.text)
    parts: list[tuple[str, tuple[str | None, bytes]]] = [
        (name, (None, value.encode())) for name, value in held(ready.text).items()
    ]
    shown = again.browser.post(path, files=parts)
    assert (shown.status_code, 'value="1 500 000"' in shown.text) == (200, True)
    assert f'value="{WHO["qualite"]}"' in shown.text
    assert "Capacité économique et financière Facultatif 0 réponse" in said(again.get(file).text)
    done: httpx.Response = again.upload(path, typed)
    assert done.url.path == file
    assert "Capacité économique et financière Déclaré 2 réponses" in said(done.text)
    again.close()
