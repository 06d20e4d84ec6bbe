# SPDX-License-Identifier: EUPL-1.2
"""A month's key is there before its month, made outside the event loop; what fails is tried again."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from gateway.audit.ahead import keep_ahead
from gateway.audit.subject import KeysUnavailable, Subjects

LAST_DAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY_BEFORE = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Noted:
    """Keys in memory, which notes the thread that makes each; `failures`: how often it fails first."""

    def __init__(self, failures: int = 0) -> None:
        self.made: dict[str, bytes | None] = {}
        self.threads: set[int] = set()
        self.failures = failures

    def read(self, month: str) -> tuple[bytes | None, bool]:
        self.threads.add(threading.get_ident())
        if self.failures:
            self.failures -= 1
            raise KeysUnavailable("panne")
        return self.made.get(month), month in self.made

    def create(self, month: str, wrapped: bytes) -> None:
        self.made.setdefault(month, wrapped)

    def destroy(self, month: str) -> bool:
        raise AssertionError("nothing is destroyed ahead")

    def all(self) -> Mapping[str, bytes | None]:
        return self.made


async def kept(store: Noted, at: datetime) -> Subjects:
    """Subjects kept ahead at this instant, for a few rounds."""
    seconds = iter(range(0, 10**6, 10))
    subjects = Subjects(bytes(32), store, lambda count: bytes(count), lambda: float(next(seconds)))
    rounds, done = iter(range(10**6)), asyncio.Event()

    def clock() -> datetime:
        if next(rounds) == 4:
            done.set()
        return at

    task = asyncio.create_task(keep_ahead(subjects, clock, every_s=0.001))
    try:
        async with asyncio.timeout(20):
            await done.wait()
    finally:
        task.cancel()
    return subjects


async def test_on_the_last_day_the_next_month_has_its_key_and_the_loop_did_not_make_it() -> None:
    store = Noted()
    subjects = await kept(store, LAST_DAY)
    assert list(store.made) == ["2026-12"]
    assert threading.get_ident() not in store.threads
    store.failures = 10**6  # the month begins with a broken store: its key is known already
    assert subjects.commitment("999100118", datetime(2026, 12, 1, tzinfo=UTC)).startswith("hmac-sha256:")


async def test_before_that_day_no_key_is_made_that_nothing_may_ever_need() -> None:
    store = Noted()
    await kept(store, DAY_BEFORE)
    assert list(store.made) == ["2026-11"]


async def test_a_failure_is_said_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    store = Noted(failures=2)
    with caplog.at_level("WARNING", "dlnuf.audit"):
        await kept(store, LAST_DAY)
    assert [record.message for record in caplog.records] == ["subject_key_not_ahead"] * 2
