# SPDX-License-Identifier: EUPL-1.2
"""Somebody with a browser, without one: forms are read in pages, filled and sent, and cookies are kept."""

from html.parser import HTMLParser
from typing import Any

import httpx


class _Forms(HTMLParser):
    """The forms of a page: where each goes, its fields with their values, and its buttons' names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif tag == "input" and self.found and given.get("type") not in ("checkbox", "submit"):
            self.found[-1][1][given.get("name", "")] = given.get("value", "")


class Visitor:
    """A browser at the sandbox. `signed_in`: as one of its invented persons."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, follow_redirects=True, timeout=30)

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def go(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._client.get(path)

    def send(self, page: httpx.Response, ending: str, **fields: Any) -> httpx.Response:
        """Fill the form of a page whose address ends so, and send it: its hidden fields go with it."""
        forms = _Forms()
        forms.feed(page.text)
        action, known = next((to, known) for to, known in forms.found if to.partition("?")[0].endswith(ending))
        return self._client.post(page.url.join(action), data={**known, **fields})

    def signed_in(self, who: str, onward: str) -> httpx.Response:
        """Sign in with the simulated provider, and open a page."""
        page = self._client.get("/connexion/depart", params={"profil": "dirigeant", "suite": onward})
        return self.send(page, "/authorize", sub=who)
