# SPDX-License-Identifier: EUPL-1.2
"""Somebody who speaks for a company, before the pages of its files: a browser without scripts, as httpx plays one."""

import html
import re
from collections.abc import Sequence
from typing import Any

import httpx

from tests.conftest import Sandbox

WHO = {"prenom": "Éloïse", "nom": "Verchény", "qualite": "présidente"}


class Representative:
    """Signed in at a sandbox as one of its invented officers."""

    def __init__(self, sandbox: Sandbox, sub: str) -> None:
        self.browser = httpx.Client(base_url=sandbox.address, follow_redirects=True, timeout=60)
        choosing = self.browser.get("/connexion/depart", params={"profil": "dirigeant", "suite": "/compte"})
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', choosing.text))
        chosen = {name: html.unescape(value) for name, value in hidden.items()} | {"sub": sub}
        action = re.search(r'<form method="post" action="([^"]+)"', choosing.text)
        assert action, choosing.text
        arrived = self.browser.post(action[1], data=chosen)
        assert arrived.url.path == "/compte", arrived.text
        self.token = fields_of(arrived.text)["jeton"]

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """Open a page."""
        return self.browser.get(path, params=parameters)

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form without files; where it led, or the page again."""
        return self.browser.post(path, data={"jeton": self.token, **WHO, **fields})

    def upload(
        self, path: str, fields: dict[str, Any], files: Sequence[tuple[str, str, bytes]] = (), token: str | None = None
    ) -> httpx.Response:
        """Send a form with files (field, name, content), its fields first, as browsers do."""
        parts: list[tuple[str, tuple[str | None, bytes]]] = [("jeton", (None, (token or self.token).encode()))]
        for name, value in {**WHO, **fields}.items():
            parts += [(name, (None, str(one).encode())) for one in (value if isinstance(value, list) else [value])]
        parts += [(field, (name, content)) for field, name, content in files]
        return self.browser.post(path, files=parts)

    def close(self) -> None:
        """Close the browser."""
        self.browser.close()


def fields_of(page: str) -> dict[str, str]:
    """The inputs of a page, by name, with their values."""
    found = re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def said(page: str) -> str:
    """What a page says, without its tags, its typographic spaces made plain."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", "<main" + page.partition("<main")[2]))
    return " ".join(text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ").split())
