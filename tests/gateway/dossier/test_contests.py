# SPDX-License-Identifier: EUPL-1.2
"""What a buyer writes back to a contest is kept whole, or refused: never cut."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.dossier.acts.contesting import LONGEST
from gateway.dossier.desk import Desk
from gateway.dossier.values import Candidature, Contest
from gateway.problems import Problem
from tests.gateway.dossier.files_world import NOW, PERSON, SHEETS, SIRET, Time, dossier, item, opened

PIECE = f"{SIRET}:chiffres_affaires"


class Log:
    """A log that keeps the names of its records."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def commitments(self, siren: str, _: object) -> dict[str, str]:
        return {}

    async def event(self, name: str, **_: Any) -> int:
        self.names.append(name)
        return len(self.names)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def file() -> Candidature:
    contest = Contest("c" * 36, PIECE, "Ce chiffre est celui d'avant la fusion.", PERSON, int(NOW))
    return replace(dossier(item("chiffres_affaires", value={"annees": []})), contests=(contest,))


@pytest.fixture
def desk(tmp_path: Path, log: Log, file: Candidature) -> Desk:
    files = opened(tmp_path, Time())
    files.create(file, "", "")
    return Desk(
        files, SHEETS, cast("Any", None), cast("Any", None), cast("Any", log), lambda: "z" * 36, lambda: NOW
    )  # fmt: skip


async def test_the_longest_answer_is_kept_whole(desk: Desk, file: Candidature, log: Log) -> None:
    after = await desk.answer_contest(file, "c" * 36, "a" * LONGEST)
    assert [one.answer for one in after.contests] == ["a" * LONGEST]
    assert log.names == ["contest_answered"]


@pytest.mark.parametrize("text", ["a" * (LONGEST + 1), "", " \n"])
async def test_what_is_too_long_or_empty_is_refused_and_changes_nothing(
    desk: Desk, file: Candidature, log: Log, text: str
) -> None:
    with pytest.raises(Problem) as refused:
        await desk.answer_contest(file, "c" * 36, text)
    assert refused.value.code == "00701"
    assert [one.answer for one in desk.files.get(file.id).contests] == [""]
    assert log.names == []
