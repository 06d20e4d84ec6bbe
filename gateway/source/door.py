# SPDX-License-Identifier: EUPL-1.2
"""The door handed to a connector: its registry and no other, authenticated, transport errors already sorted out.

The rules common to all registries come before any rule of a connector: those of the wire, then a redirect nobody asked
for, which is an internal error. A 401 drops the token, logs in again once, and replays once.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from connectors.kit import RegistryError, RegistryInternal, RegistryTimeout, Reply
from connectors.kit.contract import Contract
from connectors.kit.door import as_json
from connectors.kit.paris import PARIS
from gateway.source.credentials import Credentials, Send

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_COMMON = {"content-type": "application/json", "accept": "*/*"}

Link = Callable[[str, str, str, str, int], str]
"""Makes an address of ours: registry, base, path, file name, seconds."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What a door is made of beside its contract.

    `urls`: base addresses by name, the contract's own under "". `secrets`: their values by field, for the access kinds
    that send them with the question. `credentials`: for those that log in. `clock`: the time, with a zone.
    """

    urls: Mapping[str, str]
    send: Send
    clock: Callable[[], datetime]
    link: Link
    credentials: Credentials | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Door:
    """Implements the kit's `Registry` over HTTP."""

    def __init__(self, contract: Contract, lent: Lent, timeout_s: float | None = None) -> None:
        """`timeout_s`: for its questions, where the contract's is not right; logins keep the contract's."""
        self._contract = contract
        self._lent = lent
        self._timeout_s = timeout_s
        self._within: dict[float, Door] = {}
        self._urls = {name: url.rstrip("/") for name, url in lent.urls.items()}
        kind = contract.access.kind
        self._headers = dict(lent.secrets) if kind == "headers" else {}
        self._query = dict(lent.secrets) if kind == "query" else {}
        self._in_body = dict(lent.secrets) if kind == "in_body" else {}
        if kind in ("headers", "query"):
            (self._headers if kind == "headers" else self._query).update(contract.access.fixed)

    def within(self, seconds: float) -> "Door":
        """The same door, with a time-out of its own."""
        found = self._within.get(seconds)
        if found is None:
            found = self._within[seconds] = Door(self._contract, self._lent, seconds)
        return found

    async def get(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_redirect: bool = False,
        base: str = "",
    ) -> Reply:
        """See the kit's `Registry`."""
        fields = {**query, **self._query} if query else self._query
        url = self._urls[base] + path
        if fields:
            url += ("&" if "?" in path else "?") + urlencode(fields)
        reply = await self._authenticated("GET", url, headers, None)
        if reply.status in REDIRECTS and not accept_redirect:
            raise RegistryInternal
        return reply

    async def post(self, path: str, *, json: object, headers: Mapping[str, str] | None = None, base: str = "") -> Reply:
        """See the kit's `Registry`."""
        return await self._post(self._urls[base] + path, as_json(json), headers)

    async def post_bytes(self, path: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """See the kit's `Registry`."""
        return await self._post(self._urls[""] + path, body, headers)

    def secret(self, name: str) -> str:
        """See the kit's `Registry`."""
        return self._in_body[name]

    def link(self, path: str, filename: str, *, base: str = "", life_s: int = 86_400) -> str:
        """See the kit's `Registry`."""
        return self._lent.link(self._contract.registry, base, path, filename, life_s)

    def refusal(
        self,
        name: str,
        provider_errors: Sequence[object] | None = None,
        *,
        retry_in: int | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> RegistryError:
        """See the kit's `Registry`."""
        return self._contract.refusal(name, provider_errors, retry_in=retry_in, meta=meta)

    def now(self) -> datetime:
        """See the kit's `Registry`."""
        return self._lent.clock().astimezone(PARIS)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str] | None) -> Reply:
        if self._query:
            url += "?" + urlencode(self._query)
        reply = await self._authenticated("POST", url, headers, body)
        if reply.status in REDIRECTS:
            raise RegistryInternal
        return reply

    async def _authenticated(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None
    ) -> Reply:
        lent, access = self._lent, self._contract.access
        fields = {**_COMMON, **headers, **self._headers} if headers else {**_COMMON, **self._headers}
        if lent.credentials is None:
            return await self._send(method, url, fields, body)
        name, kind = (access.token_header, "") if access.token_header else ("authorization", "Bearer ")
        token = await lent.credentials.token()
        fields[name] = kind + token
        reply = await self._send(method, url, fields, body)
        if reply.status != 401 or not access.renew_on_401:
            return reply
        fields[name] = kind + await lent.credentials.token(spent=token)
        reply = await self._send(method, url, fields, body)
        refused = reply.status == 401 and access.failure_when == "impossible"
        if refused and (wanted := lent.credentials.failure()) is not None:
            raise wanted
        return reply

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        if self._timeout_s is None:
            return await self._lent.send(method, url, headers, body)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._lent.send(method, url, headers, body)
        except TimeoutError:
            raise RegistryTimeout from None
