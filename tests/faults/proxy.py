# SPDX-License-Identifier: EUPL-1.2
"""A proxy between the gateway and its registries that spoils answers: drops, delays, cuts, resets, corrupts.

It speaks TCP and knows just enough HTTP/1.1 to tell one request from the next, so that each fault can be held against
the answer that came of it. What it did is kept in order, by registry.
"""

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_BYTES = 64 * 1024 * 1024
HANG_S = 60.0

HARMLESS = ("none", "delay", "trickle")
"""After these the answer must be the right one."""


@dataclass(frozen=True, slots=True)
class Event:
    """One request that came through: its path, what was done to its answer, and whether it was a login."""

    path: str
    fault: str
    login: bool


Draw = Callable[[str, bool], str]
"""The fault for the next request to a registry; the flag says whether it is a login."""


class Faults:
    """Draws faults for each registry from a seed of its own, so that a run can be had again."""

    def __init__(self, seed: int, weights: dict[str, float], renewing: frozenset[str], hang_at: frozenset[str]) -> None:
        """`renewing`: registries that log in again when a token is refused. `hang_at`: those that may hang."""
        self._seed = seed
        self._kinds, self._weights = list(weights), list(weights.values())
        self._renewing = renewing
        self._hang_at = hang_at
        self._dice: dict[str, random.Random] = {}
        self.active = False
        self.always: dict[str, str] = {}

    def __call__(self, registry: str, login: bool) -> str:
        """The next fault."""
        if registry in self.always:
            return self.always[registry]
        if not self.active:
            return "none"
        dice = self._dice.setdefault(registry, random.Random(f"{self._seed} {registry}"))  # noqa: S311  # a replay
        kind = dice.choices(self._kinds, self._weights)[0]
        if kind == "forgotten" and (login or registry not in self._renewing):
            return "none"
        if kind == "hang" and registry not in self._hang_at:
            return "delay"
        return kind


class Proxy:
    """Listens on loopback, and hands everything on to `upstream`."""

    def __init__(self, upstream: tuple[str, int], draw: Draw) -> None:
        self._upstream = upstream
        self._draw = draw
        self._server: asyncio.Server | None = None
        self.events: dict[str, list[Event]] = {}

    async def start(self) -> str:
        """Listen; the address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=MOST_BYTES)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()

    def take(self, registry: str) -> Sequence[Event]:
        """What was done for a registry since the last time."""
        found = self.events.get(registry, [])
        self.events[registry] = []
        return found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            above = await asyncio.open_connection(*self._upstream, limit=MOST_BYTES)
            while await self._exchange(reader, writer, *above):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for side in (writer, above[1] if above else None):
                if side is not None:
                    side.close()
                    with contextlib.suppress(OSError):
                        await side.wait_closed()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        above: asyncio.StreamReader,
        to_above: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer; whether the connection still stands."""
        head, body = await _message(reader)
        method, target, _ = head.split(b" ", 2)
        path = target.split(b"?")[0].decode()
        registry = path.split("/")[1]
        login = method == b"POST" and path.rsplit("/", 1)[-1] in ("token", "login")
        to_above.write(head + body)
        await to_above.drain()
        answer, content = await _message(above)
        fault = self._draw(registry, login)
        if fault == "mangled" and not content:
            fault = "none"  # nothing to mangle
        self.events.setdefault(registry, []).append(Event(path, fault, login))
        return await _spoil(fault, answer, content, writer, reader)


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """A head with its blank line, and a body whose length it gives."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return head, await reader.readexactly(int(value))
    return head, b""


async def _spoil(
    fault: str, head: bytes, body: bytes, writer: asyncio.StreamWriter, reader: asyncio.StreamReader
) -> bool:
    whole = head + body
    match fault:
        case "none":
            writer.write(whole)
        case "delay":
            await asyncio.sleep(0.02)
            writer.write(whole)
        case "trickle":
            step = len(whole) // 4 + 1
            for start in range(0, len(whole), step):
                writer.write(whole[start : start + step])
                await writer.drain()
                await asyncio.sleep(0.002)
        case "mangled":  # bytes that no text, no base64, no JSON and no PDF begins with
            spoilt = len(body) // 3 + 1
            writer.write(head + b"\xff" * spoilt + body[spoilt:])
        case "babble":
            writer.write(b"\x16\x03\x01 ceci n'est pas HTTP\r\n\r\n")
            await writer.drain()
            return False
        case "forgotten":
            writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
        case "cut":
            writer.write(whole[: len(whole) - len(body) // 2 - 1])
            await writer.drain()
            return False
        case "reset":
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            writer.transport.abort()
            return False
        case "hang":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HANG_S):
                    await reader.read(1)  # until the other side gives up
            return False
        case "drop":
            return False
        case _:
            raise AssertionError(fault)
    await writer.drain()
    return True
