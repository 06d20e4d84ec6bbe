# SPDX-License-Identifier: EUPL-1.2
"""Refusals of nobody in particular: the first of a minute each have a record, the others a count, and none is lost."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.floods import ALL, FIRST, KEPT, Floods
from gateway.audit.recording import happening
from gateway.audit.vocabulary import check
from gateway.problems import problem

AT = "2026-11-24T10:00:00.000Z"


class Written:
    """Records that the vocabulary accepts; `refusing`: the log is out of order."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.refusing = False
        self.something = asyncio.Event()

    async def event(self, name: str, **facts: Any) -> int:
        if self.refusing:
            raise problem("00510")
        record = happening(name, AT, facts)
        check(record)
        self.records.append(record)
        self.something.set()
        return len(self.records)

    @property
    def told(self) -> list[tuple[str | None, str, int]]:
        return [(one.get("address"), one["code"], one["count"]) for one in self.records]


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0 - 1_800_000_000.0 % 60

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def floods(clock: Clock) -> Floods:
    return Floods(clock)


async def test_the_first_of_a_minute_stand_alone_and_the_others_are_counted_once_it_is_over(
    floods: Floods, clock: Clock
) -> None:
    written = Written()
    alone = [floods.alone("192.0.2.7", 401, "00101") for _ in range(FIRST + 40)]
    assert alone == [True] * FIRST + [False] * 40
    assert floods.alone("192.0.2.8", 401, "00101")
    await floods.record(written)
    assert written.told == []
    clock.now += 60
    await floods.record(written)
    await floods.record(written)
    assert written.told == [("192.0.2.7", "00101", 40)]
    assert floods.alone("192.0.2.7", 401, "00101")


async def test_each_code_has_its_own_count(floods: Floods, clock: Clock) -> None:
    written = Written()
    for code in ["00101"] * FIRST + ["00101", "00106", "00106"]:
        floods.alone("192.0.2.7", 401, code)
    clock.now += 60
    await floods.record(written)
    assert written.told == [("192.0.2.7", "00101", 1), ("192.0.2.7", "00106", 2)]


async def test_many_addresses_together_are_bounded_too_and_none_is_lost(floods: Floods, clock: Clock) -> None:
    written = Written()
    asked = KEPT + 500
    alone = sum(floods.alone(f"2001:db8::{number:x}", 401, "00101") for number in range(asked))
    assert alone == ALL
    assert len(floods.waiting) <= KEPT
    clock.now += 60
    await floods.record(written)
    assert sum(count for _, _, count in written.told) == asked - ALL
    assert (None, "00101", 500) in written.told


async def test_a_count_that_cannot_be_written_waits_within_the_same_memory(floods: Floods, clock: Clock) -> None:
    written = Written()
    written.refusing = True
    asked = alone = 0
    for _ in range(4):
        for number in range(3_000):
            asked += 1
            alone += floods.alone(f"2001:db8::{number:x}", 401, "00101")
        clock.now += 60
        with pytest.raises(type(problem("00510"))):
            await floods.record(written)
    assert len(floods.waiting) <= KEPT + 1
    written.refusing = False
    await floods.record(written)
    assert sum(count for _, _, count in written.told) == asked - alone
    assert floods.waiting == {}


async def test_what_is_counted_is_recorded_while_it_runs_and_when_it_stops(floods: Floods, clock: Clock) -> None:
    written = Written()
    async with floods.recorded(written, every_s=0.01):
        for _ in range(FIRST + 3):
            floods.alone("192.0.2.7", 401, "00101")
        clock.now += 60
        async with asyncio.timeout(10):
            await written.something.wait()
        assert written.told == [("192.0.2.7", "00101", 3)]
        for _ in range(FIRST + 2):
            floods.alone("192.0.2.7", 401, "00101")
    assert written.told[1:] == [("192.0.2.7", "00101", 2)]


async def test_a_stop_with_the_log_out_of_order_says_how_many_are_lost(
    floods: Floods, caplog: pytest.LogCaptureFixture
) -> None:
    written = Written()
    written.refusing = True
    async with floods.recorded(written):
        for _ in range(FIRST + 3):
            floods.alone("192.0.2.7", 401, "00101")
    (said,) = [record for record in caplog.records if record.message == "refusals_not_recorded"]
    assert vars(said)["count"] == 3


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 3), st.sampled_from(("00101", "00106"))), max_size=300))
def test_alone_and_counted_always_make_all_of_them(told: list[tuple[int, int, str]]) -> None:
    """Whatever the times (back in time too), the addresses and the codes."""
    clock, written = Clock(), Written()
    floods, alone = Floods(clock), 0

    async def play() -> None:
        nonlocal alone
        for seconds, address, code in told:
            clock.now += seconds - 20
            for _ in range(25):
                alone += floods.alone(f"192.0.2.{address}", 401, code)
            await floods.record(written)
        await floods.record(written, stopping=True)

    asyncio.run(play())
    assert alone + sum(count for _, _, count in written.told) == 25 * len(told)
