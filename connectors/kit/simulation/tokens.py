# SPDX-License-Identifier: EUPL-1.2
"""The OAuth 2 token endpoint of simulated registries (client credentials, RFC 6749 §4.4), and the tokens it gave."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.kit.simulation.web import Asked, Said, json_said

REMEMBERED = 4096
"""How many tokens are remembered: a registry whose tokens are used once gives one for every call."""


class Tokens:
    """The tokens one simulated registry gave, each with the end of its life."""

    def __init__(self, clock: Callable[[], datetime], life_s: int = 3600) -> None:
        self._clock = clock
        self._life = timedelta(seconds=life_s)
        self._ends: dict[str, datetime] = {}

    def client_credentials(self, asked: Asked, *, scope: str | None = None, tells_life: bool = True) -> Said:
        """The answer to a login; the errors are those of RFC 6749 §5.2.

        `scope`: the scope that must be asked for. `tells_life`: whether the answer carries `expires_in`.
        """
        try:
            form = asked.form()
        except UnicodeDecodeError:
            form = {}
        if form.get("grant_type") != "client_credentials":
            return json_said({"error": "unsupported_grant_type"}, 400)
        if not form.get("client_id") or not form.get("client_secret"):
            return json_said({"error": "invalid_client"}, 401)
        if form.get("scope") != scope:
            return json_said({"error": "invalid_scope"}, 400)
        answer: dict[str, object] = {"access_token": self.issue(), "token_type": "Bearer"}
        return json_said(answer | ({"expires_in": int(self._life.total_seconds())} if tells_life else {}))

    def issue(self, token: str = "") -> str:
        """A new living token, for registries with a login of their own; `token`: the text they want it to have."""
        token = token or secrets.token_urlsafe(24)
        while len(self._ends) >= REMEMBERED:
            del self._ends[next(iter(self._ends))]
        self._ends[token] = self._clock() + self._life
        return token

    def known(self, asked: Asked) -> bool:
        """Whether the request carries a living token of ours."""
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        end = self._ends.get(token)
        return kind.lower() == "bearer" and end is not None and self._clock() < end
