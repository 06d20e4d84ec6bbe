# SPDX-License-Identifier: EUPL-1.2
"""A file's page: its signed link opens open data of that file, and nothing else opens without signing in."""

import re
from html import unescape

import httpx
import pytest

from gateway.dossier.starts import LIFE_S, Starts
from tests.conftest import Sandbox

REFUSED = "99910022500013"
HERE = {"siret": REFUSED, "accord": "oui"}


@pytest.fixture
def page(sandbox: Sandbox) -> str:
    """The address of a file that the sandbox's own portal opened."""
    answer = httpx.post(f"{sandbox.address}/candidature", data=HERE)
    assert answer.status_code == 303
    return sandbox.address + answer.headers["location"]


def test_the_link_shows_open_data_and_keeps_what_is_protected(page: str) -> None:
    answer = httpx.get(page)
    assert answer.status_code == 200
    assert "Réservé à l'entreprise" in unescape(answer.text)
    assert "Défavorable" not in answer.text
    assert "Contester" not in answer.text
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("change", ["", "?acces=", "?acces=1.x", "forged", "other"])
def test_another_link_opens_nothing(page: str, change: str) -> None:
    bare, _, query = page.partition("?")
    address = {"forged": page[:-1] + ("A" if page[-1] != "A" else "B"), "other": f"{bare[:-1]}0?{query}"}.get(change)
    if address == page:
        address = f"{bare[:-1]}1?{query}"
    assert httpx.get(address or bare + change).status_code == 404


def test_acting_takes_a_session(page: str) -> None:
    bare = page.partition("?")[0]
    for path in (f"declarer/{REFUSED}/exclusions", "depot", f"contester/{REFUSED}/rge", f"accord/{REFUSED}"):
        answer = httpx.post(f"{bare}/{path}", data={"prenom": "A", "nom": "B", "qualite": "C"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/connexion")
    assert httpx.get(f"{bare}/attestation.pdf").headers["location"].startswith("/connexion")


def test_a_wrong_siret_is_said_beside_its_field(sandbox: Sandbox) -> None:
    answer = httpx.post(f"{sandbox.address}/candidature", data={**HERE, "siret": "12"})
    assert answer.status_code == 422
    assert 'class="faute"' in answer.text
    assert "<title>Erreur : " in answer.text
    assert re.search('id="accord"[^>]* checked', answer.text)
    silent = httpx.post(f"{sandbox.address}/candidature", data={"siret": REFUSED})
    assert silent.status_code == 422


def test_a_link_is_for_one_file_and_ends() -> None:
    now = [1_000.0]
    starts = Starts(bytes(32), "https://passerelle.example", lambda: now[0])
    token = starts.address("a").partition("acces=")[2]
    assert starts.holds("a", token)
    assert not starts.holds("b", token)
    assert not Starts(bytes(31) + b"x", "", lambda: now[0]).holds("a", token)
    later = f"{int(token.partition('.')[0]) + 1}.{token.partition('.')[2]}"
    assert not starts.holds("a", later)
    now[0] += LIFE_S
    assert not starts.holds("a", token)
