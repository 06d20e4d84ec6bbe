# SPDX-License-Identifier: EUPL-1.2
"""A portal as the tests of application files play it, over HTTP."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from tests.conftest import Bearer, Sandbox

PURPOSE = "candidature_marches_publics"
BUYER = "99910077900019"
HEALTHY, REFUSED, CLOSED = "99910011800010", "99910022500013", "99910066200017"
PERSON = {"prenom": "Eloïse", "nom": "Vercheny", "qualite": "présidente"}
HONOUR = [{"cle": "honneur_exclusions", "valeur": True}, {"cle": "obligation_emploi", "valeur": True}]
PATIENCE_S = 20


def request(siret: str = HEALTHY, *, early: bool = True, **more: Any) -> dict[str, Any]:
    """The body that opens a file for the open tender of the sandbox."""
    body: dict[str, Any] = {
        "siret": siret,
        "acheteur": {"siret": BUYER},
        "consultation": {"source": "boamp", "reference": "26-99127"},
        "type_marche": "travaux",
        "certificats_anticipes": early,
        "consentement": {"par": PERSON, "certificats_anticipes": early},
    }
    return {**body, **more}


class Portal:
    """One portal: its token, and what it asks."""

    def __init__(self, sandbox: Sandbox | None, client: httpx.Client, bearer: Bearer | None = None) -> None:
        assert bearer or sandbox
        self.bearer = bearer or (sandbox.token(PURPOSE) if sandbox else None)
        self._client = client

    def post(self, path: str, body: object, key: str = "", **more: Any) -> httpx.Response:
        """POST below `/v1/candidatures`."""
        headers = {**self.bearer.header, **({"idempotency-key": key} if key else {})}
        return self._client.post(f"/v1/candidatures{path}", json=body, headers=headers, **more)

    def send(self, path: str, fields: dict[str, str], files: list[tuple[str, bytes]]) -> httpx.Response:
        """POST a form with files."""
        attached = [("fichiers", (name, content)) for name, content in files]
        return self._client.post(f"/v1/candidatures{path}", data=fields, files=attached, headers=self.bearer.header)

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """GET below `/v1/candidatures`."""
        return self._client.get(f"/v1/candidatures{path}", params=parameters, headers=self.bearer.header)

    def delete(self, path: str) -> httpx.Response:
        """DELETE below `/v1/candidatures`."""
        return self._client.delete(f"/v1/candidatures{path}", headers=self.bearer.header)

    def opened(self, body: dict[str, Any] | None = None) -> str:
        """A new file; its id."""
        answer = self.post("", body or request(), str(uuid.uuid4()))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["data"]["id"])

    def read(self, identifier: str, view: str = "portail") -> dict[str, Any]:
        """A file."""
        answer = self.get(f"/{identifier}", vue=view)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    def until(self, identifier: str, holds: Callable[[dict[str, Any]], bool], view: str = "portail") -> dict[str, Any]:
        """The file once something holds."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = self.read(identifier, view)
            if holds(found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"not in time: {found}")

    def complete(self, identifier: str, view: str = "portail") -> dict[str, Any]:
        """The file once no registry is expected any more."""
        return self.until(identifier, lambda found: bool(found["complet"]), view)

    def declared(self, identifier: str) -> None:
        """Declare what must be."""
        answer = self.post(f"/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
        assert answer.status_code == 201, answer.text

    def deposited(self, body: dict[str, Any] | None = None) -> str:
        """A file, complete, declared and deposited; its id."""
        identifier = self.opened(body)
        self.complete(identifier)
        self.declared(identifier)
        answer = self.post(f"/{identifier}/depot", {"par": PERSON})
        assert answer.status_code == 201, answer.text
        return identifier


def piece(file: dict[str, Any], key: str) -> dict[str, Any]:
    """A piece of a file as it was read."""
    return dict(next(one for one in file["pieces"] if one["cle"] == key))


def codes(answer: httpx.Response) -> list[str]:
    """The codes of a refusal."""
    return [one["code"] for one in answer.json()["errors"]]
