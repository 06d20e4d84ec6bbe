# SPDX-License-Identifier: EUPL-1.2
"""A registry's access token: fetched when needed, kept until shortly before its end, renewed once however many wait.

Source: the running service's rules. A token is kept `expires_in` minus ten seconds; an answer without `expires_in` is
used by those who waited for it and not kept. A login answer that is not JSON is asked for again, five times in all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from connectors.kit import RegistryError, RegistryInternal, Reply, UnknownAnswer
from connectors.kit.contract import Access

TRIES = 5
PAUSE_S = 0.2
EARLY_S = 10

Send = Callable[[str, str, Mapping[str, str], bytes | None], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Login:
    """Where and with what to log in. `form` holds secrets and is never shown."""

    url: str
    form: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Login(url={self.url!r})"


class Credentials:
    """Keeps one registry's token. `monotonic`: seconds that only grow."""

    def __init__(self, access: Access, login: Login, send: Send, monotonic: Callable[[], float]) -> None:
        self._access = access
        self._login = login
        self._send = send
        self._monotonic = monotonic
        self._token: str | None = None
        self._until = 0.0
        self._under_way: asyncio.Task[str] | None = None

    async def token(self, spent: str | None = None) -> str:
        """A token that is not `spent`. One task logs in; the others wait for the same token or the same error."""
        if self._token is not None and self._token != spent and self._monotonic() < self._until:
            return self._token
        if self._under_way is None:
            self._token = None
            self._under_way = asyncio.create_task(self._log_in())
            self._under_way.add_done_callback(self._landed)
        # A waiter that is cancelled must not take the login away from the others.
        return await asyncio.shield(self._under_way)

    def failure(self) -> RegistryError | None:
        """The error this registry's contract wants when access is refused for good, if it names one."""
        if not self._access.failure:
            return None
        error = RegistryError(retry_in=int(self._access.failure["retry_in"]))
        error.suffix = str(self._access.failure["suffix"])
        return error

    def _landed(self, task: asyncio.Task[str]) -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # looked at here, so that an error nobody waited for is not reported as lost

    async def _log_in(self) -> str:
        try:
            return await self._ask()
        except RegistryError:
            if (wanted := self.failure()) is not None:
                raise wanted from None
            raise

    async def _ask(self) -> str:
        body = urlencode(self._login.form).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        for left in range(TRIES - 1, -1, -1):
            reply = await self._send("POST", self._login.url, headers, body)
            if 300 <= reply.status < 400:
                raise RegistryInternal
            said = reply.json_or_none()
            if said is not None:
                return self._keep(said)
            if left:
                await asyncio.sleep(PAUSE_S)
        raise UnknownAnswer

    def _keep(self, said: Any) -> str:
        token = said.get("access_token") if isinstance(said, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise UnknownAnswer
        seconds = said.get("expires_in")
        if isinstance(seconds, int) and seconds > EARLY_S:
            self._token = token
            self._until = self._monotonic() + seconds - EARLY_S
        return token
