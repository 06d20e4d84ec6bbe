# SPDX-License-Identifier: EUPL-1.2
"""How long answers stay fresh and when registries are closed, over midnight and on the days the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.freshness import Freshness, Window
from connectors.kit.paris import PARIS, add_months, epoch, last_day_of_month


def paris(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


@pytest.mark.parametrize(
    ("text", "now", "seconds"),
    [
        ("none", "2026-03-17T10:00", 0),
        ("1h", "2026-03-17T10:00", 3600),
        ("24h", "2026-03-28T10:00", 86400),
        ("until next day 08:00", "2026-03-17T10:00", 22 * 3600),
        ("until next day 08:00", "2026-03-17T00:00", 32 * 3600),
        ("until next day 08:00", "2026-03-28T12:00", 19 * 3600),
        ("until next day 08:00", "2026-10-24T12:00", 21 * 3600),
        ("until next day 00:00", "2026-03-17T23:59:59", 1),
        ("until next day 00:00", "2026-03-29T00:00", 23 * 3600),
        ("until next day 00:00", "2026-10-25T00:00", 25 * 3600),
    ],
)
def test_freshness_is_counted_on_the_clocks_of_paris(text: str, now: str, seconds: int) -> None:
    assert Freshness.parse(text).seconds(paris(now)) == seconds
    assert Freshness.parse(text).seconds(paris(now).astimezone(UTC)) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "1 h", "until next day", "until next day 8:00", "until next day 25:00"])
def test_an_unknown_freshness_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 its text is the standard library's for an impossible hour
        Freshness.parse(text)


@pytest.mark.parametrize(
    ("text", "now", "seconds"),
    [
        ("01:00-02:00", "2026-03-17T00:59:59", 0),
        ("01:00-02:00", "2026-03-17T01:00", 3600),
        ("01:00-02:00", "2026-03-17T01:59:59.5", 1),
        ("01:00-02:00", "2026-03-17T02:00", 0),
        ("22:04-22:08", "2026-03-17T22:05", 180),
        ("23:00-01:00", "2026-03-17T22:59:59", 0),
        ("23:00-01:00", "2026-03-17T23:30", 5400),
        ("23:00-01:00", "2026-03-18T00:30", 1800),
        ("23:00-01:00", "2026-03-18T01:00", 0),
        ("00:00-00:00", "2026-03-18T00:00", 86400),
        ("sunday 23:00-23:45", "2026-03-15T23:15", 1800),
        ("sunday 23:00-23:45", "2026-03-16T23:15", 0),
        ("sunday 23:00-01:00", "2026-03-16T00:30", 1800),
        ("sunday 23:00-01:00", "2026-03-15T00:30", 0),
        ("01:00-04:00", "2026-03-29T01:30", 5400),
        ("01:00-04:00", "2026-10-25T01:30", 12600),
    ],
)
def test_a_window_says_how_long_it_still_lasts(text: str, now: str, seconds: int) -> None:
    assert Window.parse(text).remaining(paris(now)) == seconds
    assert Window.parse(text).remaining(paris(now).astimezone(UTC)) == seconds


def test_the_hour_that_comes_twice_is_counted_as_it_is_lived() -> None:
    window = Window.parse("01:00-03:00")
    assert window.remaining(paris("2026-10-25T02:30")) == 5400
    assert window.remaining(paris("2026-10-25T02:30", fold=1)) == 1800


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 given one
    start=st.times().map(lambda time: time.strftime("%H:%M")),
    end=st.times().map(lambda time: time.strftime("%H:%M")),
)
@settings(derandomize=True, database=None, deadline=None)
def test_a_window_never_lasts_less_than_nothing_nor_more_than_a_day(now: datetime, start: str, end: str) -> None:
    assert 0 <= Window.parse(f"{start}-{end}").remaining(now) <= 25 * 3600


def test_a_window_that_ends_in_the_hour_that_comes_twice_never_counts_backwards() -> None:
    window = Window.parse("02:00-02:30")
    assert window.remaining(paris("2026-10-25T02:15")) == 900
    assert window.remaining(paris("2026-10-25T02:15", fold=1)) == 1


def test_a_dated_window_is_that_day_s_alone_and_is_written_as_it_is_read() -> None:
    window = Window.parse("2025-03-20 13:00-17:00")
    assert window.remaining(paris("2025-03-20T13:00")) == 4 * 3600
    assert window.remaining(paris("2025-03-20T16:59")) == 60
    for outside in ("2025-03-20T12:59", "2025-03-20T17:00", "2025-03-21T13:30", "2026-03-20T13:30"):
        assert window.remaining(paris(outside)) == 0
    night = Window.parse("2026-12-31 23:00-01:00")
    assert night.remaining(paris("2027-01-01T00:30")) == 1800
    assert night.remaining(paris("2026-12-31T00:30")) == 0
    for text in ("2025-03-20 13:00-17:00", "sunday 23:00-23:45", "01:00-02:00"):
        assert str(Window.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "01:00", "1:00-2:00", "01:00-25:00", "dimanche 01:00-02:00", "01:00 - 02:00", " 01:00-02:00",
        "sunday01:00-02:00", "2025-02-30 01:00-02:00", "sunday 2025-03-20 01:00-02:00",
    ],
)  # fmt: skip
def test_an_unknown_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 its text is the standard library's for an impossible hour
        Window.parse(text)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2025-12-31", 6, "2026-06-30"),
        ("2026-01-15", 12, "2027-01-15"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_months_are_added_within_the_month(day: str, months: int, then: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


@given(day=st.dates(date(1900, 1, 1), date(2999, 12, 1)))
@settings(derandomize=True, database=None, deadline=None)
def test_the_last_day_of_a_month_is_followed_by_a_first(day: date) -> None:
    last = last_day_of_month(day)
    assert (last.year, last.month) == (day.year, day.month)
    assert (last + timedelta(days=1)).day == 1


def test_a_day_is_midnight_in_paris() -> None:
    assert epoch("2026-01-15") == 1768431600
    assert epoch("2026-07-15T12:00:00") == 1784066400
    assert epoch("") is epoch(None) is epoch("2026-02-30") is epoch("hier") is None


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        ("01:00-02:00", "2026-11-24T00:30", "2026-11-24T01:00"),
        ("01:00-02:00", "2026-11-24T01:00", "2026-11-25T01:00"),
        ("23:30-00:30", "2026-11-24T00:10", "2026-11-24T23:30"),
        ("sunday 23:00-23:45", "2026-11-24T12:00", "2026-11-29T23:00"),
        ("sunday 23:00-23:45", "2026-11-29T23:00", "2026-12-06T23:00"),
        ("2026-12-20 13:00-17:00", "2026-11-24T12:00", "2026-12-20T13:00"),
        ("2026-12-20 13:00-17:00", "2026-12-20T13:00", None),
    ],
)
def test_when_a_window_opens_next(window: str, now: str, opens: str | None) -> None:
    found = Window.parse(window).next(datetime.fromisoformat(now).replace(tzinfo=PARIS))
    assert found == (datetime.fromisoformat(opens).replace(tzinfo=PARIS) if opens else None)
