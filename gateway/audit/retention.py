# SPDX-License-Identifier: EUPL-1.2
"""What has been kept long enough: which records may be erased now, and which months' keys nothing needs any more.

Records are kept for whole months, counted from the end of the month they were made in: 36, unless their purpose says
otherwise (CRPA, article R114-9-7). An exchange is erased whole or not at all: an answer never loses its question. What
says how the house was run (rights, policies, erasures, holds, exports, closed days, where a recovered log came from) is
kept: it is what remaining records are read by, and names companies and people by commitments only.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate

import orjson

from gateway.audit.erasures import read_runs
from gateway.audit.reader import Entry, LogReader

MONTHS = 36
KEPT = frozenset(
    (
        "habilitation_created", "habilitation_changed", "habilitation_closed", "token_issued", "token_revoked",
        "policy_changed", "exported", "erased", "key_destroyed", "hold_placed", "hold_lifted", "day_closed",
        "checkpoint_stamped", "log_recovered",
    )
)  # fmt: skip
PAGE = 4096


class HoldUnknown(Exception):
    """The log says that records are held, and nothing says which. Nothing may be erased. The message is French."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How long records are kept. `now`: the present month. `before`: no record of this month or later, if given.

    `months`: by purpose, for those that say so. `held`: for each hold, whether a record is held by it, by its id.
    """

    now: str
    months: Mapping[str, int] = field(default_factory=dict)
    before: str | None = None
    held: Mapping[str, Callable[[Mapping[str, object]], bool]] = field(default_factory=dict)

    def due(self, record: Mapping[str, object]) -> bool:
        """Whether the record has been kept long enough."""
        month = str(record["at"])[:7]
        if self.before is not None and month >= self.before:
            return False
        return self.due_month(month, self.months.get(str(record.get("purpose", "")), MONTHS))

    def due_month(self, month: str, kept: int = MONTHS) -> bool:
        """Whether the whole of a month has been kept for `kept` months."""
        return _count(self.now) >= _count(month) + kept + 1

    def spared(self, record: Mapping[str, object]) -> bool:
        """Whether a hold is on the record."""
        return any(held(record) for held in self.held.values())


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be erased. `numbers`: by month, in order. `spared`: how many exchanges and events holds keep.

    `left`: months that records remain of once that is done, whose keys are needed.
    """

    numbers: Mapping[str, list[int]]
    spared: int
    left: Collection[str]


def present(log: LogReader, start: int = 0) -> Iterator[tuple[Entry, dict[str, object] | None]]:
    """Every record from `start` on, in order; None for what was erased. Raises LogUnreadable."""
    size = log.size()
    while start < size:
        page = log.entries(start, min(start + PAGE, size))
        if not page:
            return
        for entry in page:
            yield entry, None if entry.entry is None else orjson.loads(entry.entry)
        start = page[-1].seq + 1


def choose(log: LogReader, rule: Rule) -> Choice:
    """What the rule lets be erased. Reads the whole log. Raises LogUnreadable, HoldUnknown."""
    holds: set[str] = set()
    with closing(sqlite3.connect("", isolation_level=None)) as known:  # a temporary file of SQLite's own
        known.execute("CREATE TABLE found(seq INTEGER PRIMARY KEY, id TEXT, month TEXT, free INTEGER)")
        known.execute("BEGIN")
        spared: set[object] = set()
        for entry, record in present(log):
            if record is None:
                continue
            event = record["event"]
            if event == "hold_placed":
                holds.add(str(record["id"]))
            elif event == "hold_lifted":
                holds.discard(str(record["id"]))
            if event in KEPT:
                continue
            free = rule.due(record)
            if free and rule.spared(record):
                spared.add(record["id"])
                free = False
            row = entry.seq, record["id"], str(record["at"])[:7], int(free)
            known.execute("INSERT INTO found VALUES (?, ?, ?, ?)", row)
        if lost := sorted(holds - rule.held.keys()):
            raise HoldUnknown(
                f"le journal dit une conservation {lost[0]} que holds.db ne connaît pas : restaurez ce fichier, ou "
                "levez-la avec « dlnuf audit hold lift »"
            )
        return _choice(known, len(spared))


def unfinished(log: LogReader, rule: Rule) -> list[int]:
    """Records that the log says were erased, and that are still there: the erasing was cut short. Held ones stay."""
    said: list[range] = []
    for _, record in present(log):
        if record is not None and record["event"] == "erased":
            said.extend(read_runs(record))
    if not said:
        return []
    said.sort(key=lambda one: one.start)
    starts = [one.start for one in said]
    furthest = list(accumulate((one.stop for one in said), max))
    return [
        entry.seq
        for entry, record in present(log)
        if record is not None
        and (place := bisect_right(starts, entry.seq)) > 0
        and entry.seq < furthest[place - 1]
        and any(entry.seq in one for one in said[:place])
        and not rule.spared(record)
    ]


def _choice(known: sqlite3.Connection, spared: int) -> Choice:
    known.execute("CREATE TABLE bound AS SELECT DISTINCT id FROM found WHERE NOT free")
    known.execute("CREATE UNIQUE INDEX bound_id ON bound(id)")
    numbers: dict[str, list[int]] = {}
    left: set[str] = set()
    rows = known.execute("SELECT seq, month, free AND id NOT IN (SELECT id FROM bound) FROM found ORDER BY seq")
    for seq, month, free in rows:
        if free:
            numbers.setdefault(month, []).append(seq)
        else:
            left.add(month)
    return Choice(numbers, spared, left)


def _count(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])
