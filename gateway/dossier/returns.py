# SPDX-License-Identifier: EUPL-1.2
"""Coming back to the portal: an address with a proof that the portal can have checked, once and for a while.

The browser carries `candidature`, `etat`, `jeton` and, for an application on a market, `marche`; anybody could write
all but the token. The token is signed, bound to
the file and its state, good for so long, and is worth something once: a forged, replayed or late return is refused
(410 00726), whichever of the three it is.
"""

import base64
import hmac
import re
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from gateway.dossier.files import Files
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature

LIFE_S = 900
_TOKEN = re.compile(
    r"(?P<nonce>[0-9a-f]{32})\.(?P<until>[0-9]{1,12})\.(?P<state>[a-z]{1,20})\.(?P<sig>[\w-]{43})", re.ASCII
)


class Returns:
    """Makes and checks returns. `key`: 32 bytes; `now`: epoch seconds; `random`: that many random bytes."""

    def __init__(self, files: Files, key: bytes, now: Callable[[], float], random: Callable[[int], bytes]) -> None:
        self._files = files
        self._key = hmac.digest(key, b"dlnuf candidature returns", "sha256")
        self._now = now
        self._random = random

    def address(self, dossier: Candidature) -> str:
        """Where to send the browser back to; "" when the portal gave no address."""
        if not dossier.return_url:
            return ""
        nonce, until = self._random(16).hex(), str(int(self._now()) + LIFE_S)
        state = dossier.standing.value
        token = f"{nonce}.{until}.{state}.{self._sign(dossier.id, nonce, until, state)}"
        parts = urlsplit(dossier.return_url)
        market = {"marche": dossier.market} if dossier.market else {}
        told = urlencode({**market, "candidature": dossier.id, "etat": state, "jeton": token})
        query = f"{parts.query}&{told}" if parts.query else told
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))

    def spend(self, dossier: Candidature, token: str) -> str:
        """The state a return was made for; the token is then used up. Raises 410 00726."""
        match = _TOKEN.fullmatch(token)
        if match is None or not hmac.compare_digest(
            match["sig"], self._sign(dossier.id, match["nonce"], match["until"], match["state"])
        ):
            raise refused("00726")
        if int(match["until"]) <= self._now():
            raise refused("00726")
        used = f"retour {dossier.id} {match['nonce']}"
        if self._files.store.answered(dossier.habilitation_id, used) is not None:
            raise refused("00726")
        with self._files.store.writing(durable=True):
            self._files.store.remember(dossier.habilitation_id, used, "", dossier.id, int(self._now()))
        return str(match["state"])

    def _sign(self, *parts: str) -> str:
        digest = hmac.digest(self._key, ".".join(parts).encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
