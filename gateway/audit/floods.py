# SPDX-License-Identifier: EUPL-1.2
"""Refusals of callers nobody knows, within what a log can bear: the first of a minute one by one, the others counted.

Anybody can be refused without a token, as often as they like; each record is a durable write and stays for years. So
within one minute the first FIRST refusals of an address are recorded like any other, up to ALL for everybody; those
beyond are counted by address and code, and the count is recorded when the minute is over, and when the service stops.
A count that cannot be written is kept and tried again. Callers that were recognised are always recorded one by one.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.audit")

FIRST = 60
"""Refusals of one address in one minute that are recorded one by one."""
ALL = 1_000
"""… of all addresses together."""
KEPT = 4_096
"""Addresses followed within a minute, and counts kept; refusals of further addresses are counted together."""
LOOK_S = 5.0
ELSEWHERE = ""
"""Stands for the addresses that are not followed."""


class Writer(Protocol):
    """Where counts are recorded."""

    async def event(self, name: str, **facts: Any) -> int:
        """The record's number, once durable. Raises Problem 00510."""
        ...


@dataclass(frozen=True, slots=True)
class Refusals:
    """Refusals that were counted: of which address ("" for several), with what, in which minute of the epoch."""

    minute: int
    address: str
    status: int
    code: str


class Floods:
    """Decides whether a refusal gets a record of its own, and counts it otherwise. `now`: epoch seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._minute = -1
        self._seen: Counter[str] = Counter()
        self._alone = 0
        self._counted: Counter[Refusals] = Counter()

    def alone(self, address: str, status: int, code: str) -> bool:
        """Whether this refusal is recorded by itself; it is counted when it is not."""
        minute = int(self._now() // 60)
        if minute != self._minute:
            self._minute, self._alone = minute, 0
            self._seen.clear()
        followed = address in self._seen or len(self._seen) < KEPT
        if followed:
            self._seen[address] += 1
            if self._seen[address] <= FIRST and self._alone < ALL:
                self._alone += 1
                return True
        key = Refusals(minute, address if followed else ELSEWHERE, status, code)
        if key not in self._counted and len(self._counted) >= KEPT:
            # Minutes that could not be written wait too: what is above the limit loses its address, never its count.
            key = Refusals(0, ELSEWHERE, status, code)
        self._counted[key] += 1
        return False

    @property
    def waiting(self) -> Mapping[Refusals, int]:
        """What is counted and not recorded yet."""
        return dict(self._counted)

    async def record(self, writer: Writer, *, stopping: bool = False) -> None:
        """Record the counts of minutes that are over; of all of them when `stopping`. Raises Problem 00510."""
        minute = int(self._now() // 60)
        for key in [key for key in self._counted if stopping or key.minute != minute]:
            count = self._counted.pop(key)
            try:
                await writer.event(
                    "refused", status=key.status, code=key.code, count=count, address=key.address or None
                )
            except Problem:
                self._counted[key] += count
                raise  # a write that is cancelled is written all the same: it would count twice

    @asynccontextmanager
    async def recorded(self, writer: Writer, every_s: float = LOOK_S) -> AsyncIterator[None]:
        """While the block lasts, counts are recorded as minutes end; at its end, those that remain."""
        stopped = asyncio.Event()
        looking = asyncio.create_task(self._looking(writer, every_s, stopped))
        try:
            yield
        finally:
            stopped.set()
            await looking
            try:
                await self.record(writer, stopping=True)
            except Problem:
                LOG.error("refusals_not_recorded", extra={"count": sum(self._counted.values())})

    async def _looking(self, writer: Writer, every_s: float, stopped: asyncio.Event) -> None:
        while not stopped.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), every_s)
            with suppress(Problem):  # the log is out of order, which others say; the counts wait
                await self.record(writer)
