# SPDX-License-Identifier: EUPL-1.2
"""The index follows its log, notices one that is not the log it read, and can always be thrown away."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.index.bits import BLOCK
from gateway.audit.index.criteria import Criteria, Page
from gateway.audit.index.follow import UNPUBLISHED_S, Follower
from gateway.audit.index.search import Search
from gateway.audit.index.store import Store, reading

from .index_world import START, Log, exchange, kept, spelled


class Clock:
    """A monotonic clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def found(path: Path, criteria: Criteria | None = None) -> Page:
    """What a search of the file finds."""
    connection = reading(path)
    try:
        return Search(connection).page(criteria or Criteria())
    finally:
        connection.close()


def caught_up(path: Path, log: Log, clock: Clock | None = None) -> Follower:
    """A follower that has read all it may read."""
    follower = Follower(path, log, clock or Clock())
    while follower.step():
        pass
    return follower


def asked(record: dict[str, object]) -> dict[str, object]:
    """The question of this outcome."""
    left = ("status", "latency_ms", "code", "cached", "fields", "digest", "size")
    return {key: value for key, value in record.items() if key not in left} | {"event": "asked"}


def test_following_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    records = kept([exchange(number) for number in range(9_000)])
    caught_up(path, Log(records[:5_000])).close()
    follower = caught_up(path, Log(records))
    assert follower.state.size == 9_000
    assert follower.state.behind == 0
    assert follower.state.rebuilt == follower.state.trouble == ""
    follower.close()
    assert found(path).count == 9_000


def test_a_question_is_folded_into_its_outcome_and_stands_alone_without_one(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    answered, lost = exchange(1), exchange(2)
    log = Log(kept([asked(answered), asked(lost), answered]))
    caught_up(path, log).close()
    (line,) = found(path).lines
    assert (line.seq, line.asked) == (2, 0)
    (left,) = found(path, Criteria(unanswered=True)).lines
    assert left.seq == 1
    assert found(path, Criteria(unanswered=True, subjects=(str(answered["subject"]),))).lines == ()
    connection = reading(path)
    assert Search(connection).exchange(str(answered["id"])) == [0, 2]
    assert Search(connection).exchange(str(lost["id"])) == [1]
    connection.close()


def test_a_question_answered_much_later_is_folded_too(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    slow = exchange(0)
    records = kept([asked(slow), *(exchange(number) for number in range(1, 6_000)), slow])
    log = Log(records)
    log.published = 3_000
    caught_up(path, log).close()
    assert found(path, Criteria(unanswered=True)).count == 1
    log.published = None
    caught_up(path, log).close()
    assert found(path, Criteria(unanswered=True)).count == 0
    assert found(path).lines[0].asked == 0


@pytest.mark.parametrize("changed", ["shorter", "last", "middle"])
def test_a_log_that_is_not_the_one_it_read_is_read_again(tmp_path: Path, changed: str) -> None:
    path = tmp_path / "index.db"
    records = [exchange(number) for number in range(3_000)]
    caught_up(path, Log(kept(records))).close()
    if changed == "shorter":
        other = records[:2_000]
    elif changed == "last":
        other = [*records[:-1], exchange(4_000)]
    else:  # the last leaf is the same: only the root of the next checkpoint tells
        other = [*records[:100], exchange(4_000), *records[101:], exchange(3_000)]
    follower = caught_up(path, Log(kept(other)))
    assert follower.state.size == len(other)
    assert follower.state.rebuilt != ""
    assert follower.state.trouble == ""
    follower.close()
    assert found(path).count == len(other)


def test_a_log_that_contradicts_its_own_checkpoint_is_said_to(tmp_path: Path) -> None:
    log = Log(kept([exchange(number) for number in range(10)]))
    log.root = b"\x07" * 32
    follower = caught_up(tmp_path / "index.db", log)
    assert "dlnuf audit verify" in follower.state.trouble
    follower.close()


def test_only_published_records_are_read_unless_none_is_published_for_long(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    clock = Clock()
    log = Log(kept([exchange(number) for number in range(10)]))
    log.published = 4
    follower = caught_up(path, log, clock)
    assert (follower.state.size, follower.state.behind) == (4, 6)
    clock.now += UNPUBLISHED_S
    assert follower.step() == 6
    follower.close()


def test_erased_records_leave_the_index(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    count = BLOCK + 100
    records = kept([exchange(number) for number in range(count)])
    log = Log(records)
    caught_up(path, log).close()
    gone = [3, 5_000, BLOCK + 1]
    at = spelled(START + timedelta(days=9))
    erased = {"v": 1, "event": "erased", "id": exchange(count)["id"], "at": at, "month": "2026-11"}
    (record,) = kept([erased])
    log.records = [replace(kept, entry=None) if kept.seq in gone else kept for kept in records]
    log.records.append(replace(record, seq=count))
    follower = caught_up(path, log)
    for _ in range(count // 4_096 + 2):
        follower.step()
    follower.close()
    assert found(path).count == count + 1 - len(gone)
    for number in gone:
        assert found(path, Criteria(exchange=str(exchange(number)["id"]))).lines == ()
    assert found(path, Criteria(exchange=str(exchange(4)["id"]))).count == 1


@pytest.mark.parametrize("content", [b"", b"not a database at all, by no means" * 400, "other"])
def test_a_file_that_is_no_index_is_begun_anew(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "index.db"
    if isinstance(content, str):
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE state(size, frontier)")
        connection.execute("PRAGMA user_version=1")
        connection.close()
    else:
        path.write_bytes(content)
    follower = caught_up(path, Log(kept([exchange(number) for number in range(10)])))
    follower.close()
    assert found(path).count == 10
    assert path.stat().st_mode & 0o077 == 0


def test_two_processes_may_follow_one_log(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    records = kept([exchange(number) for number in range(9_000)])
    log = Log(records)
    first, second = Follower(path, log, Clock()), Follower(path, log, Clock())
    while first.step() + second.step():
        pass
    first.close()
    path.unlink()
    while second.step():
        pass
    assert second.state.size == 9_000
    second.close()
    assert found(path).count == 9_000


def test_records_out_of_order_are_refused_and_nothing_of_them_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    records = kept([exchange(number) for number in range(10)])
    store = Store(path)
    with pytest.raises(ValueError, match="record 5"):
        store.take([*records[:3], records[5]])
    assert store.size == 0
    store.take(records)
    store.close()
    assert found(path).count == 10


@pytest.mark.parametrize(
    "hostile",
    [
        {"recipient": "'; DROP TABLE line; --"},
        {"recipient": "1" * 300},
        {"object": "\x00\r\n=cmd|' /C calc'!A0 <script>alert(1)</script>"},
        {"object": "\ud7ff" * 100},
        {"status": 2**63},
        {"status": True},
        {"latency_ms": "fast"},
        {"subject": "hmac-sha256:zz"},
        {"id": "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"},
        {"registry": ["insee"]},
        {"event": "x" * 4_000},
        {"at": "2026-13-40T99:99:99.999Z"},
    ],
)
def test_hostile_records_cost_what_any_other_does_and_stop_nothing(tmp_path: Path, hostile: dict[str, object]) -> None:
    path = tmp_path / "index.db"
    follower = caught_up(path, Log(kept([exchange(0), exchange(1, **hostile), exchange(2)])))
    assert follower.state.size == 3
    follower.close()
    page = found(path)
    assert {line.seq for line in page.lines} >= {0, 2}
    for line in page.lines:
        assert all(len(text) <= 80 and text.isprintable() for text in line.terms.values())
