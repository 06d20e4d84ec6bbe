# SPDX-License-Identifier: EUPL-1.2
"""Readers see what was written: records in order, tiles that make up the tree, and the head that was published."""

from pathlib import Path

import pytest

from gateway.audit.ledger import Ledger
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.note import open_checkpoint
from gateway.audit.reader import MOST, LogReader, LogUnreadable, NotThere, SqliteReader
from gateway.audit.tree import Tree, hashes_of
from tests.gateway.audit.audit_world import SIGNER, entry, verified

SIZE = 65536 + 256 + 3
BATCH = 5000


@pytest.fixture(scope="module")
def entries() -> list[bytes]:
    return [b"%d" % number for number in range(SIZE)]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, entries: list[bytes]) -> LogReader:
    """A log with tiles on three levels, written in batches that end anywhere."""
    path = tmp_path_factory.mktemp("grand") / "audit.db"
    ledger = Ledger(path, SIGNER)
    ledger.open()
    for start in range(0, SIZE, BATCH):
        ledger.append(entries[start : start + BATCH])
    ledger.close()
    return SqliteReader(path)


def test_tiles_are_those_of_the_tree_over_the_records(large: LogReader, entries: list[bytes]) -> None:
    leaves = [leaf_hash(one) for one in entries]
    assert large.size() == SIZE
    assert hashes_of(large.tile(0, 256, 256)) == leaves[65536 : 65536 + 256]
    assert hashes_of(large.tile(0, 257, 3)) == leaves[-3:]
    first = hashes_of(large.tile(1, 0))
    assert first == [root_of(leaves[at : at + 256]) for at in range(0, 65536, 256)]
    assert hashes_of(large.tile(1, 1, 1)) == [root_of(leaves[65536 : 65536 + 256])]
    assert large.tile(1, 0, 7) == b"".join(first[:7])
    assert hashes_of(large.tile(2, 0, 1)) == [root_of(first)]


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(0, 257, 4), (0, 258, 1), (1, 1, 2), (1, 2, 1), (2, 0, 2), (3, 0, 1), (0, 0, 0), (0, 0, 257), (-1, 0, 1),
     (64, 0, 1), (0, -1, 1), (1, -1, 1), (0, 2**63, 1)],
)  # fmt: skip
def test_a_tile_that_the_tree_does_not_have_is_not_made_up(
    large: LogReader, level: int, index: int, width: int
) -> None:
    with pytest.raises(NotThere):
        large.tile(level, index, width)


def test_records_and_leaves_come_in_order_and_never_too_many_at_once(large: LogReader, entries: list[bytes]) -> None:
    some = large.entries(7, 9)
    assert [(one.seq, one.entry, one.leaf) for one in some] == [(n, entries[n], leaf_hash(entries[n])) for n in (7, 8)]
    assert large.leaves(7, 9) == [one.leaf for one in some]
    assert len(large.entries(0, SIZE)) == len(large.leaves(0, SIZE)) == MOST
    assert [one.seq for one in large.entries(SIZE - 1, SIZE + 9)] == [SIZE - 1]
    assert large.entries(5, 5) == large.entries(SIZE, SIZE + 1) == []


def test_a_reader_sees_a_live_log_grow_and_what_is_published_of_it(tmp_path: Path) -> None:
    ledger, reader = Ledger(tmp_path / "audit.db", SIGNER, clock=lambda: 1000.0), SqliteReader(tmp_path / "audit.db")
    ledger.open()
    assert open_checkpoint(reader.checkpoint(), SIGNER.verifier).size == 0
    ledger.append([entry(0), entry(1)])
    assert reader.size() == 2
    assert open_checkpoint(reader.checkpoint(), SIGNER.verifier).size == 0
    note = ledger.publish()
    assert reader.checkpoint() == note == ledger.publish()
    assert open_checkpoint(note, SIGNER.verifier).size == 2
    ledger.append([entry(2)])
    assert reader.checkpoint() == note
    ledger.publish()
    ledger.close()
    assert verified(tmp_path, note).problem is None


def test_an_erased_record_keeps_its_leaf_and_nothing_else(tmp_path: Path) -> None:
    ledger, reader = Ledger(tmp_path / "audit.db", SIGNER), SqliteReader(tmp_path / "audit.db")
    ledger.open()
    ledger.append([entry(number, object=f"secret-{number}") for number in range(5)])
    assert ledger.prune([1, 3, 3, 99]) == 2
    assert ledger.prune([1]) == 0
    assert [one.entry is None for one in reader.entries(0, 5)] == [False, True, False, True, False]
    assert [one.leaf for one in reader.entries(0, 5)] == [
        leaf_hash(entry(number, object=f"secret-{number}")) for number in range(5)
    ]
    assert ledger.append([entry(5)]) == 5
    ledger.close()
    assert b"secret-2" in (tmp_path / "audit.db").read_bytes()
    assert b"secret-3" not in (tmp_path / "audit.db").read_bytes()
    problem = verified(tmp_path).problem
    assert problem is not None
    assert (problem.kind, problem.record) == ("erased", 1)


def test_another_hand_goes_on_after_an_erasure(tmp_path: Path) -> None:
    left, right = Ledger(tmp_path / "audit.db", SIGNER), Ledger(tmp_path / "audit.db", SIGNER)
    left.open()
    right.open()
    left.append([entry(number) for number in range(3)])
    left.prune([1])
    assert right.append([entry(3)]) == 3
    assert left.append([entry(4)]) == 4


def test_a_batch_that_another_hand_wrote_brings_its_tiles(tmp_path: Path) -> None:
    ledgers = [Ledger(tmp_path / "audit.db", SIGNER) for _ in range(2)]
    for ledger in ledgers:
        ledger.open()
    whole = Tree()
    for turn in range(40):
        batch = [b"%d-%d" % (turn, number) for number in range(37)]
        whole.extend(batch)
        ledgers[turn % 2].append(batch)
    assert {place: SqliteReader(tmp_path / "audit.db").tile(*place, len(tile) // 32) for place, tile in
            whole.grown.items()} == whole.grown  # fmt: skip


@pytest.mark.parametrize("content", [None, b"", b"rien", bytes(4096)])
def test_what_is_no_log_cannot_be_read_and_says_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "audit.db").write_bytes(content)
    reader = SqliteReader(tmp_path / "audit.db")
    for reading in (reader.size, reader.checkpoint, lambda: reader.tile(0, 0, 1), lambda: reader.entries(0, 1)):
        with pytest.raises(LogUnreadable, match=r"audit\.db"):
            reading()
