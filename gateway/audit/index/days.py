# SPDX-License-Identifier: EUPL-1.2
"""Sums by day, registry, purpose and code, read from the tallies: what charts are drawn from."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.audit.index.lines import TERMS
from gateway.audit.index.schema import HISTOGRAM, LATENCIES_MS

_SUMS = ", ".join(f"sum({name})" for name in HISTOGRAM)


@dataclass(slots=True)
class Sums:
    """What happened: exchanges by outcome, answers from the cache, and how long all of them took."""

    events: dict[str, int] = field(default_factory=dict)
    cached: int = 0
    histogram: list[int] = field(default_factory=lambda: [0] * len(HISTOGRAM))

    def add(self, event: str, count: int, cached: int, histogram: Sequence[int]) -> None:
        """Add some exchanges of one outcome."""
        self.events[event] = self.events.get(event, 0) + count
        self.cached += cached
        self.histogram = [mine + theirs for mine, theirs in zip(self.histogram, histogram, strict=True)]

    @property
    def total(self) -> int:
        """How many exchanges."""
        return sum(self.events.values())

    def within_ms(self, share: float) -> int | None:
        """The milliseconds that this share of exchanges stayed within; None without any, or above the last bound."""
        wanted = share * sum(self.histogram)
        reached = 0
        for bound, count in zip(LATENCIES_MS, self.histogram, strict=False):
            reached += count
            if wanted and reached >= wanted:
                return bound
        return None


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of a period: by day (days since 1970), registry and purpose; refusals and failures by code."""

    whole: Sums
    days: Mapping[int, Sums]
    registries: Mapping[str, Sums]
    purposes: Mapping[str, Sums]
    codes: Mapping[str, int]


def figures(connection: sqlite3.Connection, first: int, last: int, registry: str = "", purpose: str = "") -> Figures:
    """The sums of days `first` to `last`, both included, of one registry or purpose or all."""
    texts: dict[int, str] = dict(connection.execute("SELECT id, text FROM term").fetchall())
    texts[0] = ""
    clause, values = "", [first, last]
    for name, text in (("registry", registry), ("purpose", purpose)):
        if text:
            one = "SELECT id FROM term WHERE field = ? AND text = ?"
            row = connection.execute(one, (TERMS.index(name), text)).fetchone()
            clause += f" AND {name} = ?"
            values.append(row[0] if row else -1)
    rows = connection.execute(
        "SELECT day, registry, purpose, event, code, sum(n), sum(cached), "  # noqa: S608 — our own column names
        f"{_SUMS} FROM day WHERE day BETWEEN ? AND ?{clause} GROUP BY day, registry, purpose, event, code",
        values,
    )
    whole = Sums()
    days: dict[int, Sums] = {}
    registries: dict[str, Sums] = {}
    purposes: dict[str, Sums] = {}
    codes: dict[str, int] = {}
    for day, of_registry, of_purpose, event, code, count, cached, *histogram in rows:
        for sums in (
            whole,
            days.setdefault(day, Sums()),
            registries.setdefault(texts[of_registry], Sums()),
            purposes.setdefault(texts[of_purpose], Sums()),
        ):
            sums.add(texts[event], count, cached, histogram)
        if texts[code]:
            codes[texts[code]] = codes.get(texts[code], 0) + count
    return Figures(whole, days, registries, purposes, codes)
