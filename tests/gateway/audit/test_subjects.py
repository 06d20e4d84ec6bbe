# SPDX-License-Identifier: EUPL-1.2
"""A commitment tells whom a record is about only to who holds its month's key, and to nobody once it is destroyed."""

import re
import sqlite3
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.subject import KeysUnavailable, Subjects, agent_of, month_of
from gateway.audit.subject_keys import SqliteKeys
from tests.gateway.audit.subject_world import MASTER, NOVEMBER, drawing, subjects

SIREN, OTHER = "999100118", "999100225"
DECEMBER = datetime(2026, 12, 3, tzinfo=UTC)


def test_one_company_has_one_commitment_a_month_and_no_other_has_it(tmp_path: Path) -> None:
    mine = subjects(tmp_path)
    first = mine.commitment(SIREN, NOVEMBER)
    assert re.fullmatch(r"hmac-sha256:[0-9a-f]{64}", first)
    assert mine.commitment(SIREN, NOVEMBER + timedelta(days=5)) == first
    assert len({first, mine.commitment(OTHER, NOVEMBER), mine.commitment(SIREN, DECEMBER)}) == 3


def test_the_keys_outlive_the_process_and_are_not_readable_in_the_file(tmp_path: Path) -> None:
    first = subjects(tmp_path).commitment(SIREN, NOVEMBER)
    assert subjects(tmp_path, "another process").commitment(SIREN, NOVEMBER) == first
    key = drawing("essai")
    key(12)  # the nonce is drawn first
    assert key(32) not in (tmp_path / "subjects.db").read_bytes()
    assert (tmp_path / "subjects.db").stat().st_mode & 0o077 == 0


def test_a_month_is_a_month_of_universal_time() -> None:
    paris = timezone(timedelta(hours=1))
    assert month_of(datetime(2026, 12, 1, 0, 59, tzinfo=paris)) == "2026-11"
    assert month_of(datetime(2026, 12, 1, 1, 0, tzinfo=paris)) == "2026-12"


def test_a_period_gives_one_commitment_for_each_month_that_has_a_key_and_makes_none(tmp_path: Path) -> None:
    mine = subjects(tmp_path)
    assert mine.over(SIREN, NOVEMBER, DECEMBER) == []
    expected = [mine.commitment(SIREN, at) for at in (NOVEMBER, DECEMBER)]
    assert mine.over(SIREN, NOVEMBER - timedelta(days=400), DECEMBER + timedelta(days=400)) == expected
    assert mine.over(SIREN, DECEMBER, DECEMBER) == expected[1:]
    assert list(SqliteKeys(tmp_path / "subjects.db").all()) == ["2026-11", "2026-12"]


def test_a_destroyed_month_tells_nothing_more_and_never_has_a_key_again(tmp_path: Path) -> None:
    mine, other = subjects(tmp_path), subjects(tmp_path, "another process")
    known = mine.commitment(SIREN, NOVEMBER)
    assert other.over(SIREN, NOVEMBER, NOVEMBER) == [known]
    wrapped = SqliteKeys(tmp_path / "subjects.db").all()["2026-11"]
    assert wrapped is not None
    assert mine.destroy("2026-11") is True
    assert mine.destroy("2026-11") is False
    for asked in (mine, other, subjects(tmp_path, "after a restart")):
        assert asked.over(SIREN, NOVEMBER, NOVEMBER) == []
        with pytest.raises(KeysUnavailable, match="détruite"):
            asked.commitment(SIREN, NOVEMBER)
    assert wrapped not in (tmp_path / "subjects.db").read_bytes()
    assert not (tmp_path / "subjects.db-wal").exists()


