# SPDX-License-Identifier: EUPL-1.2
"""Taking up what a former process left: one file that is damaged, or ends the process, keeps no other waiting."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.dossier.collect import SUSPECT_S, Collector, Means
from gateway.dossier.files import Files
from gateway.dossier.queue import Waiting
from gateway.dossier.trials import MOST
from gateway.dossier.values import Candidature, Item, Seal
from gateway.dossier.words import Standing, State
from tests.gateway.dossier.files_world import CONTRACTS, PERSON, SHEETS, Time, damage, dossier, item, opened

FILES = [f"{digit}" * 36 for digit in (1, 2, 3)]
MOMENT_S = 0.05


class Collecting(Collector):
    """Notes which questions would be put, and holds them until they are let go."""

    def __init__(self, files: Files, means: Means) -> None:
        super().__init__(files, means)
        self.put: list[Waiting] = []
        self.under_way = self.most = 0
        self.let_go = asyncio.Event()

    async def _put(self, waiting: Waiting, dossier: Candidature, item: Item, piece: Any) -> None:
        self.put.append(waiting)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.let_go.wait()
        self.under_way -= 1
        self._file(waiting, replace(item, state=State.MISSING, attempts=item.attempts + 1))

    def of(self, identifier: str) -> int:
        """How many questions of a file were put."""
        return sum(one.dossier == identifier for one in self.put)


def expecting(identifier: str, *keys: str) -> Candidature:
    """A file whose pieces are still expected."""
    items = [replace(item(key, state=State.PENDING), provenance=None, attempts=0) for key in keys]
    return dossier(*items, identifier=identifier)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[Files, Time, Collecting]]:
    """Three files that expect one piece each, and who collects, not yet started."""
    time = Time()
    files = opened(tmp_path, time)
    for identifier in FILES:
        files.create(expecting(identifier, "attestation_vigilance"), "", "")
    nobody = cast("Any", None)
    means = Means(
        nobody, SHEETS, nobody, nobody, {name: one.concurrency for name, one in CONTRACTS.items()}, lambda: "e" * 36,
        lambda: time.at, asyncio.get_running_loop().time,
    )  # fmt: skip
    collecting = Collecting(files, means)
    yield files, time, collecting
    await collecting.stop()
    files.store.close()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not in time")


async def put(collecting: Collecting, *identifiers: str) -> None:
    """Wait until a question of each of these files was put."""
    await until(lambda: all(collecting.of(one) for one in identifiers))


async def test_a_file_that_cannot_be_read_keeps_no_other_from_being_taken_up(
    world: tuple[Files, Time, Collecting],
) -> None:
    """Nor the service from starting."""
    files, _, collecting = world
    damage(files, FILES[0])
    collecting.start()
    await put(collecting, *FILES[1:])
    assert not collecting.of(FILES[0])


async def test_a_question_during_which_the_process_ended_comes_after_the_others(
    world: tuple[Files, Time, Collecting],
) -> None:
    files, time, collecting = world
    ended(files, FILES[0], 1)
    collecting.start()
    await put(collecting, *FILES[1:])
    assert not collecting.of(FILES[0])
    time.at += SUSPECT_S
    collecting._awake.set()
    await put(collecting, FILES[0])
    collecting.let_go.set()
    await until(lambda: not files.store.unfinished())
    assert files.store.trials.interrupted(FILES[0], files.get(FILES[0]).items[0].id) == 0


async def test_a_question_that_ended_the_process_again_and_again_is_put_no_more(
    world: tuple[Files, Time, Collecting],
) -> None:
    """The file says so, and a refresh puts it once more."""
    files, time, collecting = world
    ended(files, FILES[0], MOST)
    collecting.start()
    collecting.let_go.set()
    await put(collecting, *FILES[1:])
    time.at += SUSPECT_S
    collecting._awake.set()
    await until(lambda: files.get(FILES[0]).items[0].state is not State.PENDING)
    piece = files.get(FILES[0]).items[0]
    assert (piece.state, piece.next_at) == (State.UNAVAILABLE, None)
    assert piece.provenance is not None
    assert "sur demande" in piece.provenance.said
    assert piece.id not in [one.item for one in collecting.put if one.dossier == FILES[0]]
    collecting.again(FILES[0], [piece.id])
    await until(lambda: piece.id in [one.item for one in collecting.put if one.dossier == FILES[0]])


async def test_what_is_asked_anew_waits_its_turn_as_well(world: tuple[Files, Time, Collecting]) -> None:
    """A portal that refreshes without end takes no more places than any file."""
    files, _, collecting = world
    collecting.start()
    for _ in range(20):
        for identifier in FILES:
            collecting.again(identifier, [files.get(identifier).items[0].id])
    places = max(1, CONTRACTS["urssaf"].concurrency // 2)
    await put(collecting, FILES[0])
    await asyncio.sleep(MOMENT_S)
    assert len(collecting.put) <= min(places, len(FILES))
    assert collecting.most <= places


async def test_an_answer_asked_anew_takes_the_place_of_the_one_before(world: tuple[Files, Time, Collecting]) -> None:
    """Else a portal that refreshes leaves its company no room; what was sealed stays, whatever comes since."""
    files, _, collecting = world

    def answered(content: bytes) -> str:
        piece = files.get(FILES[0]).items[0]
        digest = hashlib.sha256(content).hexdigest()
        source = replace(item(piece.key).provenance, answer=digest)  # type: ignore[type-var] # the world's items have one
        said = replace(piece, state=State.RETRIEVED, value={"a": 1}, provenance=source)
        collecting._file(Waiting(FILES[0], piece.id, "t"), said, [content])
        return digest

    first, second = answered(b"one" * 1_000), answered(b"two" * 1_000)
    assert [files.store.content(FILES[0], one) is None for one in (first, second)] == [True, False]
    files.change(FILES[0], lambda one: (replace(one, seal=Seal(1, "", PERSON), standing=Standing.SEALED), ()))
    third = answered(b"three")
    assert [files.store.content(FILES[0], one) is None for one in (second, third)] == [False, False]
    weighs = files.store.lend(
        lambda db, *_: db.execute("SELECT size FROM dossier WHERE id = ?", (FILES[0],)).fetchone()
    )
    assert weighs == (3_005,)


def ended(files: Files, identifier: str, times: int) -> None:
    """What processes that died during a file's question left."""
    with files.store.writing():
        for _ in range(times):
            files.store.trials.begins(identifier, files.get(identifier).items[0].id)
