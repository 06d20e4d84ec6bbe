# SPDX-License-Identifier: EUPL-1.2
"""The door handed to a connector: its registry and no other, authenticated, transport errors already sorted out.

The rules common to all registries come before any rule of a connector: those of the wire, then a redirect nobody asked
for, which is an internal error. A 401 drops the token, logs in again once, and replays once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from connectors.kit import RegistryError, RegistryInternal, Reply
from connectors.kit.contract import Contract
from connectors.kit.door import as_json
from connectors.kit.paris import PARIS
from gateway.source.credentials import Credentials, Send

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_COMMON = {"content-type": "application/json", "accept": "*/*"}


class Door:
    """Implements the kit's `Registry` over HTTP. `clock`: the time, with a zone."""

    def __init__(
        self,
        contract: Contract,
        base_url: str,
        send: Send,
        credentials: Credentials | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._contract = contract
        self._base_url = base_url.rstrip("/")
        self._send = send
        self._credentials = credentials
        self._clock = clock

    async def get(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_redirect: bool = False,
    ) -> Reply:
        """See the kit's `Registry`."""
        url = f"{self._base_url}{path}?{urlencode(query)}" if query else self._base_url + path
        reply = await self._authenticated("GET", url, headers, None)
        if reply.status in REDIRECTS and not accept_redirect:
            raise RegistryInternal
        return reply

    async def post(self, path: str, *, json: object, headers: Mapping[str, str] | None = None) -> Reply:
        """See the kit's `Registry`."""
        reply = await self._authenticated("POST", self._base_url + path, headers, as_json(json))
        if reply.status in REDIRECTS:
            raise RegistryInternal
        return reply

    def refusal(self, name: str, provider_errors: Sequence[object] | None = None) -> RegistryError:
        """See the kit's `Registry`."""
        return self._contract.refusal(name, provider_errors)

    def now(self) -> datetime:
        """See the kit's `Registry`."""
        return self._clock().astimezone(PARIS)

    async def _authenticated(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None
    ) -> Reply:
        fields = {**_COMMON, **headers} if headers else dict(_COMMON)
        if self._credentials is None:
            return await self._send(method, url, fields, body)
        token = await self._credentials.token()
        fields["authorization"] = f"Bearer {token}"
        reply = await self._send(method, url, fields, body)
        if reply.status != 401 or not self._contract.access.renew_on_401:
            return reply
        fields["authorization"] = f"Bearer {await self._credentials.token(spent=token)}"
        reply = await self._send(method, url, fields, body)
        if reply.status == 401 and (wanted := self._credentials.failure()) is not None:
            raise wanted
        return reply
