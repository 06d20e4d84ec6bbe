# SPDX-License-Identifier: EUPL-1.2
"""Those who wait for their record to be durable: one timer for all of them, one wake-up per batch."""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future as ThreadFuture
from contextlib import suppress

from gateway.audit.ledger import LogUnavailable

Settled = Sequence[tuple["asyncio.Future[int]", int]]
Promise = asyncio.Future[int] | ThreadFuture[int]


class Desk:
    """The waiting room of one event loop. Its methods are called in that loop, but for `settle_soon`.

    `patience_s`: how long one waits at most, before LogUnavailable.
    """

    __slots__ = ("_loop", "_patience", "_timer", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop, patience_s: float) -> None:
        self._loop = loop
        self._patience = patience_s
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: deque[tuple[float, asyncio.Future[int]]] = deque()

    @property
    def abandoned(self) -> bool:
        """Whether the loop is gone, and nobody waits any more."""
        return self._loop.is_closed()

    def promise(self) -> "asyncio.Future[int]":
        """A future for one record's number. Cancelling it gives up the waiting, not the record."""
        future = self._loop.create_future()
        self._waiting.append((self._loop.time() + self._patience, future))
        if self._timer is None:
            self._timer = self._loop.call_later(self._patience, self._sweep)
        return future

    def settle_soon(self, settled: Settled, reason: str | None) -> None:
        """From any thread: give each future its number, or to all of them LogUnavailable when there is a reason."""
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            self._loop.call_soon_threadsafe(self._settle, settled, reason)

    def _settle(self, settled: Settled, reason: str | None) -> None:
        for future, number in settled:
            if future.done():
                continue
            if reason is None:
                future.set_result(number)
            else:
                future.set_exception(LogUnavailable(reason))
        waiting = self._waiting
        while waiting and waiting[0][1].done():
            waiting.popleft()

    def _sweep(self) -> None:
        waiting, now = self._waiting, self._loop.time()
        while waiting and (waiting[0][1].done() or waiting[0][0] <= now):
            _, future = waiting.popleft()
            if not future.done():
                future.set_exception(late(self._patience))
        self._timer = self._loop.call_at(waiting[0][0], self._sweep) if waiting else None


def late(patience_s: float) -> LogUnavailable:
    """What those get who waited too long: the record may still be written."""
    return LogUnavailable(f"pas de réponse du journal en {patience_s:g} s")


def settle(batch: Sequence[tuple[Promise, int, Desk | None]], reason: str | None) -> None:
    """Wake all who wait for a batch, from the thread that wrote it: once per event loop."""
    desks: dict[Desk, list[tuple[asyncio.Future[int], int]]] = {}
    for promise, number, desk in batch:
        if isinstance(promise, ThreadFuture):
            if reason is None:
                promise.set_result(number)
            else:
                promise.set_exception(LogUnavailable(reason))
        elif desk is not None:
            desks.setdefault(desk, []).append((promise, number))
    for desk, settled in desks.items():
        desk.settle_soon(settled, reason)
