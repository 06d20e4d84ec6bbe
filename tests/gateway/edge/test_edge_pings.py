# SPDX-License-Identifier: EUPL-1.2
"""Pings: one real question a minute however many ask, a status that says what is so, a registry left alone at night."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.kit import Registry, RegistryUnavailable
from connectors.kit.contract import load
from connectors.kit.freshness import Window
from gateway.edge import pings
from gateway.edge.pings import Pings
from gateway.logs import JsonFormatter

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DOOR: Any = object()


class World:
    """A registry whose probe follows a script, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOON
        self.asked = 0
        self.trouble: BaseException | None = None
        self.gate: asyncio.Event | None = None

    async def probe(self, registry: Registry) -> None:
        """Asks, as a contract's own probe does."""
        assert registry is DOOR
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble

    def pings(self, *, maintenance: bool = True, probe: Callable[[Registry], Any] | None = None) -> Pings:
        """The pings of a registry that has two ids and closes from one to two at night."""
        contract = replace(
            load("insee"),
            pings=("essai/un", "essai/deux"),
            probe=probe or self.probe,
            maintenance=(Window.parse("01:00-02:00"),),
        )
        return Pings({"insee": contract}, {"insee": DOOR}, lambda: self.now, maintenance=maintenance)


async def test_a_registry_that_answers_is_ok_and_says_since_when() -> None:
    world = World()
    assert await world.pings().ping("essai/un") == (
        200,
        {"status": "ok", "last_update": "2026-11-22T12:00:00Z", "last_ok_status": "2026-11-22T12:00:00Z"},
    )


async def test_it_is_asked_once_a_minute_however_many_ask_under_whatever_id() -> None:
    world = World()
    world.gate = asyncio.Event()
    made = world.pings()
    asking = [asyncio.create_task(made.ping(name)) for name in made.names * 10]
    await asyncio.sleep(0)
    world.gate.set()
    assert {status for status, _ in await asyncio.gather(*asking)} == {200}
    world.now += timedelta(seconds=59.9)
    await made.ping("essai/deux")
    assert world.asked == 1
    world.now += timedelta(seconds=0.1)
    await made.ping("essai/un")
    assert world.asked == 2


@pytest.mark.parametrize("trouble", [RegistryUnavailable(), TimeoutError(), ValueError("DUPONT")], ids=repr)
async def test_a_registry_that_does_not_is_a_bad_gateway_and_its_last_good_moment_stays(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    made = world.pings()
    await made.ping("essai/un")
    world.now += timedelta(minutes=2)
    world.trouble = trouble
    status, body = await made.ping("essai/un")
    assert status == 502
    assert body == {
        "status": "bad_gateway", "last_update": "2026-11-22T12:02:00Z", "last_ok_status": "2026-11-22T12:00:00Z",
    }  # fmt: skip
    lines = [JsonFormatter().format(record) for record in caplog.records if record.levelno >= logging.ERROR]
    assert [json.loads(line)["event"] for line in lines] == (["ping_failed"] if type(trouble) is ValueError else [])
    assert "DUPONT" not in str(lines)
    world.now += timedelta(minutes=2)
    world.trouble = None
    assert (await made.ping("essai/un"))[1]["status"] == "ok"


async def test_a_registry_that_hangs_is_left_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pings, "TIMEOUT_S", 0.02)
    world = World()
    world.gate = asyncio.Event()
    status, body = await world.pings().ping("essai/un")
    assert (status, body["status"], body["last_ok_status"]) == (502, "bad_gateway", None)


async def test_a_look_that_was_broken_off_says_nothing_and_is_taken_again() -> None:
    world = World()
    world.gate = asyncio.Event()
    made = world.pings()
    first = asyncio.create_task(made.ping("essai/un"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    world.gate.set()
    assert (await made.ping("essai/un"))[1]["status"] == "ok"
    assert world.asked == 2


async def test_during_maintenance_the_registry_is_left_alone_and_the_end_is_told() -> None:
    world = World()
    world.now = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)  # half past one in Paris
    made = world.pings()
    assert await made.ping("essai/un") == (
        200,
        {
            "status": "maintenance",
            "last_update": "2026-11-22T00:30:00Z",
            "last_ok_status": None,
            "until": "2026-11-22T01:00:00Z",
        },
    )
    assert world.asked == 0
    world.now = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    assert (await made.ping("essai/un"))[1]["status"] == "ok"


async def test_where_windows_do_not_count_the_registry_is_asked_at_night_too() -> None:
    world = World()
    world.now = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
    assert (await world.pings(maintenance=False).ping("essai/un"))[1]["status"] == "ok"


@pytest.mark.parametrize("name", ["", "essai", "essai/trois", "ESSAI/UN", "../essai/un", "\udcff"])
async def test_an_id_that_no_contract_names_is_an_empty_404(name: str) -> None:
    assert await World().pings().ping(name) == (404, {})


def test_all_ids_are_listed_in_order() -> None:
    assert World().pings().names == ["essai/deux", "essai/un"]
