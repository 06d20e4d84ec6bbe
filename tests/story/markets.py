# SPDX-License-Identifier: EUPL-1.2
"""A portal's markets as tests play them, over HTTP: what opens one, and the portal that asks."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.conftest import Sandbox
from tests.story.files import BUYER, HEALTHY, HONOUR, PERSON, PURPOSE, codes

SECRET = "un-secret-de-seize-signes"
AGREED = {"siret": HEALTHY, "consentement": {"par": PERSON}}
UNKNOWN = "99910999400007"
FORM = {"siret": HEALTHY, "prenom": "Eloïse", "nom": "Vercheny", "qualite": "présidente", "accord": "oui"}


def market(**consultation: Any) -> dict[str, Any]:
    """A market of its own: nobody else has this reference."""
    deadline = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {"reference": f"2026-{uuid.uuid4().hex[:8]}", "objet": "Réfection d'un préau", "date_limite": deadline}
    return {"acheteur": {"siret": BUYER}, "consultation": {**told, **consultation}, "type_marche": "travaux"}


class Markets:
    """One portal: its token, and what it asks about markets."""

    def __init__(self, sandbox: Sandbox, client: httpx.Client, **habilitation: Any) -> None:
        self.bearer = sandbox.token(PURPOSE, **habilitation)
        self._client = client

    def post(self, path: str, body: object, key: str = "") -> httpx.Response:
        headers = {**self.bearer.header, **({"idempotency-key": key} if key else {})}
        return self._client.post(f"/v1/{path}", json=body, headers=headers)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self._client.get(f"/v1/{path}", params=query, headers=self.bearer.header)

    def opened(self, body: dict[str, Any] | None = None) -> str:
        """A new market; its id."""
        answer = self.post("marches", body or market())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def applied(self, on: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A new application: its data and links."""
        answer = self.post(f"marches/{on}/candidatures", {} if body is None else body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def deposited(self, on: str, body: dict[str, Any] | None = None) -> str:
        """An application, declared and deposited; its id."""
        identifier = str(self.applied(on, body or AGREED)["data"]["id"])
        declared = self.post(f"candidatures/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
        assert declared.status_code == 201, declared.text
        assert self.post(f"candidatures/{identifier}/depot", {"par": PERSON}).status_code == 201
        return identifier


def refusal(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, codes(answer)


def page(link: str, **fields: Any) -> httpx.Response:
    """The company's form, sent."""
    return httpx.post(link, data={**FORM, **fields}, timeout=30)
