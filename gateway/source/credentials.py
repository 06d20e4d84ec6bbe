# SPDX-License-Identifier: EUPL-1.2
"""A registry's access token: fetched when needed, kept until shortly before its end, renewed once however many wait.

Source: the running service's rules. A token is kept for its life minus ten seconds; one whose life is not told is used
by those who waited for it and not kept. A login answer that is not JSON is asked for again, five times in all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from connectors.kit import RegistryError, RegistryInternal, Reply, UnknownAnswer
from connectors.kit.facts import Access
from connectors.kit.throttling import throttled
from gateway.source.login import Login, life_of, value_at

TRIES = 5
PAUSE_S = 0.2
EARLY_S = 10

Send = Callable[[str, str, Mapping[str, str], bytes | None], Awaitable[Reply]]


class Credentials:
    """Keeps one registry's token. `logins`: the accounts, the usual one first. `monotonic`: seconds that only grow."""

    def __init__(
        self,
        access: Access,
        logins: Sequence[Login],
        send: Send,
        monotonic: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._access = access
        self._logins = list(logins)
        self._send = send
        self._monotonic = monotonic
        self._now = now
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
            return await self._ask_each()
        except RegistryError as error:
            if self._access.failure_when == "impossible" and (wanted := self.failure()) is not None:
                wanted.throttles = error.throttles
                wanted.retry_in = error.retry_in or wanted.retry_in
                raise wanted from None
            raise

    async def _ask_each(self) -> str:
        """Try the accounts in turn while they are refused; one that is goes to the end of the line."""
        for _ in range(len(self._logins) - 1):
            reply = await self._send_to(self._logins[0])
            if reply.status != 401:
                return await self._read(reply)
            self._logins.append(self._logins.pop(0))
        reply = await self._send_to(self._logins[0])
        refused = reply.status == 401 and self._access.failure_when == "refused"
        if refused and (wanted := self.failure()) is not None:
            raise wanted
        return await self._read(reply)

    async def _read(self, reply: Reply) -> str:
        for left in range(TRIES - 1, -1, -1):
            if 300 <= reply.status < 400:
                raise RegistryInternal
            said = reply.json_or_none()
            if said is not None:
                return self._keep(said)
            if left:
                await asyncio.sleep(PAUSE_S)
                reply = await self._send_to(self._logins[0])
        raise UnknownAnswer

    async def _send_to(self, login: Login) -> Reply:
        reply = await self._send("POST", login.url, login.headers, login.body)
        if reply.status == 429:  # no connector reads a login; asking again at once would make it worse
            raise throttled(reply, UnknownAnswer.suffix)
        return reply

    def _keep(self, said: Any) -> str:
        token = value_at(said, self._access.token_field)
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise UnknownAnswer
        life = life_of(self._access.life, said, token, self._now())
        if life > EARLY_S:
            self._token = token
            self._until = self._monotonic() + life - EARLY_S
        return token
