# SPDX-License-Identifier: EUPL-1.2
"""Any event of the vocabulary goes through one door, which adds what each needs or lets nothing happen."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.kit.contract import load_all
from gateway.audit.canonical import parse
from gateway.audit.log import LogUnavailable
from gateway.audit.recording import Recorder
from gateway.audit.subject import KeysUnavailable, Subjects
from gateway.audit.subject_keys import SqliteKeys
from gateway.audit.vocabulary import check
from gateway.problems import Problem, problem
from gateway.values import Ask, Consumer, Envelope, Grant, Stated
from tests.gateway.audit.audit_world import HEX, identity
from tests.gateway.audit.subject_world import MASTER, NOVEMBER, drawing, subjects

KEYED = f"hmac-sha256:{HEX}"
MONTH_END = NOVEMBER.replace(day=30, hour=23, minute=59)
ASK = Ask(
    identity(5),
    load_all()["insee"].products["insee/unite_legale"],
    4,
    {"siren": "999100118"},
    Stated(("Essai",), ("essai",), ("13002526500013",)),
    agent="agent.42",
    trace="1a" * 16,
    span="2b" * 8,
)
CONSUMER = Consumer(identity(1), identity(2), "13002526500013", "Essai", "marches_publics", frozenset(), None, 0)

GRANT = Grant("marches_publics", "Essai", ASK.product, ("texte",), HEX, {}, None)


class Kept:
    """A log that keeps what it is given, or refuses."""

    def __init__(self, refuses: bool = False) -> None:
        self.records: list[Mapping[str, object]] = []
        self.refuses = refuses

    async def append(self, entry: bytes) -> int:
        if self.refuses:
            raise LogUnavailable("plein")
        self.records.append(parse(entry))
        return len(self.records) - 1


def recorder(log: Kept, folder: Path) -> Recorder:
    return Recorder(log, subjects(folder), lambda: NOVEMBER, lambda _: None)


async def test_an_event_has_its_date_its_id_and_its_number(tmp_path: Path) -> None:
    log = Kept()
    door = recorder(log, tmp_path)
    assert await door.event("signed_in", actor=KEYED, role="auditeur", until=None) == 0
    assert await door.event("log_read", id=identity(9), query="produit insee", count=3, reason="x" * 900) == 1
    first, second = log.records
    check(first)
    assert uuid.UUID(str(first["id"])).version == 4
    assert (first["at"], second["id"]) == ("2026-11-22T10:00:00.000Z", identity(9))
    assert "until" not in first
    assert len(str(second["reason"])) < 300


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("invented", {}),
        ("signed_in", {}),
        ("signed_in", {"actor": "Jeanne Dupuis"}),
        ("role_granted", {"actor": KEYED}),
        ("log_read", {"query": "produit", "email": "x@y.example"}),
        ("day_closed", {"day": "hier", "root": HEX, "size": 1}),
    ],
)
async def test_what_is_outside_the_vocabulary_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str, facts: dict[str, object]
) -> None:
    log = Kept()
    with pytest.raises(Problem) as refused:
        await recorder(log, tmp_path).event(name, **facts)
    assert (refused.value.status, refused.value.code) == (503, "00510")
    assert log.records == []


async def test_a_log_that_refuses_is_said_to_whoever_wanted_to_act(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        await recorder(Kept(refuses=True), tmp_path).event("signed_out", actor=KEYED)
    assert refused.value.code == "00510"


class Broken(SqliteKeys):
    """A store of keys that does not answer."""

    def read(self, month: str) -> tuple[bytes | None, bool]:
        raise KeysUnavailable("en panne")


async def refused(door: Recorder, consumer: Consumer | None, *, asked: bool = False) -> str:
    """The code that an exchange ends with, which the policies refuse, or a registry once it was asked."""

    async def exchange() -> None:
        async with door.recording(ASK) as record:
            record.consumer = consumer
            if asked:
                record.grant = GRANT
                await record.asked()
            raise problem("00100")

    with pytest.raises(Problem) as found:
        await exchange()
    return found.value.code


async def answered(door: Recorder) -> None:
    """An exchange that would be answered."""
    async with door.recording(ASK) as record:
        record.answer = Envelope(200, b"{}", "application/json")


async def test_without_this_months_key_nothing_leaves_and_no_registry_is_asked(tmp_path: Path) -> None:
    log = Kept()
    broken = Subjects(MASTER, Broken(tmp_path / "subjects.db"), drawing("x"), lambda: 0.0)
    door = Recorder(log, broken, lambda: NOVEMBER, lambda _: None)
    assert await refused(door, CONSUMER) == "00510"
    assert await refused(door, CONSUMER, asked=True) == "00510"
    with pytest.raises(Problem) as unanswered:
        await answered(door)
    assert unanswered.value.code == "00510"
    assert log.records == []


async def test_question_and_outcome_on_both_sides_of_a_months_end_are_each_under_their_months_key(
    tmp_path: Path,
) -> None:
    log, known = Kept(), subjects(tmp_path)
    # The clock moves on once the question is in the log.
    door = Recorder(log, known, lambda: MONTH_END + timedelta(minutes=1) if log.records else MONTH_END, lambda _: None)
    assert await refused(door, CONSUMER, asked=True) == "00100"
    asked, outcome = log.records
    for record, at in ((asked, MONTH_END), (outcome, MONTH_END + timedelta(minutes=1))):
        assert str(record["at"]).startswith(f"{at:%Y-%m}")
        assert record["subject"] == known.commitment("999100118", at)
    assert asked["subject"] != outcome["subject"]


async def test_an_agent_is_a_commitment_and_one_of_nobody_known_is_not_believed(tmp_path: Path) -> None:
    log = Kept()
    door = recorder(log, tmp_path)
    assert [await refused(door, consumer) for consumer in (CONSUMER, None)] == ["00100", "00100"]
    known, unknown = log.records
    mine = subjects(tmp_path).person_commitment("agent", "13002526500013\0agent.42", NOVEMBER)
    assert known["agent"] == mine
    assert "agent" not in unknown
    assert (known["trace"], known["span"]) == ("1a" * 16, "2b" * 8)
