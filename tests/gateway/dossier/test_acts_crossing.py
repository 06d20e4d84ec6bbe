# SPDX-License-Identifier: EUPL-1.2
"""A deposit that is being recorded: nothing else may change the file until it is sealed, or is not."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.dossier.desk import Desk
from gateway.dossier.values import Declaration
from gateway.dossier.words import Standing
from gateway.problems import Problem
from tests.gateway.dossier.files_world import NOW, PERSON, SHEETS, SIRET, Time, dossier, item, opened

DECLARED = tuple(
    Declaration(key, key, SIRET, key, True, PERSON, int(NOW)) for key in ("honneur_exclusions", "obligation_emploi")
)


class SlowLog:
    """A log whose records are durable when the test says so."""

    def __init__(self) -> None:
        self.durable, self.names = asyncio.Event(), list[str]()

    def commitments(self, siren: str, _: object) -> dict[str, str]:
        return {}

    async def event(self, name: str, **_: Any) -> int:
        self.names.append(name)
        await self.durable.wait()
        return len(self.names)


class NoRegistry:
    """Registries that nobody asks."""

    queue = cast("Any", type("Queue", (), {"drop": lambda self, _: None})())

    def take_up(self, _: str) -> None:
        """Nothing."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """The counter, over one file that lacks nothing but its deposit."""
    files = opened(tmp_path, Time())
    files.create(replace(dossier(item("chiffres_affaires", value={"annees": []})), declarations=DECLARED), "", "")
    yield Desk(
        files,
        SHEETS,
        cast("Any", NoRegistry()),
        cast("Any", None),
        cast("Any", SlowLog()),
        lambda: "z" * 36,
        lambda: NOW,
    )
    files.store.close()


Act = Callable[[Desk, Any], Awaitable[object]]
ACTS: dict[str, Act] = {
    "deposit": lambda desk, file: desk.deposit(file, {}, "", PERSON),
    "withdraw": lambda desk, file: desk.withdraw(file),
    "contest": lambda desk, file: desk.contest(file, {"piece": file.items[0].id, "texte": "Non."}, (), PERSON),
    "name a signatory": lambda desk, file: desk.declare(
        file, {"signataire": {"prenom": "A", "nom": "B", "qualite": "C"}}, (), PERSON
    ),
    "consent": lambda desk, file: desk.consent(
        file, {"siret": SIRET, "consentement": {"par": {"prenom": "A", "nom": "B", "qualite": "C"}}}
    ),
}


@pytest.mark.parametrize(
    ("first", "second"),
    # Contesting a fact is for the time after the deposit as well.
    [(one, other) for one in ("deposit", "withdraw") for other in ACTS if (one, other) != ("deposit", "contest")],
)
async def test_what_crosses_an_end_under_way_is_refused_and_the_end_holds(desk: Desk, first: str, second: str) -> None:
    """Else what was given up would be sealed, or what the buyer reads would not be what was sealed."""
    file, log = desk.files.get("0" * 36), cast("SlowLog", desk.recorder)
    ending = asyncio.ensure_future(cast("Any", ACTS[first](desk, file)))
    await asyncio.sleep(0)
    crossing = asyncio.ensure_future(cast("Any", ACTS[second](desk, file)))
    await asyncio.sleep(0)
    log.durable.set()
    await ending
    with pytest.raises(Problem) as refused:
        await crossing
    assert refused.value.code in ("00711", "00717", "00723")
    after = desk.files.get(file.id)
    assert after.standing is (Standing.SEALED if first == "deposit" else Standing.WITHDRAWN)
    assert (after.contests, after.signatories) == ((), ())
    assert log.names.count("dossier_sealed") + log.names.count("dossier_withdrawn") == 1


async def test_a_disk_that_is_full_at_the_deposit_seals_nothing_and_the_deposit_may_be_made_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log says that it was about to be sealed; the file is as it was, whole, and its portal was told nothing."""
    file, log = desk.files.get("0" * 36), cast("SlowLog", desk.recorder)
    log.durable.set()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(desk.files.store, "save", full)
        with pytest.raises(Problem) as refused:
            await desk.deposit(file, {}, "cle", PERSON)
    assert refused.value.code == "00500"
    assert desk.files.get(file.id) == file
    assert [one.name for one in desk.files.events(file.id, 0)] == ["dossier.ouvert"]
    sealed = await desk.deposit(file, {}, "cle", PERSON)
    assert sealed.seal is not None
    assert desk.files.store.content(file.id, sealed.seal.digest) is not None
    assert log.names == ["dossier_sealed", "dossier_sealed"]


async def test_two_deposits_at_once_seal_once(desk: Desk) -> None:
    file, log = desk.files.get("0" * 36), cast("SlowLog", desk.recorder)
    several = [asyncio.ensure_future(desk.deposit(file, {}, key, PERSON)) for key in ("a", "b", "a", "")]
    await asyncio.sleep(0)
    log.durable.set()
    found = await asyncio.gather(*several, return_exceptions=True)
    assert [one.code if isinstance(one, Problem) else "" for one in found] == ["", "00711", "00711", "00711"]
    assert log.names == ["dossier_sealed"]
    assert (await desk.deposit(file, {}, "a", PERSON)).seal == desk.files.get(file.id).seal
