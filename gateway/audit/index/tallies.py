# SPDX-License-Identifier: EUPL-1.2
"""What happened each day and hour, added up while the records are read: the charts never go through the lines."""

import bisect
import sqlite3
from collections import defaultdict

from gateway.audit.index.lines import TERMS, Line
from gateway.audit.index.schema import HISTOGRAM, LATENCIES_MS
from gateway.audit.vocabulary import OUTCOMES

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
_AT = {name: 3 + place for place, name in enumerate(TERMS)}
_DAY = (
    f"INSERT INTO day VALUES ({','.join('?' * (7 + len(HISTOGRAM)))}) "  # noqa: S608 — our own names, question marks
    "ON CONFLICT DO UPDATE SET n = n + excluded.n, cached = cached + excluded.cached, "
    + ", ".join(f"{name} = {name} + excluded.{name}" for name in HISTOGRAM)
)
_HOUR = (
    "INSERT INTO hour VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n, refused = refused + excluded.refused"
)


class Tallies:
    """The sums of one batch of records, on their way into the file."""

    def __init__(self) -> None:
        self._days: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0] * (2 + len(HISTOGRAM)))
        self._hours: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])

    def count(self, line: Line, row: tuple[int | None, ...]) -> None:
        """Add an outcome; other events are not counted."""
        if line.event not in OUTCOMES:
            return
        key = (line.at // DAY_MS, *(row[_AT[name]] or 0 for name in ("registry", "purpose", "event", "code")))
        sums = self._days[key]
        sums[0] += line.count
        sums[1] += line.cached
        if line.latency_ms is not None:
            sums[2 + bisect.bisect_left(LATENCIES_MS, line.latency_ms)] += 1
        if (consumer := row[_AT["consumer"]]) is not None:
            hour = self._hours[consumer, line.at // HOUR_MS]
            hour[0] += line.count
            hour[1] += line.count * (line.event == "refused")

    def write(self, connection: sqlite3.Connection) -> None:
        """Add them to what the file holds."""
        connection.executemany(_DAY, [(*key, *sums) for key, sums in self._days.items()])
        connection.executemany(_HOUR, [(*key, *sums) for key, sums in self._hours.items()])
