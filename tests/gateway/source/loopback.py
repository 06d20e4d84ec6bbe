# SPDX-License-Identifier: EUPL-1.2
"""A registry on 127.0.0.1 that does exactly what a test says, byte for byte; and contracts bent to a test's needs."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from connectors.kit.contract import Contract, load
from connectors.kit.facts import Access
from gateway.source.wire import Wire


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came: request line's method and target, headers in lower case and in order, body."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """Every value of one header."""
        return [value for found, value in self.headers if found == name]


Script = Callable[[Received], Awaitable[bytes]]
"""What a registry answers, in bytes; it hangs up after an empty answer."""


@dataclass
class Registry:
    """A running registry. `received`: every request, in order; `connections`: how many were opened."""

    address: str
    received: list[Received] = field(default_factory=list)
    connections: int = 0


def http(body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer. `length`: what it pretends to be long."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def says(*answers: bytes) -> Script:
    """A registry that gives these answers in turn, the last one for ever."""
    left = list(answers)

    async def script(_: Received) -> bytes:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


@asynccontextmanager
async def registry(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Registry]:
    """A registry that follows this script, for the time of the block."""
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                request = await _read(reader)
                found.received.append(request)
                answer = await script(request)
                if not answer:
                    break
                writer.write(answer)
                await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    found = Registry(f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield found
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def wire(contract: Contract, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """The gateway's wire to a registry, open."""
    opened = Wire(contract, tls=tls)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


def contract(
    access: Access | None = None, *, timeout_s: float = 5.0, concurrency: int = 8, max_body_bytes: int = 100_000
) -> Contract:
    """A contract of the house with this access and these limits."""
    return replace(
        load("insee"),
        access=access or Access("none"),
        timeout_s=timeout_s,
        connect_timeout_s=timeout_s,
        concurrency=concurrency,
        protocol="JSON",
        max_body_bytes=max_body_bytes,
    )


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    pairs = [line.partition(":") for line in head[1:] if line]
    headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
    length = sum(int(value) for name, value in headers if name == "content-length")
    return Received(method, target, headers, await reader.readexactly(length))
