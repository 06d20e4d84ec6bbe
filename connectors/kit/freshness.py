# SPDX-License-Identifier: EUPL-1.2
"""How long an answer stays fresh, and when a registry is closed, as contracts write them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from connectors.kit.paris import PARIS, seconds_until_next_day, seconds_until_next_month

_HOURS = re.compile(r"(\d+)h")
_NEXT_DAY = re.compile(r"until next day (\d\d:\d\d)")
_WINDOW = re.compile(
    r"(?:(?:(monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(\d{4}-\d\d-\d\d)) )?(\d\d:\d\d)-(\d\d:\d\d)",
    re.ASCII,
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long an answer may be served again: some hours, until a time of the next day, the month's end, or never."""

    hours: int | None = None
    next_day_at: time | None = None
    month_end: bool = False

    @classmethod
    def parse(cls, text: str) -> "Freshness":
        """Read `none`, `1h`, `until next day 08:00` or `until end of month`. Raises ValueError."""
        if text == "none":
            return cls()
        if text == "until end of month":
            return cls(month_end=True)
        if match := _HOURS.fullmatch(text):
            return cls(hours=int(match[1]))
        if match := _NEXT_DAY.fullmatch(text):
            return cls(next_day_at=time.fromisoformat(match[1]))
        raise ValueError(f"unknown freshness `{text}`")

    def seconds(self, now: datetime) -> int:
        """Whole seconds an answer obtained at `now` stays fresh; 0 when it may not be kept."""
        if self.hours is not None:
            return self.hours * 3600
        if self.next_day_at is not None:
            return seconds_until_next_day(now, self.next_day_at)
        if self.month_end:
            return seconds_until_next_month(now)
        return 0


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window in Paris time, every day, one day a week or once; it may cross midnight."""

    start: time
    end: time
    weekday: int | None = None
    day: date | None = None

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Read `01:00-02:00`, `sunday 23:00-23:45` or `2025-03-20 13:00-17:00`. Raises ValueError."""
        match = _WINDOW.fullmatch(text)
        if not match:
            raise ValueError(f"unknown maintenance window `{text}`")
        weekday, day, start, end = match.groups()
        return cls(
            time.fromisoformat(start),
            time.fromisoformat(end),
            _DAYS.index(weekday) if weekday else None,
            date.fromisoformat(day) if day else None,
        )

    def __str__(self) -> str:
        """As it is written."""
        when = self.day.isoformat() if self.day else "" if self.weekday is None else _DAYS[self.weekday]
        return f"{when} {self.start:%H:%M}-{self.end:%H:%M}".strip()

    def next(self, now: datetime) -> datetime | None:
        """When the window opens next, after `now`; None when it was for one day and that has begun."""
        local = now.astimezone(PARIS)
        for ahead in range(8):
            day = self.day or local.date() + timedelta(days=ahead)
            begin = datetime.combine(day, self.start, PARIS)
            if begin > local and self.weekday in (None, day.weekday()):
                return begin
        return None

    def remaining(self, now: datetime) -> int:
        """Whole seconds until the window ends; 0 outside it."""
        local = now.astimezone(PARIS)
        for opening_day in (local.date(), local.date() - timedelta(days=1)):
            if self.weekday is not None and opening_day.weekday() != self.weekday:
                continue
            if self.day is not None and opening_day != self.day:
                continue
            begin = datetime.combine(opening_day, self.start, PARIS)
            closing_day = opening_day + timedelta(days=1 if self.end <= self.start else 0)
            end = datetime.combine(closing_day, self.end, PARIS)
            if begin <= local < end:
                # At least one second, also in the hour that comes twice, when the end may have passed once already.
                return max(1, int((end.astimezone(UTC) - local.astimezone(UTC)).total_seconds()))
        return 0
