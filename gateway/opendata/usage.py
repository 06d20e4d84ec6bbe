# SPDX-License-Identifier: EUPL-1.2
"""The usage of a month, worked out from the log once its last day is closed, and kept as it was published.

It is never worked out twice with different rules: two publications of one month could be subtracted. The stretch of the
log and the checkpoint are written beside the counts, so that an auditor can count again.
"""

import asyncio
import json
import os
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.closing import Closing, Closings, stretch
from gateway.audit.day import facts_of
from gateway.audit.note import BadNote, Checkpoint, parts
from gateway.audit.reader import LogReader, LogUnreadable
from gateway.opendata.cells import Cell, anonymous

FORMAT = "dlnuf.usage/1"


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it was published. `first`, `stop`: the records of the log it covers. `checkpoint`: the signed note."""

    month: str
    k: int
    first: int
    stop: int
    checkpoint: str
    cells: tuple[Cell, ...]

    @property
    def head(self) -> Checkpoint:
        """What the checkpoint says."""
        return Checkpoint.parse(parts(self.checkpoint)[0])


class Usage:
    """The months of one log. `folder`: where they are kept. `k`: for the months still to be published."""

    def __init__(self, folder: Path, log: LogReader, closings: Closings, k: int) -> None:
        self._folder = folder
        self._log = log
        self._closings = closings
        self._k = k
        self._known: dict[str, Month] = {}
        self._refused: set[str] = set()

    async def refresh(self) -> None:
        """Publish the months that can be now. Raises LogUnreadable, OSError; then the next try does."""
        await asyncio.to_thread(self._refresh)

    def months(self) -> Sequence[Month]:
        """What is published, oldest first."""
        return [self._known[name] for name in sorted(self._known)]

    def _refresh(self) -> None:
        for path in sorted(self._folder.glob("[0-9]*.json")) if self._folder.is_dir() else ():
            if path.stem not in self._known and (kept := _read(path)) is not None:
                self._known[kept.month] = kept
        for month, closings in _whole_months(self._closings.follow()).items():
            if month not in self._known and month not in self._refused:
                self._publish(month, closings[0].first, closings[-1].stop)

    def _publish(self, month: str, first: int, stop: int) -> None:
        note = self._log.checkpoint()
        try:
            if Checkpoint.parse(parts(note)[0]).size < stop:
                return  # at the next try, a head counts it all
        except BadNote as error:
            raise LogUnreadable(f"la tête publiée ne se lit pas : {error}") from error
        counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for entry in stretch(self._log, first, stop):
            if entry.entry is None:
                self._refused.add(month)  # part of it was erased: too late to count
                return
            record = facts_of(entry.entry) or {}
            if record.get("event") == "answered" and "subject" in record:
                counts[str(record.get("purpose")), str(record.get("registry"))][str(record["subject"])] += 1
        found = Month(month, self._k, first, stop, note, tuple(anonymous(counts, self._k)))
        _write(self._folder, found)
        self._known[month] = found


def as_data(month: Month) -> dict[str, object]:
    """A month as JSON says it."""
    return {
        "month": month.month,
        "k": month.k,
        "log": {"first": month.first, "stop": month.stop, "checkpoint": month.checkpoint},
        "usage": [
            {"purpose": one.purpose, "registry": one.registry, "consultations": one.count, "companies": one.companies}
            for one in month.cells
        ],
    }


def _whole_months(closings: Sequence[Closing]) -> Mapping[str, list[Closing]]:
    """The months whose every day is closed, or all since the log began."""
    found: dict[str, list[Closing]] = defaultdict(list)
    for one in closings:
        found[one.day[:7]].append(one)
    return {
        month: days
        for month, days in found.items()
        if days[-1].day == f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]:02}"
    }


def _read(path: Path) -> Month | None:
    """A month that was kept; None when the file is none of ours."""
    try:
        told = json.loads(path.read_text("utf-8"))
        found = Month(
            told["month"],
            told["k"],
            told["log"]["first"],
            told["log"]["stop"],
            told["log"]["checkpoint"],
            tuple(
                Cell(one["purpose"], one["registry"], one["consultations"], one["companies"]) for one in told["usage"]
            ),
        )
        return found if found.month == path.stem and found.head.size >= found.stop else None
    except (OSError, ValueError, KeyError, TypeError, BadNote):
        return None


def _write(folder: Path, month: Month) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{month.month}.json"
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, **as_data(month)}, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
