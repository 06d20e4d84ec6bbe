# SPDX-License-Identifier: EUPL-1.2
"""Closing days: soon after midnight UTC, one `day_closed` record commits to whom yesterday's records were about.

A closing covers a stretch of the log, from where the one before stopped: every record is in exactly one, whatever its
clock said. A day's stretch ends after the last record of that day, or of an earlier one, that stood in the log when it
was closed; a record that comes later still, from a gateway whose clock is late, is counted with the next day. Several
gateways may close the same day: the first such record in the log counts, and only one that continues the last.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.audit.day import Day, DayUncounted, day_of, facts_of, is_day, utc_day
from gateway.audit.reader import Entry, LogReader, LogUnreadable

LOG = logging.getLogger("dlnuf.audit")

GRACE = timedelta(minutes=5)
"""How long after midnight a day is closed: other gateways' last records of it have arrived."""
EVERY_S = 60.0
BATCH = 1024
"""Records read at once: a gateway that answers meanwhile should hold few of them."""
MOST_DAYS = 400
"""How many days are caught up with, at most, when a log has never been closed."""

Event = Callable[..., Awaitable[int]]
Hints = Callable[[], tuple[Sequence[int], int]]
"""The numbers of the `day_closed` records among the first ones of the log, and how many records that is."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A day's record. `number`: its own place in the log. It covers the records `first` to `stop - 1`."""

    number: int
    day: str
    first: int
    stop: int
    root: str
    purposes: tuple[str, ...]

    @classmethod
    def read(cls, number: int, record: dict[str, object]) -> "Closing | None":
        """What a `day_closed` record says; None when it could not be one."""
        day, first, stop, root = (record.get(name) for name in ("day", "seq", "size", "root"))
        purposes = record.get("purpose", "")
        if not (isinstance(day, str) and is_day(day) and isinstance(root, str) and isinstance(purposes, str)):
            return None
        if type(first) is not int or type(stop) is not int or not 0 <= first <= stop <= number:
            return None
        return cls(number, day, first, stop, root, tuple(one for one in purposes.split(",") if one))


class Closings:
    """The closings of a log, found once and followed. Not for several threads at once."""

    def __init__(self, log: LogReader, hints: Hints | None = None) -> None:
        self._log = log
        self._hints = hints
        self._read = 0
        self.all: list[Closing] = []

    def follow(self) -> list[Closing]:
        """Read what is new; every closing that counts, oldest first. Raises LogUnreadable."""
        size = self._log.size()
        if self._read == 0 and self._hints is not None:
            numbers, known = self._hints()
            for number in sorted(numbers):
                for one in self._log.entries(number, number + 1):
                    self._take(one)
            self._read = min(known, size)
        while self._read < size:
            found = self._log.entries(self._read, min(size, self._read + BATCH))
            for one in found:
                self._take(one)
            if not found:
                raise LogUnreadable(f"l'enregistrement {self._read} manque")
            self._read += len(found)
        return self.all

    def of(self, day: str) -> Closing | None:
        """The closing of a day."""
        return next((one for one in self.all if one.day == day), None)

    def _take(self, entry: Entry) -> None:
        if entry.entry is None or b'"day_closed"' not in entry.entry:
            return
        record = facts_of(entry.entry)
        if record is None or record.get("event") != "day_closed":
            return
        closing = Closing.read(entry.seq, record)
        last = self.all[-1] if self.all else None
        if closing is None or (last is not None and (closing.day <= last.day or closing.first != last.stop)):
            return  # another gateway was first
        self.all.append(closing)


class DayCloser:
    """Closes the days of one log. `event`: makes a record durable. `purposes`: those under embargo now."""

    def __init__(
        self,
        log: LogReader,
        event: Event,
        purposes: Sequence[str],
        clock: Callable[[], datetime],
        hints: Hints | None = None,
    ) -> None:
        self._log = log
        self._event = event
        self._purposes = tuple(sorted(purposes))
        self._clock = clock
        self._closings = Closings(log, hints)
        self.trouble = ""
        """Why days are not closed now, in French; empty when they are."""

    async def step(self) -> str | None:
        """Close the next day that is over, and give it; None when there is none. Raises LogUnreadable, DayUncounted."""
        found = await asyncio.to_thread(self._next)
        if found is None:
            return None
        header = found.header
        await self._event(
            "day_closed",
            day=header.day,
            seq=header.first,
            size=header.stop,
            root=header.digest(),
            purpose=",".join(self._purposes) or None,
        )
        return header.day

    @asynccontextmanager
    async def running(self, after: Callable[[], Awaitable[Any]] | None = None) -> AsyncIterator["DayCloser"]:
        """Close days for the time of the block; `after` each look, more work that waits for closed days."""
        task = asyncio.create_task(self._run(after), name="day-closer")
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, after: Callable[[], Awaitable[Any]] | None) -> None:
        while True:
            try:
                while await self.step():
                    pass
                if after is not None:
                    await after()
                self.trouble = ""
            except Exception as error:
                # Whatever it was, days are closed later: none is lost, because a closing begins where the last ended.
                if str(error) != self.trouble:
                    LOG.warning("day_not_closed", extra={"reason": str(error) or type(error).__name__})
                self.trouble = str(error) or type(error).__name__
            await asyncio.sleep(EVERY_S)

    def _next(self) -> Day | None:
        over = (self._clock().astimezone(UTC) - GRACE).date() - timedelta(days=1)
        closed = self._closings.follow()
        last = closed[-1] if closed else None
        if last is not None and date.fromisoformat(last.day) >= over:
            return None
        size = self._log.size()
        first, began = (last.stop, date.fromisoformat(last.day) + timedelta(days=1)) if last else self._beginning(size)
        if began is None or began > over:
            return None
        day = max(began, over - timedelta(days=MOST_DAYS)).isoformat()
        stop = first
        for one in stretch(self._log, first, size):
            at = utc_day((facts_of(one.entry) or {}).get("at")) if one.entry is not None else None
            if at is None or at <= day:
                stop = one.seq + 1
        entries = ((one.seq, one.entry, one.leaf) for one in stretch(self._log, first, stop))
        return day_of(day, first, stop, entries, self._purposes)

    def _beginning(self, size: int) -> tuple[int, date | None]:
        """Where a log that was never closed begins: after what was erased, on the day of the first record."""
        first, began = 0, None
        for one in stretch(self._log, 0, size):
            if one.entry is None:
                first, began = one.seq + 1, None
            elif began is None and (day := utc_day((facts_of(one.entry) or {}).get("at"))):
                began = date.fromisoformat(day)
        return first, began


def stretch(log: LogReader, first: int, stop: int) -> Iterator[Entry]:
    """The records `first` to `stop - 1`. Raises LogUnreadable."""
    while first < stop:
        found = log.entries(first, min(stop, first + BATCH))
        if not found:
            raise LogUnreadable(f"l'enregistrement {first} manque")
        yield from found
        first += len(found)


def recomputed(log: LogReader, closing: Closing) -> Day:
    """A closed day, worked out again from its records. Raises LogUnreadable, DayUncounted."""
    entries = ((one.seq, one.entry, one.leaf) for one in stretch(log, closing.first, closing.stop))
    found = day_of(closing.day, closing.first, closing.stop, entries, closing.purposes)
    if found.header.digest() != closing.root:
        raise DayUncounted(f"la journée du {closing.day} ne mène pas à la racine que le journal a inscrite")
    return found
