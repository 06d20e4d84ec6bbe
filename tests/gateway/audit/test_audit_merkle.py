# SPDX-License-Identifier: EUPL-1.2
"""The tree is that of RFC 9162: our own vectors, an independent library, and what proofs must never accept."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from gateway.audit.merkle import (
    EMPTY_ROOT,
    BadProof,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [f"enregistrement {number}".encode() for number in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def h(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


@pytest.fixture(scope="module")
def oracle() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append_entry(entry)
    return tree


def test_hashes_are_those_of_the_rfc() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"") == h(b"\x00")
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert node_hash(b"a" * 32, b"b" * 32) == h(b"\x01", b"a" * 32, b"b" * 32)


def test_a_tree_of_seven_is_cut_where_the_rfc_cuts_it() -> None:
    """The seven-leaf tree of RFC 9162 §2.1.5, worked out by hand from the definition."""
    a, b, c, d, e, f, j = (leaf_hash(bytes([letter])) for letter in b"abcdefj")
    g, hh, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, m = node_hash(g, hh), node_hash(i, j)
    leaves = [a, b, c, d, e, f, j]
    assert root_of(leaves) == node_hash(k, m)
    assert inclusion_proof(leaves, 0) == [b, hh, m]
    assert inclusion_proof(leaves, 3) == [c, g, m]
    assert inclusion_proof(leaves, 4) == [f, j, k]
    assert inclusion_proof(leaves, 6) == [i, k]
    assert consistency_proof(leaves, 3) == [c, d, g, m]
    assert consistency_proof(leaves, 4) == [m]
    assert consistency_proof(leaves, 6) == [i, j, k]


def test_roots_equal_an_independent_tree_at_every_size(oracle: InmemoryTree) -> None:
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES, 1):
        frontier.append(leaf)
        assert frontier.root() == oracle.get_root(size)


def test_inclusion_proofs_equal_an_independent_tree_at_every_size(oracle: InmemoryTree) -> None:
    for size in range(1, len(LEAVES) + 1):
        root = oracle.get_root(size)
        for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
            ours = inclusion_proof(LEAVES[:size], index)
            assert ours == oracle.prove_inclusion(index + 1, size).path[1:], (index, size)
            verify_inclusion(LEAVES[index], index, size, ours, root)


def subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162 §2.1.4.1, by its recursive definition."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    cut = max(1 << power for power in range(9) if 1 << power < len(leaves))
    if old <= cut:
        return [*subproof(old, leaves[:cut], whole), root_of(leaves[cut:])]
    return [*subproof(old - cut, leaves[cut:], False), root_of(leaves[:cut])]


def test_consistency_proofs_are_those_of_the_rfc_and_hold_at_every_size(oracle: InmemoryTree) -> None:
    for new in range(1, len(LEAVES) + 1):
        for old in {1, 2, 4, 128, new // 3, new // 2, new - 1, new} & set(range(1, new + 1)):
            ours = consistency_proof(LEAVES[:new], old)
            assert ours == subproof(old, LEAVES[:new], True)
            verify_consistency(old, new, oracle.get_root(old), oracle.get_root(new), ours)
            oracle.prove_consistency(old, new).verify(root_of(LEAVES[:old]), root_of(LEAVES[:new]))
        verify_consistency(0, new, EMPTY_ROOT, oracle.get_root(new), [])


@given(st.integers(1, 300), st.data())
def test_an_altered_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(LEAVES[:size], index), root_of(LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, proof, root)
    wrong = [([*proof, LEAVES[0]], index, root), (proof, index, EMPTY_ROOT), (proof, size, root), (proof, -1, root)]
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        wrong.append(([*proof[:place], h(proof[place]), *proof[place + 1 :]], index, root))
        wrong.append((proof[:place] + proof[place + 1 :], index, root))
        wrong.append((proof, data.draw(st.integers(0, size - 1).filter(lambda other: other != index)), root))
    for path, place, top in wrong:
        with pytest.raises(BadProof):
            verify_inclusion(LEAVES[index], place, size, path, top)


@given(st.integers(1, 300), st.data())
def test_an_altered_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    before, after = root_of(LEAVES[:old]), root_of(LEAVES[:new])
    proof = consistency_proof(LEAVES[:new], old)
    verify_consistency(old, new, before, after, proof)
    wrong = [(old, new, h(before), after, proof), (old, new, before, after, [*proof, LEAVES[0]])]
    wrong.append((new + 1, new, before, after, proof))
    if old:
        wrong.append((old, new, before, h(after), proof))
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        wrong.append((old, new, before, after, [*proof[:place], h(proof[place]), *proof[place + 1 :]]))
        wrong.append((old, new, before, after, proof[:place] + proof[place + 1 :]))
        wrong.append((old, new, before, after, []))
    for was, now, left, right, path in wrong:
        with pytest.raises(BadProof):
            verify_consistency(was, now, left, right, path)


@given(st.integers(0, 300), st.integers(0, 40))
def test_a_frontier_goes_on_from_its_bytes(size: int, more: int) -> None:
    leaves = (LEAVES + LEAVES)[: size + more]
    frontier = Frontier()
    for leaf in leaves[:size]:
        frontier.append(leaf)
    resumed = Frontier.from_bytes(frontier.to_bytes())
    twin = frontier.copy()
    for leaf in leaves[size:]:
        resumed.append(leaf)
    assert resumed.root() == root_of(leaves)
    assert twin.root() == frontier.root() == root_of(leaves[:size])


@pytest.mark.parametrize("content", [b"", b"\x00" * 7, b"\x00" * 9, b"\x00" * 7 + b"\x03" + bytes(32), b"\xff" * 40])
def test_bytes_that_are_no_frontier_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="frontier"):
        Frontier.from_bytes(content)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3)])
def test_no_proof_is_made_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(LEAVES[:size], index)


def test_no_proof_is_made_that_a_tree_begins_with_a_larger_one() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        consistency_proof(LEAVES[:2], 3)
