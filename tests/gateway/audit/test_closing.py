# SPDX-License-Identifier: EUPL-1.2
"""Closing days: each record of the log in exactly one, whoever closes, whatever clocks say, after any interruption."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.closing import Closings, DayCloser, recomputed
from gateway.audit.day import DayUncounted
from gateway.audit.day_proof import written
from gateway.audit.proof import ProofFile
from gateway.audit.quorum import WitnessPolicy, log_key
from gateway.verify import Refused, verify
from tests.gateway.audit.audit_world import SIGNER
from tests.gateway.audit.index_world import commitment, exchange, spelled
from tests.gateway.audit.memory_log import MemoryLog

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


class World:
    """A log in memory, a clock, and gateways that close its days."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.now = MIDNIGHT + timedelta(hours=1)
        self.events = 0

    def closer(self, purposes: tuple[str, ...] = ()) -> DayCloser:
        return DayCloser(self.log, self.event, purposes, lambda: self.now)

    async def event(self, name: str, **facts: Any) -> int:
        self.events += 1
        told = {key: value for key, value in facts.items() if value is not None}
        self.write({"v": 1, "event": name, "id": f"{self.events}", "at": spelled(self.now), **told})
        return self.log.size() - 1

    def write(self, record: dict[str, object]) -> None:
        self.log.append(orjson.dumps(record, option=orjson.OPT_SORT_KEYS))

    def asked(self, at: datetime, company: int = 1, **changed: object) -> None:
        self.write(exchange(self.log.size(), at=spelled(at), subject=commitment(f"company {company}"), **changed))

    async def close_all(self) -> list[str]:
        found = []
        closer = self.closer()
        while (day := await closer.step()) is not None:
            found.append(day)
        return found


@pytest.fixture
def world() -> World:
    return World()


async def test_a_day_is_closed_once_it_is_over_and_not_before(world: World) -> None:
    world.asked(MIDNIGHT - timedelta(hours=2))
    world.now = MIDNIGHT + timedelta(minutes=4)
    assert await world.close_all() == []
    world.now = MIDNIGHT + timedelta(minutes=6)
    assert await world.close_all() == ["2026-11-23"]
    assert await world.close_all() == []


async def test_missed_days_are_caught_up_with_and_empty_ones_closed_too(world: World) -> None:
    world.asked(MIDNIGHT - timedelta(days=3, hours=1))
    world.asked(MIDNIGHT - timedelta(hours=1))
    assert await world.close_all() == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
    closings = Closings(world.log).follow()
    assert [(one.first, one.stop) for one in closings] == [(0, 1), (1, 1), (1, 1), (1, 2)]


async def test_a_log_without_records_has_nothing_to_close(world: World) -> None:
    assert await world.close_all() == []


async def test_what_comes_late_is_counted_with_the_next_day(world: World) -> None:
    world.asked(MIDNIGHT - timedelta(hours=1))
    assert await world.close_all() == ["2026-11-23"]
    world.asked(MIDNIGHT - timedelta(seconds=1), company=9)  # from a gateway that was cut off
    world.now += timedelta(days=1)
    assert await world.close_all() == ["2026-11-24"]
    last = Closings(world.log).follow()[-1]
    assert recomputed(world.log, last).open.size == 1


async def test_two_gateways_that_close_the_same_day_leave_one_closing(world: World) -> None:
    world.asked(MIDNIGHT - timedelta(hours=1))
    first, second = world.closer(), world.closer()
    found = second._next()  # the second has worked the day out when the first writes it
    assert await first.step() == "2026-11-23"
    assert found is not None
    header = found.header
    await world.event("day_closed", day=header.day, seq=header.first, size=header.stop, root=header.digest())
    assert [one.number for one in Closings(world.log).follow()] == [1]
    assert await second.step() is None


async def test_hints_of_an_index_give_what_the_whole_log_gives(world: World) -> None:
    world.asked(MIDNIGHT - timedelta(days=2))
    await world.close_all()
    known = world.log.size()
    world.asked(MIDNIGHT + timedelta(hours=3))
    world.now += timedelta(days=1)
    await world.close_all()
    whole = Closings(world.log).follow()
    numbers = [one.number for one in whole if one.number < known]
    assert Closings(world.log, lambda: (numbers, known)).follow() == whole


@settings(max_examples=30, deadline=None)
@given(hours=st.lists(st.integers(-90, 40), max_size=25), pauses=st.lists(st.integers(0, 40), max_size=6))
async def test_every_record_is_in_exactly_one_day(hours: list[int], pauses: list[int]) -> None:
    world = World()
    for at, hour in enumerate(hours):
        world.asked(MIDNIGHT + timedelta(hours=hour), company=hour)
        if at % 5 == 4 and pauses:
            world.now += timedelta(hours=pauses[at // 5 % len(pauses)])
            await world.close_all()
    await world.close_all()
    closings = Closings(world.log).follow()
    assert all(one.stop == two.first for one, two in pairwise(closings))
    for one in closings:
        recomputed(world.log, one)
    if closings:
        assert closings[0].first == 0
        days = [one.day for one in closings]
        assert days == sorted(set(days))


async def test_an_auditor_finds_a_day_that_was_closed_wrongly(world: World) -> None:
    world.asked(MIDNIGHT - timedelta(hours=1))
    world.asked(MIDNIGHT - timedelta(hours=1), company=2)
    await world.close_all()
    closing = Closings(world.log).follow()[0]
    recomputed(world.log, closing)
    left_out = world.log.records[1] or b""
    world.log.records[1] = left_out.replace(commitment("company 2").encode(), commitment("company 1").encode())
    with pytest.raises(DayUncounted, match="racine"):
        recomputed(world.log, closing)
    world.log.erase(1)
    with pytest.raises(DayUncounted, match="effacé"):
        recomputed(world.log, closing)


async def test_the_whole_file_verifies_offline_and_says_what_it_does_not_prove(world: World) -> None:
    world.asked(MIDNIGHT - timedelta(hours=1))
    world.asked(MIDNIGHT - timedelta(hours=1), company=2, purpose="detection_fraude")
    await world.closer(("detection_fraude",)).step()
    closing = Closings(world.log).follow()[0]
    note = world.log.publish()
    proof = world.log.tiles().inclusion(closing.number)
    receipt = ProofFile(closing.number, tuple(proof), note, world.log.records[closing.number]).text()
    day = recomputed(world.log, closing)
    policy = WitnessPolicy.of_log(log_key(SIGNER.verifier.text()))
    mine = [commitment("company 1")]
    text = written(day, receipt, mine, {"detection_fraude": "2027-11-23"})
    findings = verify(text.encode(), policy)
    assert "1 sont au sujet" in findings.proved[0]
    assert any("sous embargo" in one for one in findings.not_proved)
    assert "2 sont" not in findings.proved[0]
    other = written(day, receipt, [commitment("nobody")], {"detection_fraude": "2027-11-23"})
    assert "aucun n'est au sujet" in verify(other.encode(), policy).proved[0]
    for wrong in (
        text.replace('"day": "2026-11-23"', '"day": "2026-11-22"'),
        text.replace(f'"stop": {day.header.stop}', '"stop": 99'),
    ):
        with pytest.raises(Refused):
            verify(wrong.encode(), policy)
