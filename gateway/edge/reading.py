# SPDX-License-Identifier: EUPL-1.2
"""Reading a request: credentials, stated parameters, the caller's address. Hostile until proved otherwise."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from gateway.problems import problem
from gateway.values import Credential, Stated

MAX_QUERY_BYTES = 16_384
MAX_FIELDS = 100
_VISIBLE = re.compile(rb"[\x21-\x7e]{1,128}")
_TRACEPARENT = re.compile(
    rb"(?P<version>[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?P<more>-.*)?"
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Headers = Sequence[tuple[bytes, bytes]]


class Fields:
    """The headers that matter, each value as often as it came."""

    __slots__ = ("agents", "api_keys", "authorizations", "cache_control", "forwarded", "request_id", "traceparents")

    def __init__(self, headers: Headers) -> None:
        self.authorizations: list[bytes] = []
        self.api_keys: list[bytes] = []
        self.cache_control = b""
        self.forwarded: list[bytes] = []
        self.request_id: bytes | None = None
        self.agents: list[bytes] = []
        self.traceparents: list[bytes] = []
        for name, value in headers:
            if name == b"authorization":
                self.authorizations.append(value)
            elif name == b"x-api-key":
                self.api_keys.append(value)
            elif name == b"cache-control":
                self.cache_control = value
            elif name == b"x-forwarded-for":
                self.forwarded.append(value)
            elif name == b"x-request-id" and _VISIBLE.fullmatch(value):
                self.request_id = value
            elif name == b"traceparent":
                self.traceparents.append(value)
            elif name == b"dlnuf-agent":
                self.agents.append(value)

    @property
    def wants_fresh(self) -> bool:
        """Whether the caller refuses cached answers: exactly `Cache-Control: no-cache`, as in the running service."""
        return self.cache_control.strip().lower() == b"no-cache"

    def token(self) -> str | None:
        """The bearer: `Authorization: Bearer` or `X-Api-Key`. None when there is none, or when they contradict."""
        found = set()
        for value in self.authorizations:
            scheme, _, rest = value.partition(b" ")
            if scheme.lower() == b"bearer":
                found.add(rest.strip())
        if not self.authorizations:
            found.update(value.strip() for value in self.api_keys)
        if len(found) != 1:
            return None
        return found.pop().decode("latin-1") or None

    def trace(self) -> str | None:
        """The trace this request belongs to, as 32 hexadecimal digits (W3C Trace Context); None when it names none.

        One that is malformed, doubled or all zeros is no trace at all, as the standard wants it.
        """
        if len(self.traceparents) != 1:
            return None
        found = _TRACEPARENT.fullmatch(self.traceparents[0])
        if found is None or found["version"] == b"ff" or (found["version"] == b"00" and found["more"]):
            return None
        return found["trace"].decode()

    def agent(self, pairs: Sequence[tuple[str, str]]) -> str | None:
        """Whoever is behind the call: the header `Dlnuf-Agent`, or the parameter `user_id` of existing clients.

        Raises 400 `00401` for a header that is doubled or not made of 1 to 128 visible characters.
        """
        if not self.agents:
            return next((value for name, value in pairs if name == "user_id" and value), None)
        if len(self.agents) != 1 or not _VISIBLE.fullmatch(self.agents[0]):
            raise problem(
                "00401", detail="L'en-tête Dlnuf-Agent compte de 1 à 128 caractères visibles, une seule fois."
            )
        return self.agents[0].decode("ascii")


def parameters(query: bytes) -> list[tuple[str, str]]:
    """The query's pairs. Raises 400 `00401` for a query too long, with too many fields, or not UTF-8."""
    if len(query) > MAX_QUERY_BYTES:
        raise problem("00401", detail=f"Les paramètres dépassent {MAX_QUERY_BYTES // 1024} Kio.")
    if not query:
        return []
    pairs = query.split(b"&")
    if len(pairs) > MAX_FIELDS:
        raise problem("00401", detail=f"La requête comporte plus de {MAX_FIELDS} paramètres.")
    try:
        return [(_text(name), _text(value)) for name, _, value in (pair.partition(b"=") for pair in pairs if pair)]
    except UnicodeDecodeError:
        raise problem("00401", detail="Les paramètres ne sont pas correctement encodés en UTF-8.") from None


def _text(written: bytes) -> str:
    """One name or value of a query (WHATWG URL, application/x-www-form-urlencoded). Raises UnicodeDecodeError."""
    if b"%" in written or b"+" in written:
        return unquote_to_bytes(written.replace(b"+", b" ")).decode("utf-8")
    return written.decode("ascii")


def stated(pairs: Sequence[tuple[str, str]]) -> Stated:
    """What the caller states, each parameter as often as it came."""
    return Stated(
        tuple(value for name, value in pairs if name == "context"),
        tuple(value for name, value in pairs if name == "object"),
        tuple(value for name, value in pairs if name == "recipient"),
    )


def credential(fields: Fields, pairs: Sequence[tuple[str, str]], address: str) -> Credential:
    """What the caller shows."""
    return Credential(fields.token(), any(name == "token" for name, _ in pairs), address)


def address(scope: Mapping[str, Any], fields: Fields, trusted: Sequence[Network]) -> str:
    """The caller's address: the peer's, or the nearest one in X-Forwarded-For that is not a proxy of ours."""
    client = scope.get("client")
    peer = str(client[0]) if client else ""
    nearest = _plain(peer) or peer
    if not trusted or not fields.forwarded or not _within(nearest, trusted):
        return nearest
    hops = [hop.strip().decode("latin-1") for hop in b",".join(fields.forwarded).split(b",")]
    for hop in reversed(hops[-16:]):
        if (found := _plain(hop)) is None:
            return nearest
        nearest = found
        if not _within(nearest, trusted):
            break
    return nearest


def depth(found: Any, most: int) -> int:
    """How deep JSON is nested; counting ends at `most` + 1."""
    deep, level = 0, [found]
    while level and deep <= most:
        deep += 1
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
    return deep


@lru_cache(maxsize=4096)
def _plain(text: str) -> str | None:
    """An address as it is usually written, or None. Seen through a v6 socket, a v4 address is still one."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    # A zone may hold any text, and says nothing outside the machine that wrote it.
    return None if found.scope_id else str(found.ipv4_mapped or found)


def _within(text: str, networks: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(found in network for network in networks)
