# SPDX-License-Identifier: EUPL-1.2
"""The Merkle tree of the records, as RFC 9162 defines it: roots, and proofs that need no trust in us.

Leaves are given by their hashes (32 bytes). A proof is a list of node hashes, in the RFC's order. Proofs are worked
out over ranges of leaves, so that whoever keeps inner nodes can answer the same ranges without the leaves.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
_HASH_BYTES = 32
_SIZE_BYTES = 8


class BadProof(Exception):
    """A proof does not lead to the root it was given for, or could not be one. The message says why, in French."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a record's bytes (RFC 9162 §2.1.1: the byte 0, then the entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees (RFC 9162 §2.1.1: the byte 1, then both)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The least one must keep of a tree to go on with it: one hash for each full subtree, the largest first."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash; log2(size) steps at worst, one on average."""
        peaks = self._peaks
        merges = self.size
        while merges & 1:
            leaf = node_hash(peaks.pop(), leaf)
            merges >>= 1
        peaks.append(leaf)
        self.size += 1

    def completed(self, leaf: bytes, height: int) -> bytes:
        """The full subtree of this height that `leaf` will complete, as the next one to be appended."""
        for peak in reversed(self._peaks[len(self._peaks) - height :]):
            leaf = node_hash(peak, leaf)
        return leaf

    def peaks(self, low: int, high: int) -> list[bytes]:
        """The full subtrees of height `low` and more, below `high`, the largest first."""
        start = (self.size >> high).bit_count()
        return self._peaks[start : (self.size >> low).bit_count()]

    def root(self) -> bytes:
        """The root of the tree so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def copy(self) -> "Frontier":
        """Another frontier of the same tree, which grows on its own."""
        twin = Frontier()
        twin.size = self.size
        twin._peaks = self._peaks.copy()
        return twin

    def to_bytes(self) -> bytes:
        """The size on 8 bytes, most significant first, then the hashes."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Frontier":
        """Read what `to_bytes` wrote. Raises ValueError when it cannot be a frontier."""
        size = int.from_bytes(content[:_SIZE_BYTES], "big")
        if len(content) != _SIZE_BYTES + _HASH_BYTES * size.bit_count():
            raise ValueError("not a frontier: its length does not go with its size")
        frontier = cls()
        frontier.size = size
        frontier._peaks = [content[at : at + _HASH_BYTES] for at in range(_SIZE_BYTES, len(content), _HASH_BYTES)]
        return frontier


def frontier_of(leaves: Iterable[bytes]) -> Frontier:
    """The frontier of the tree over these leaf hashes, or over full subtrees of one height."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes (RFC 9162 §2.1.1)."""
    return frontier_of(leaves).root()


def inclusion_ranges(index: int, size: int) -> list[range]:
    """The subtrees whose roots prove that leaf `index` is in the tree of `size` leaves (RFC 9162 §2.1.3.1).

    Raises ValueError when there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[range] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(range(middle, stop))
            stop = middle
        else:
            path.append(range(start, middle))
            start = middle
    path.reverse()
    return path


def consistency_ranges(old: int, new: int) -> list[range]:
    """The subtrees whose roots prove that the tree of `new` leaves begins with that of `old` (RFC 9162 §2.1.4.1).

    None are needed when `old` is 0 or `new`. Raises ValueError when `old` is larger than `new` or negative.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not begin with one of {old}")
    if old in (0, new):
        return []
    path: list[range] = []
    start, stop, known = 0, new, True
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(range(middle, stop))
            stop = middle
        else:
            path.append(range(start, middle))
            start, known = middle, False
    if not known:
        path.append(range(start, stop))
    path.reverse()
    return path


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf `index` is among these leaf hashes. Raises ValueError when there is no such leaf."""
    return [root_of(leaves[part.start : part.stop]) for part in inclusion_ranges(index, len(leaves))]


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that these leaf hashes begin with the first `old` of them. Raises ValueError when they cannot."""
    return [root_of(leaves[part.start : part.stop]) for part in consistency_ranges(old, len(leaves))]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` is leaf `index` of the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).

    Raises BadProof.
    """
    if not 0 <= index < size:
        raise BadProof(f"pas de feuille {index} dans un arbre de {size}")
    position, last, reached = index, size - 1, leaf
    for node in proof:
        if last == 0:
            raise BadProof("preuve trop longue")
        if position & 1 or position == last:
            reached = node_hash(node, reached)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            reached = node_hash(reached, node)
        position >>= 1
        last >>= 1
    if last != 0:
        raise BadProof("preuve trop courte")
    if reached != root:
        raise BadProof("la preuve mène à une autre racine")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162 §2.1.4.2).

    Raises BadProof.
    """
    if not 0 <= old <= new:
        raise BadProof(f"un arbre de {new} feuilles ne commence pas par un arbre de {old}")
    if old in (0, new):
        if proof:
            raise BadProof("preuve trop longue")
        if old_root != (new_root if old == new else EMPTY_ROOT):
            raise BadProof("l'ancienne racine est une autre")
        return
    # When the old tree is itself a full subtree, its root begins the path and is not repeated in the proof.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise BadProof("preuve trop courte")
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    first = second = path[0]
    for node in path[1:]:
        if last == 0:
            raise BadProof("preuve trop longue")
        if position & 1 or position == last:
            first = node_hash(node, first)
            second = node_hash(node, second)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            second = node_hash(second, node)
        position >>= 1
        last >>= 1
    if last != 0:
        raise BadProof("preuve trop courte")
    if first != old_root:
        raise BadProof("la preuve mène à une autre ancienne racine")
    if second != new_root:
        raise BadProof("la preuve mène à une autre nouvelle racine")


def _split(size: int) -> int:
    """The largest power of two below `size` (size > 1): where RFC 9162 cuts a tree."""
    return 1 << (size - 1).bit_length() - 1
