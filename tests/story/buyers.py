# SPDX-License-Identifier: EUPL-1.2
"""A buyer as tests play it over HTTP: a tender whose deadline moves, a sign-in with the sandbox's provider, pages."""

import re
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.conftest import Sandbox
from tests.pictures import png
from tests.story.files import HONOUR, PERSON, Portal, request

DINUM, SYNDICATE = "13002526500013", "99910077900019"
BUYER, OTHER_BUYER = "solene-marchadour", "gaspard-ledenec"
DAY_S = 86_400


def tender_of(reference: str, siret: str, **more: Any) -> dict[str, Any]:
    """The body that opens a file for a tender of the DINUM, due tomorrow."""
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + DAY_S))
    title = f"Réfection du préau, {reference}"
    said = {"source": "profil", "reference": reference, "objet": title, "date_limite": due, "procedure": "ouverte"}
    return request(siret, acheteur={"siret": DINUM}, consultation=said, **more)


def reference() -> str:
    """Of a tender of one test alone."""
    return f"2026-{uuid.uuid4().hex[:8]}"


def deposited(portal: Portal, siret: str, tender: str, contest: str = "") -> str:
    """A file that a company declared and deposited; its id. `contest`: a piece it contests, with a file."""
    identifier = portal.opened(tender_of(tender, siret))
    portal.complete(identifier)
    answer = portal.post(f"/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
    assert answer.status_code == 201, answer.text
    if contest:
        sent = '{"par": {"prenom": "Anselme", "nom": "Valtorte", "qualite": "gérant"}, "piece": "%s:%s", "texte": "%s"}'
        fields = {"donnees": sent % (siret, contest, "Réglé le 3 novembre, voir le reçu.")}
        proof = png()
        assert portal.send(f"/{identifier}/contestations", fields, [("recu.png", proof)]).status_code == 201
    assert portal.post(f"/{identifier}/depot", {"par": PERSON}).status_code == 201
    return identifier


def closed(sandbox: Sandbox, *identifiers: str) -> None:
    """Let the deadline of these files pass: the clock is everybody's, so the deadline is what moves."""
    with sqlite3.connect(sandbox.state / "dossiers.db", timeout=10) as store:
        for one in identifiers:
            store.execute("UPDATE tender SET deadline = ? WHERE dossier = ?", (int(time.time()) - 1, one))
    store.close()


@contextmanager
def browser(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A browser without scripts, with its own cookies."""
    with httpx.Client(base_url=sandbox.address, timeout=30) as found:
        yield found


def sign_in(client: httpx.Client, sub: str) -> None:
    """Sign in with the sandbox's provider, as its page does."""
    there = client.get("/connexion/depart", params={"profil": "agent", "suite": "/acheteur"}).headers["location"]
    asked = dict(parse_qsl(urlsplit(there).query, keep_blank_values=True))
    back = client.post(urlsplit(there).path, data={**asked, "sub": sub}).headers["location"]
    assert client.get(back).status_code == 303


def token(client: httpx.Client) -> str:
    """What this session's forms carry."""
    found = re.search(r'name="jeton" value="([^"]+)"', client.get("/compte").text)
    assert found
    return found[1]