def test_processes_that_make_the_same_months_key_at_once_agree(tmp_path: Path) -> None:
    together = threading.Barrier(8)
    found: list[str] = []

    def ask(name: str) -> None:
        mine = subjects(tmp_path, name)
        together.wait()
        found.append(mine.commitment(SIREN, NOVEMBER))

    threads = [threading.Thread(target=ask, args=(f"process {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_wrong_master_key_or_a_wrapped_key_moved_to_another_month_opens_nothing(tmp_path: Path) -> None:
    mine = subjects(tmp_path)
    mine.commitment(SIREN, NOVEMBER)
    store = SqliteKeys(tmp_path / "subjects.db")
    with pytest.raises(KeysUnavailable, match="ne s'ouvre pas"):
        Subjects(b"n" * 32, store, drawing("x"), lambda: 0.0).commitment(SIREN, NOVEMBER)
    wrapped = store.all()["2026-11"]
    assert wrapped is not None
    store.create("2026-12", wrapped)
    with pytest.raises(KeysUnavailable, match="ne s'ouvre pas"):
        subjects(tmp_path).commitment(SIREN, DECEMBER)
    store.create("2027-01", b"")
    with pytest.raises(KeysUnavailable, match="ne s'ouvre pas"):
        subjects(tmp_path).over(SIREN, DECEMBER + timedelta(days=40), DECEMBER + timedelta(days=40))


class Counted:
    """A store that fails when told to, and counts how often it is asked."""

    def __init__(self, inner: SqliteKeys) -> None:
        self.inner = inner
        self.fails = False
        self.asked = 0

    def read(self, month: str) -> tuple[bytes | None, bool]:
        self.asked += 1
        if self.fails:
            raise KeysUnavailable("en panne")
        return self.inner.read(month)

    def create(self, month: str, wrapped: bytes) -> None:
        self.inner.create(month, wrapped)

    def destroy(self, month: str) -> bool:
        return self.inner.destroy(month)

    def all(self) -> Mapping[str, bytes | None]:
        return self.inner.all()


def test_a_store_in_trouble_is_asked_once_a_second_and_no_longer_needed_once_a_key_is_known(tmp_path: Path) -> None:
    store, time = Counted(SqliteKeys(tmp_path / "subjects.db")), [0.0]
    mine = Subjects(MASTER, store, drawing("x"), lambda: time[0])
    store.fails = True
    for _ in range(5):
        with pytest.raises(KeysUnavailable, match="en panne"):
            mine.commitment(SIREN, NOVEMBER)
    assert store.asked == 1
    store.fails = False
    time[0] = 1.5
    known = mine.commitment(SIREN, NOVEMBER)
    store.fails = True
    assert mine.commitment(SIREN, NOVEMBER) == known


def test_a_file_that_is_no_store_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "subjects.db").write_bytes(b"autre chose" * 999)
    with pytest.raises(KeysUnavailable, match="ne peuvent pas"):
        subjects(tmp_path).commitment(SIREN, NOVEMBER)


def test_a_locked_store_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    subjects(tmp_path).commitment(SIREN, NOVEMBER)
    with sqlite3.connect(tmp_path / "subjects.db", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(KeysUnavailable, match="autre processus"):
            subjects(tmp_path).commitment(SIREN, DECEMBER)
        holder.execute("ROLLBACK")
    holder.close()
    assert subjects(tmp_path).commitment(SIREN, DECEMBER)


KINDS = st.sampled_from(("agent", "person", "subject"))


@given(KINDS, st.text(max_size=20), KINDS, st.text(max_size=20))
def test_a_person_is_never_confused_with_another_or_with_a_company(
    tmp_path_factory: pytest.TempPathFactory, kind: str, name: str, kind_2: str, name_2: str
) -> None:
    mine = subjects(tmp_path_factory.mktemp("keys"))
    same = (kind, name) == (kind_2, name_2)
    first = mine.person_commitment(kind, name, NOVEMBER)
    assert (first == mine.person_commitment(kind_2, name_2, NOVEMBER)) is same
    assert mine.person_over(kind, name, NOVEMBER, NOVEMBER) == [first]
    assert first != mine.commitment(SIREN, NOVEMBER)


def test_the_same_agent_name_at_two_organisations_is_two_agents() -> None:
    assert agent_of("13002526500013", "42") != agent_of("21750001600019", "42")
