# SPDX-License-Identifier: EUPL-1.2
"""Dates as the contract writes them: whole seconds of midnight in Paris, and the days that follow."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@lru_cache(maxsize=65536)
def epoch(text: str | None) -> int | None:
    """Seconds since 1970 of midnight in Paris on the day written `YYYY-MM-DD…`; None for None or an unreadable date."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return int(datetime.combine(day, time.min, PARIS).timestamp())


def seconds_until_next_day(now: datetime, at: time) -> int:
    """Whole seconds from `now` (any zone) to `at` on the next day in Paris."""
    local = now.astimezone(PARIS)
    then = datetime.combine(local.date() + timedelta(days=1), at, PARIS)
    return int((then.astimezone(UTC) - now.astimezone(UTC)).total_seconds())


def seconds_until_next_month(now: datetime) -> int:
    """Whole seconds from `now` (any zone) to the first midnight of the next month in Paris."""
    first = last_day_of_month(now.astimezone(PARIS).date()) + timedelta(days=1)
    then = datetime.combine(first, time.min, PARIS)
    return int((then.astimezone(UTC) - now.astimezone(UTC)).total_seconds())


def last_day_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first_of_next - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it is shorter."""
    total = day.month - 1 + months
    first = date(day.year + total // 12, total % 12 + 1, 1)
    return first.replace(day=min(day.day, last_day_of_month(first).day))
