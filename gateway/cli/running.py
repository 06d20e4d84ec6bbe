# SPDX-License-Identifier: EUPL-1.2
"""Running an application: the HTTP server's settings, in one place."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from gateway.edge.protocol import LimitedHttp

MAX_CONNECTIONS = 4096
KEEP_ALIVE_S = 30
GRACE_S = 15
RARE_ROUNDS = (20_000, 20, 50)


class NotStarted(Exception):
    """A server ended before it answered anything; its log says why."""


class Stoppable(uvicorn.Server):
    """A server that a signal stops, once its requests are answered; being told to stop is no failure."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to the signals that stop; a second one does not wait for requests."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Lasting(Stoppable):
    """The server of a process that does nothing else, and for long."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the garbage collector that what stands now stays.

        A full round over contracts, labels and policies would stop every request for tens of milliseconds, and find
        nothing; requests leave no cycles, so rounds can be rare as well.
        """
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*RARE_ROUNDS)


class Companion(uvicorn.Server):
    """A server that lives as long as another one, and leaves the signals to it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to none."""
        yield


def server(app: Any, host: str, port: int, *, companion: bool = False, lasting: bool = False) -> uvicorn.Server:
    """An HTTP server for `app`, with limits on heads, connections and shutdown.

    `companion`: without a lifespan, beside another server. `lasting`: the process is its own, for long.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=LimitedHttp,
        ws="none",
        lifespan="off" if companion else "on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        limit_concurrency=MAX_CONNECTIONS,
        backlog=2048,
    )
    if companion:
        return Companion(config)
    return Lasting(config) if lasting else Stoppable(config)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio knows to switch Nagle's delay off on what it accepts.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


@contextlib.asynccontextmanager
async def serving(running: uvicorn.Server, listening: socket.socket) -> AsyncIterator["asyncio.Task[None]"]:
    """Run a server on a socket for the time of the block. Raises NotStarted."""
    task = asyncio.create_task(running.serve(sockets=[listening]))
    try:
        while not running.started:
            if task.done():
                task.result()
                raise NotStarted
            await asyncio.sleep(0.005)
        yield task
    finally:
        running.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
