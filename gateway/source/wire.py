# SPDX-License-Identifier: EUPL-1.2
"""The wire to one registry: HTTP with time-outs, a connection limit and a size limit; its troubles in the kit's words.

Each registry has connections of its own, so that a slow one never takes another's place.
"""

import errno
import ssl
from collections.abc import Callable, Mapping

import aiohttp
from yarl import URL

from connectors.kit import RegistryError, RegistryTimeout, RegistryUnavailable, Reply, UnknownAnswer
from connectors.kit.contract import Contract
from connectors.kit.errors import BadCertificate, NetworkDown, RegistryClosed, RegistryNameUnknown
from connectors.kit.facts import READ
from connectors.kit.throttling import throttled
from connectors.kit.waiting import retry_after

TLS_TRIES = 3
_NETWORK_DOWN = {errno.ENETUNREACH, errno.ENETDOWN}

ExtraHeaders = Callable[[], Mapping[str, str]]


def _nothing() -> Mapping[str, str]:
    return {}


class Wire:
    """One registry's HTTP client. `extra_headers` are asked for at each call (the sandbox's faults)."""

    def __init__(
        self, contract: Contract, extra_headers: ExtraHeaders = _nothing, tls: ssl.SSLContext | None = None
    ) -> None:
        self._contract = contract
        self._tls = tls
        self._extra_headers = extra_headers
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the client; must run in the event loop that will use it."""
        contract = self._contract
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=contract.concurrency, ttl_dns_cache=60, ssl=self._tls or True),
            timeout=aiohttp.ClientTimeout(total=contract.timeout_s, sock_connect=contract.connect_timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def close(self) -> None:
        """Drop every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """One exchange with the registry, redirects not followed.

        Raises the transport errors of the kit, also when the registry answers 429 (too often), 502 or 503 (unavailable)
        or 504 (late), at login as for data; never returns a body above the contract's limit.
        """
        for left in range(TLS_TRIES - 1, -1, -1):
            try:
                return sorted_out(await self._send(method, url, headers, body), on_429=self._contract.on_429)
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                if left and _cut_short(error):
                    continue
                raise meaning(error) from None
        raise AssertionError("unreachable: the last try returns or raises")

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        if self._session is None:
            raise RuntimeError("the wire is not open")
        sent = {**headers, **self._extra_headers()}
        async with self._session.request(
            method, URL(url, encoded=True), headers=sent, data=body, allow_redirects=False
        ) as response:
            content = await self._body(response)
            return Reply(response.status, response.headers, content)  # found by their name in any case

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        limit = self._contract.max_body_bytes
        length = response.content_length
        if length is not None and length > limit:
            raise UnknownAnswer
        if length is not None and "Content-Encoding" not in response.headers:
            return await response.read()
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > limit:
                raise UnknownAnswer
        return bytes(content)


def sorted_out(reply: Reply, *, on_429: str) -> Reply:
    """The reply, unless its status is one of those that come before any rule of a connector."""
    if reply.status == 429 and on_429 != READ:
        raise throttled(reply, on_429)
    if reply.status == 502:
        raise RegistryUnavailable
    if reply.status == 503:
        raise RegistryClosed(retry_in=retry_after(reply.headers))
    if reply.status == 504:
        raise RegistryTimeout
    return reply


def _cut_short(error: BaseException) -> bool:
    """Whether the registry hung up during the TLS greeting: nothing was asked yet, so asking again is safe.

    A closed connection is a TLS error or a reset, according to the moment it happens.
    """
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return True
    return isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionResetError)


def meaning(error: BaseException) -> RegistryError:
    """What a client error means, in the kit's words; the order goes from the narrow to the wide."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return BadCertificate()
        case aiohttp.ClientConnectorDNSError():
            return RegistryNameUnknown()
        case aiohttp.ClientConnectorError() if error.os_error.errno in _NETWORK_DOWN:
            return NetworkDown(retry_in=10)
        case TimeoutError() | aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            # An end of file before the end of the answer counts as a time-out, as in the running service.
            return RegistryTimeout()
        case OSError() if error.errno == errno.ETIMEDOUT:  # the system's own time-out came before ours
            return RegistryTimeout()
        case aiohttp.ClientResponseError():
            return UnknownAnswer()
        case _:
            return RegistryUnavailable()
