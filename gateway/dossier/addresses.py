# SPDX-License-Identifier: EUPL-1.2
"""Where a webhook may lead: https, to a public address, resolved by us and then held on to.

A name is resolved once for each delivery, every address it gives must be public, and the connection goes to that very
address: what a second resolution would say does not matter. Loopback is for the sandbox and tests, by a setting.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

Resolve = Callable[[str, int], Awaitable[list[str]]]
_FORBIDDEN_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".onion")
NOT_PUBLIC = "L'adresse de notification doit mener à une adresse publique."


class NotPublic(Exception):
    """The address leads where no webhook may."""


def complaint(url: str, *, loopback: bool = False) -> str | None:
    """What is wrong with an address as it is written, in French; None when it may be tried."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "Cette adresse ne se lit pas."
    host = (parts.hostname or "").rstrip(".")
    if not host or not url.isascii() or any(sign.isspace() for sign in url) or "\\" in url:
        return "Cette adresse ne se lit pas."
    if parts.username is not None or parts.password is not None:
        return "L'adresse de notification ne porte ni nom ni mot de passe."
    if loopback and _loopback(host):
        return None
    if parts.scheme != "https":
        return "L'adresse de notification doit commencer par https://."
    if port is not None and port not in (443, 8443):
        return "Seuls les ports 443 et 8443 sont admis."
    if host == "localhost" or host.endswith(_FORBIDDEN_NAMES):
        return NOT_PUBLIC
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        # « 127.1 », « 0x7f.1 », « 2130706433 »: a resolver may read an address where `ipaddress` does not.
        last = host.rsplit(".", 1)[-1]
        return NOT_PUBLIC if "." not in host or last[:1].isdigit() else None
    return None if public(literal) else NOT_PUBLIC


def public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether anybody on the Internet could be there, and nobody of our own network."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return public(inner)
        if address in ipaddress.ip_network("64:ff9b::/96"):  # NAT64 leads to a v4 address behind it
            return public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


class Names:
    """The system's resolver, in threads of its own: a name that never answers holds up no other work of ours.

    `threads`: as many as are asked at once. `close` it at the end.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, "dlnuf-names")

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a name. Raises OSError."""
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def close(self) -> None:
        """Look up nothing more; what is under way is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def pinned(url: str, resolve: Resolve, *, loopback: bool = False) -> "Pinned":
    """The one address a delivery will go to. Raises NotPublic, OSError when the name has none."""
    if (wrong := complaint(url, loopback=loopback)) is not None:
        raise NotPublic(wrong)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = await resolve(host, port)
    if not addresses:
        raise OSError("no address")
    for text in addresses:
        address = ipaddress.ip_address(text.split("%", 1)[0])
        if not public(address) and not (loopback and address.is_loopback):
            raise NotPublic(NOT_PUBLIC)
    return Pinned(host, addresses[0])


class Pinned(AbstractResolver):
    """Resolves one name to the one address that was checked, and nothing else."""

    def __init__(self, host: str, address: str) -> None:
        self._host = host
        self.address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked address."""
        if host != self._host:
            raise OSError("another name")
        kind = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host, host=self.address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
