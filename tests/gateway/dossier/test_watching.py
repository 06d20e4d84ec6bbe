# SPDX-License-Identifier: EUPL-1.2
"""After the deposit: what ends is announced once, what may have changed is looked at again, what is over goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.dossier.consequences import followed
from gateway.dossier.files import Files
from gateway.dossier.watching import LOOK_AGAIN_S, Watch
from gateway.problems import Problem
from tests.gateway.dossier.files_world import NOW, SHEETS, SIRET, Time, damage, dossier, item, opened

DAY = "2026-12-10"
LATER = "2027-06-30"


@dataclass
class Asked:
    """A collection that only notes what it is asked to ask again."""

    again_: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def again(self, identifier: str, items: Sequence[str]) -> None:
        """Noted."""
        self.again_.append((identifier, tuple(items)))


@dataclass
class World:
    """Files, who watches them, and what is asked again."""

    files: Files
    time: Time
    asked: Asked
    watch: Watch

    def alerts(self, identifier: str) -> list[dict[str, Any]]:
        """The alerts of a file."""
        return [one.facts for one in self.files.events(identifier, 0) if one.name.startswith("alerte.")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty store that is watched."""
    time, asked = Time(), Asked()
    files = opened(tmp_path, time)
    yield World(files, time, asked, Watch(files, asked, SHEETS, lambda: time.at))  # type: ignore[arg-type] # all it needs of a collector
    files.store.close()


async def test_a_certificate_about_to_end_is_announced_once(world: World) -> None:
    """Not each hour, and not when it has months to go."""
    file = dossier(item("attestation_vigilance", DAY), item("attestation_fiscale", LATER), sealed=True)
    world.files.create(file, "", "")
    await world.watch.look()
    await world.watch.look()
    assert world.alerts(file.id) == [{"piece": f"{SIRET}:attestation_vigilance", "valable_jusqu_au": DAY}]


async def test_a_file_that_cannot_be_read_keeps_no_other_from_being_watched(world: World) -> None:
    """The older one is damaged on disk: what the younger one needs is announced all the same."""
    damaged, sound = (
        dossier(item("attestation_vigilance", DAY), sealed=True, identifier=f"{digit}" * 36) for digit in (1, 2)
    )
    for one in (damaged, sound):
        world.files.create(one, "", "")
    damage(world.files, damaged.id)
    await world.watch.look()
    assert len(world.alerts(sound.id)) == 1


async def test_only_deposited_files_are_watched(world: World) -> None:
    """Before the deposit nobody relies on it."""
    file = dossier(item("attestation_vigilance", DAY))
    world.files.create(file, "", "")
    await world.watch.look()
    assert world.alerts(file.id) == []


async def test_notices_are_looked_at_again_each_day(world: World) -> None:
    """During the contract as well; other pieces are not."""
    file = dossier(item("annonces_bodacc", LATER, []), item("identite", LATER, {}), sealed=True)
    world.files.create(file, "", "")
    await world.watch.look()
    assert world.asked.again_ == []
    world.time.at += LOOK_AGAIN_S
    await world.watch.look()
    assert world.asked.again_ == [(file.id, (f"{SIRET}:annonces_bodacc",))]


def test_a_new_insolvency_notice_is_an_alert_and_an_old_one_is_not() -> None:
    """Only what was not there at the last look."""
    old = {"identifiant": "A1", "defaillance_signalee": True}
    new = {"identifiant": "A2", "defaillance_signalee": True}
    accounts = {"identifiant": "C1", "defaillance_signalee": False}
    piece = SHEETS.pieces["annonces_bodacc"]
    before = item("annonces_bodacc", LATER, [old])
    file = dossier(before, sealed=True)
    _, happened = followed(file, before, replace(before, value=[old, new, accounts]), int(NOW), piece)
    assert happened == [("alerte.procedure_collective", {"piece": f"{SIRET}:annonces_bodacc", "annonces": ["A2"]})]
    _, nothing = followed(file, before, replace(before, value=[old, accounts]), int(NOW), piece)
    assert nothing == []


async def test_files_end_with_their_retention(world: World) -> None:
    """And are then unknown."""
    file = dossier(item("identite", LATER, {}), sealed=True)
    world.files.create(file, "", "")
    world.time.at = file.until
    await world.watch.look()
    with pytest.raises(Problem):
        world.files.get(file.id)
