# SPDX-License-Identifier: EUPL-1.2
"""Readers see what was written: records in order, tiles that make up the tree, and the head that was published."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.ledger import Ledger
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.note import Signer, open_checkpoint
from gateway.audit.reader import MOST, LogReader, LogUnreadable, NotThere, SqliteReader, StoreReader
from gateway.audit.stores.address import Place
from gateway.audit.stores.places import source_at
from gateway.audit.stores.writers import store_at
from gateway.audit.tree import Tree, hashes_of
from tests.gateway.audit.audit_world import SIGNER, entry, verified
from tests.gateway.audit.conftest import KINDS, new_place

SIZE = 65536 + 256 + 3
BATCH = 5000


@pytest.fixture(scope="module")
def entries() -> list[bytes]:
    return [b"%d" % number for number in range(SIZE)]


@pytest.fixture(scope="module", params=KINDS)
def large(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, entries: list[bytes]
) -> Iterator[LogReader]:
    """A log with tiles on three levels, written in batches that end anywhere."""
    place = new_place(request, request.param, tmp_path_factory.mktemp("grand"))
    ledger = Ledger(store_at(place), SIGNER)
    ledger.open()
    for start in range(0, SIZE, BATCH):
        ledger.append(entries[start : start + BATCH])
    ledger.close()
    with closing(StoreReader.at(place)) as reader:
        yield reader


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """A log to write."""
    with closing(Ledger(store_at(place), SIGNER, clock=lambda: 1000.0)) as found:
        found.open()
        yield found


@pytest.fixture
def other(place: Place, ledger: Ledger) -> Iterator[Ledger]:
    """Another hand on the same log."""
    with closing(Ledger(store_at(place), SIGNER)) as found:
        found.open()
        yield found


@pytest.fixture
def reader(place: Place) -> Iterator[LogReader]:
    """A reader of the same log."""
    with closing(StoreReader.at(place)) as found:
        yield found


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


def test_a_reader_sees_a_live_log_grow_and_what_is_published_of_it(
    place: Place, ledger: Ledger, reader: LogReader
) -> None:
    assert open_checkpoint(reader.checkpoint(), SIGNER.verifier).size == 0
    ledger.append([entry(0), entry(1)])
    assert reader.size() == 2
    assert open_checkpoint(reader.checkpoint(), SIGNER.verifier).size == 0
    published = ledger.publish()
    again = ledger.publish()
    assert (published.fresh, again.fresh) == (True, False)
    assert reader.checkpoint() == published.note == again.note
    assert open_checkpoint(published.note, SIGNER.verifier).size == published.size == 2
    ledger.append([entry(2)])
    assert reader.checkpoint() == published.note
    assert not ledger.publish(age_s=5).fresh, "the last one is too young"
    assert ledger.publish().size == 3
    assert verified(place, published.note).problem is None


def test_an_erased_record_keeps_its_leaf_and_nothing_else(place: Place, ledger: Ledger, reader: LogReader) -> None:
    ledger.append([entry(number, object=f"secret-{number}") for number in range(5)])
    assert ledger.prune([1, 3, 3, 99]) == 2
    assert ledger.prune([1]) == 0
    assert [one.entry is None for one in reader.entries(0, 5)] == [False, True, False, True, False]
    assert [one.leaf for one in reader.entries(0, 5)] == [
        leaf_hash(entry(number, object=f"secret-{number}")) for number in range(5)
    ]
    assert ledger.append([entry(5)]) == 5
    ledger.close()
    if isinstance(place, Path):
        assert b"secret-2" in place.read_bytes()
        assert b"secret-3" not in place.read_bytes()
    problem = verified(place).problem
    assert problem is not None
    assert (problem.kind, problem.record) == ("erased", 1)


def test_another_hand_goes_on_after_an_erasure(ledger: Ledger, other: Ledger) -> None:
    ledger.append([entry(number) for number in range(3)])
    ledger.prune([1])
    assert other.append([entry(3)]) == 3
    assert ledger.append([entry(4)]) == 4


def test_a_batch_that_another_hand_wrote_brings_its_tiles(ledger: Ledger, other: Ledger, reader: LogReader) -> None:
    whole = Tree()
    for turn in range(40):
        batch = [b"%d-%d" % (turn, number) for number in range(37)]
        whole.extend(batch)
        (ledger, other)[turn % 2].append(batch)
    found = {(level, index): reader.tile(level, index, len(tile) // 32) for (level, index), tile in whole.grown.items()}
    assert found == whole.grown


def test_a_published_head_takes_the_signatures_of_others(place: Place, ledger: Ledger, reader: LogReader) -> None:
    ledger.append([entry(0)])
    published = ledger.publish()
    witness = Signer.from_seed("temoin.test", b"w" * 32)
    cosigned = published.note + witness.sign(witness.verifier.name + "\n").rpartition("\n\n")[2]
    ledger.cosign(published.size, cosigned)
    ledger.cosign(17, "nothing was published at that size")
    assert reader.checkpoint() == cosigned
    assert verified(place, cosigned).problem is None


def test_old_publications_are_thinned_to_one_an_hour(place: Place) -> None:
    at = 0.0
    with closing(Ledger(store_at(place), SIGNER, clock=lambda: at)) as ledger, closing(source_at(place)) as source:
        ledger.open()
        for turn in range(200):
            at = 1800.0 * turn
            ledger.append([entry(turn)])
            ledger.publish()
        with source.reading() as rows:
            kept = [int(str(moment)) for _, _, moment in rows.published()]
    horizon = 1800 * 198 - 2 * 86400
    assert [moment for moment in kept if moment >= horizon] == list(range(horizon, 1800 * 200, 1800))
    assert {moment for moment in kept if moment < horizon} == set(range(0, horizon, 3600))
    assert verified(place).problem is None


@pytest.mark.parametrize("content", [None, b"", b"rien", bytes(4096)])
def test_what_is_no_log_cannot_be_read_and_says_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "audit.db").write_bytes(content)
    reader = SqliteReader(tmp_path / "audit.db")
    for reading in (reader.size, reader.checkpoint, lambda: reader.tile(0, 0, 1), lambda: reader.entries(0, 1)):
        with pytest.raises(LogUnreadable, match=r"audit\.db"):
            reading()
