# SPDX-License-Identifier: EUPL-1.2
"""Telling many portals: what one of them does not take, takes slowly or makes impossible keeps no other waiting."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from gateway.dossier.files import Files
from gateway.dossier.outbox import Due
from gateway.dossier.store import Store
from gateway.dossier.webhooks import AT_ONCE, BREAK_S, OF_A_HOST, OF_A_PORTAL, Webhooks
from gateway.problems import problem
from tests.gateway.dossier.files_world import KEY, SHEETS, Time, dossier, opened

QUICK = "https://vite.example/dlnuf"


@dataclass
class Portals:
    """Hosts that are told: all but one answer when they are let."""

    told: list[str] = field(default_factory=list)
    let: asyncio.Event = field(default_factory=asyncio.Event)
    quick: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """A delivery."""
        self.told.append(url)
        if url == QUICK:
            self.quick.set()
        else:
            await self.let.wait()
        return 200


@dataclass
class World:
    """Files, their portals, and who tells them."""

    files: Files
    time: Time
    portals: Portals
    webhooks: Webhooks
    made: int = 0

    def happens(self, url: str, habilitation: str = "h", times: int = 1) -> None:
        """Something happens to a file of a portal, so often."""
        self.made += 1
        file = replace(dossier(webhook=url, identifier=f"{self.made:036}"), habilitation_id=habilitation)
        self.files.create(file, "", "")
        for _ in range(times):
            self.files.change(file.id, lambda one: (one, [("dossier.depose", {})]))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An empty store."""
    time, portals = Time(), Portals()
    files = opened(tmp_path, time)
    webhooks = Webhooks(files, SHEETS, portals.post, "", lambda: time.at)
    yield World(files, time, portals, webhooks)
    await webhooks.stop()
    files.store.close()


async def test_a_slow_host_keeps_nobody_else_from_being_told(world: World) -> None:
    world.happens("https://lent.example/dlnuf", times=AT_ONCE * 2)
    world.webhooks.start()
    await asyncio.sleep(0)
    world.happens(QUICK)
    await asyncio.wait_for(world.portals.quick.wait(), 10)
    assert len(world.portals.told) == OF_A_HOST + 1
    world.portals.let.set()


async def test_a_portal_with_many_slow_hosts_leaves_places_to_the_others(world: World) -> None:
    for rank in range(AT_ONCE):
        world.happens(f"https://lent-{rank}.example/dlnuf", times=2)
    world.happens(QUICK, "h2")
    world.webhooks.start()
    await asyncio.wait_for(world.portals.quick.wait(), 10)
    assert len(world.portals.told) == OF_A_PORTAL + 1
    world.portals.let.set()
    await asyncio.wait_for(world.webhooks.deliver_due(), 10)
    assert world.files.store.outbox.lanes() == {}


async def test_what_cannot_be_noted_is_told_again_later_and_the_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, for a while: no message is lost, none is sent without end."""

    def full(*_: object) -> None:
        raise problem("00500")

    world.portals.let.set()
    world.happens("https://lent.example/dlnuf")
    with monkeypatch.context() as broken:
        broken.setattr(world.files.store.outbox, "done", full)
        broken.setattr(world.files.store.outbox, "put_off", full)
        await world.webhooks.deliver_due()
        await world.webhooks.deliver_due()
        assert len(world.portals.told) == 1
    world.happens(QUICK)
    await world.webhooks.deliver_due()
    assert world.portals.told[1:] == [QUICK]
    world.time.at += BREAK_S + 1
    await world.webhooks.deliver_due()
    assert len(world.portals.told) == 3
    assert world.files.store.outbox.lanes() == {}


async def test_a_host_is_forgotten_with_its_last_message(world: World) -> None:
    world.portals.let.set()
    for rank in range(20):
        world.happens(f"https://portail-{rank}.example/dlnuf")
    await world.webhooks.deliver_due()
    assert world.webhooks._hosts == {}


async def test_messages_of_a_store_that_knew_no_lanes_are_told(world: World, tmp_path: Path) -> None:
    world.happens(QUICK)
    world.files.store.lend(
        lambda db, *_: db.executescript("DROP INDEX delivery_lane; ALTER TABLE delivery DROP COLUMN lane;")
    )
    world.files.store.close()
    world.files.store = Store(tmp_path / "dossiers.db", KEY, os.urandom)
    assert world.files.store.outbox.due("", world.time.at, 9) == [Due(f"{1:036}", 2, 0, "")]
    await world.webhooks.deliver_due()
    assert world.portals.told == [QUICK]
