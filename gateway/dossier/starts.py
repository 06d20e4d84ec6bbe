# SPDX-License-Identifier: EUPL-1.2
"""The link by which a portal leads a browser to a file's page: signed, for this page only, and good for so long.

It opens what is open data, and nothing more: what is protected waits for a representative to sign in.
"""

import base64
import hmac
import re
from collections.abc import Callable

LIFE_S = 7 * 86_400
_TOKEN = re.compile(r"(?P<until>[0-9]{1,12})\.(?P<sig>[\w-]{43})", re.ASCII)


class Starts:
    """Makes and checks start links. `key`: 32 bytes; `now`: epoch seconds."""

    def __init__(self, key: bytes, public_url: str, now: Callable[[], float]) -> None:
        self._key = hmac.digest(key, b"dlnuf candidature pages", "sha256")
        self._public_url = public_url
        self._now = now

    def path(self, dossier: str) -> str:
        """The page of a file, with its proof."""
        return f"/candidature/{dossier}?acces={self._proof(dossier)}"

    def beginning(self, application: str) -> str:
        """The address where a company begins an application on a market, with its proof; its file has the same id."""
        return f"{self._public_url}/candidater/{application}?acces={self._proof(application)}"

    def address(self, dossier: str) -> str:
        """The same, from outside."""
        return self._public_url + self.path(dossier)

    def holds(self, dossier: str, token: str) -> bool:
        """Whether a proof is ours, for this file, and not over."""
        match = _TOKEN.fullmatch(token)
        return (
            match is not None
            and hmac.compare_digest(match["sig"], self._sign(dossier, match["until"]))
            and int(match["until"]) > self._now()
        )

    def _proof(self, dossier: str) -> str:
        until = str(int(self._now()) + LIFE_S)
        return f"{until}.{self._sign(dossier, until)}"

    def _sign(self, *parts: str) -> str:
        digest = hmac.digest(self._key, ".".join(parts).encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
