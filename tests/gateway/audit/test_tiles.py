# SPDX-License-Identifier: EUPL-1.2
"""The tree by its tiles: addresses as published, and every proof equal to those of two other implementations."""

import base64
import json
import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from gateway.audit.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency
from gateway.audit.merkle import verify_inclusion as check_inclusion
from gateway.audit.tiles import MAX_SIZE, BadTile, Tile, Tiles, index_path, parse_path, tiles_of
from tests.gateway.audit.memory_log import MemoryLog

VECTORS = json.loads((Path(__file__).parent / "vectors" / "merkle.json").read_text("utf-8"))
LARGEST = 2_000


def test_addresses_are_those_of_the_specification() -> None:
    assert index_path(1234067) == "x001/x234/067"
    assert Tile(0, 5).path() == "0/005"
    assert Tile(1, 1000, 17).path() == "1/x001/000.p/17"


def test_a_tree_of_seventy_thousand_ends_in_the_tiles_that_the_specification_counts() -> None:
    assert tiles_of(70_000) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert tiles_of(256) == [Tile(1, 0, 1)]
    assert tiles_of(0) == []


@given(st.integers(0, 63), st.integers(0, 2**54), st.integers(1, 256))
def test_an_address_is_read_back(level: int, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path()) == Tile(level, index, width)


def test_a_bundle_of_records_has_the_address_of_its_leaves() -> None:
    assert parse_path("entries/x001/234.p/7") == Tile(0, 1234, 7)


@pytest.mark.parametrize(
    "path",
    [
        "", "0", "0/", "0/1", "0/01", "0/0001", "0/x000/001", "0/001/002", "0/x001", "00/001", "64/001", "-1/001",
        "0/001.p", "0/001.p/", "0/001.p/0", "0/001.p/256", "0/001.p/01", "0/001.p/1/", "0/001/", "/0/001", "0//001",
        "0/00١", "0/x001/x002/x003/x004/x005/x006/x007/008", "entries/", "Entries/001", "0/001.p/-1", "0/+01", "0/ 01",
    ],
)  # fmt: skip
def test_other_spellings_of_an_address_are_none(path: str) -> None:
    with pytest.raises(BadTile):
        parse_path(path)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused_and_nothing_else(text: str) -> None:
    with suppress(BadTile):
        assert parse_path(text).path() in (text, text.replace("entries/", "0/", 1))


def test_published_vectors_lead_to_their_roots_and_are_made_again() -> None:
    log = MemoryLog([bytes.fromhex(leaf) for leaf in VECTORS["leaves_hex"]])
    decoded = base64.b64decode
    for case in VECTORS["inclusion"]:
        proof, root = [decoded(one) for one in case["proof"]], decoded(case["root"])
        assert log.levels[0][case["index"]] == decoded(case["leaf"])
        assert log.tiles(case["size"]).inclusion(case["index"]) == proof
        check_inclusion(decoded(case["leaf"]), case["index"], case["size"], proof, root)
    for case in VECTORS["consistency"]:
        proof = [decoded(one) for one in case["proof"]]
        assert log.tiles(case["new"]).consistency(case["old"]) == proof
        verify_consistency(case["old"], case["new"], decoded(case["old_root"]), decoded(case["new_root"]), proof)


@pytest.fixture(scope="module")
def oracle() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for number in range(LARGEST):
        tree.append_entry(b"enregistrement %d" % number)
    return tree


def test_roots_and_proofs_equal_an_independent_library_at_every_size_up_to_2000(oracle: InmemoryTree) -> None:
    """Each size: its root, and proofs for its ends, the edge of its largest full subtree, and a place at random."""
    log = MemoryLog([b"enregistrement %d" % number for number in range(LARGEST)])
    chance = random.Random(9162)  # noqa: S311 -- places to try, the same each time
    for size in range(1, LARGEST + 1):
        tiles, root = log.tiles(size), oracle.get_root(size)
        assert tiles.root() == root, size
        edge = 1 << (size.bit_length() - 1)
        places = {0, size - 1, edge, chance.randrange(size)}
        for index in places & set(range(size)):
            assert tiles.inclusion(index) == oracle.prove_inclusion(index + 1, size).path[1:], (index, size)
        for old in {edge, size - 1, chance.randrange(size)} & set(range(1, size)):
            proof = tiles.consistency(old)
            verify_consistency(old, size, oracle.get_root(old), root, proof)
            oracle.prove_consistency(old, size).verify(log.tiles(old).root(), root)


@given(st.integers(1, 1500), st.data())
def test_tiles_say_what_the_leaves_say(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    log = MemoryLog()
    for leaf in leaves:
        log.append_leaf(leaf)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    tiles = log.tiles()
    assert tiles.root() == root_of(leaves)
    assert tiles.inclusion(index) == inclusion_proof(leaves, index)
    assert tiles.consistency(old) == consistency_proof(leaves, old)


def test_a_proof_reads_a_handful_of_tiles_and_each_once() -> None:
    log = MemoryLog()
    for number in range(70_000):
        log.append_leaf(number.to_bytes(32, "big"))
    tiles = log.tiles()
    tiles.inclusion(12_345)
    tiles.consistency(54_321)
    assert len(log.reads) == len(set(log.reads)) <= 8


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(BadTile, match="octets"):
        Tiles(lambda level, index, width: bytes(31), 1).root()


@pytest.mark.parametrize("size", [-1, MAX_SIZE + 1])
def test_no_tree_has_an_impossible_size(size: int) -> None:
    with pytest.raises(ValueError, match="no tree"):
        Tiles(lambda level, index, width: b"", size)


def test_a_tile_is_within_a_tree_that_has_all_its_hashes() -> None:
    assert Tile(0, 273, 112).within(70_000)
    assert not Tile(0, 273, 113).within(70_000)
    assert not Tile(0, 273).within(70_000)
    assert Tile(2, 0, 1).within(70_000)
    assert not Tile(63, 0, 1).within(70_000)
