# SPDX-License-Identifier: EUPL-1.2
"""The tree of one day: for each company, how many records are about it and which, sorted so that absence shows too.

A leaf is a key and a content, 32 bytes each. The key is the company's commitment hashed with the day: whoever is shown
a neighbour's learns nothing, and cannot recognise it the day after. The content is a digest of the count and of the
records' numbers and leaf hashes. Leaves are sorted by key, each key once: a company that has no leaf is shown the two
leaves between which its own would be. Records of purposes under embargo are in trees of their own, which the day's
header names by a seal: fixed that day, opened to everybody alike when the embargo is over. Nothing here reads a store.
"""

import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import pairwise

from gateway.audit.merkle import (
    EMPTY_ROOT,
    BadProof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_inclusion,
)

COUNTED = frozenset(("asked", "answered", "refused", "failed"))
"""The events that are counted: those of exchanges, when they say whom they are about."""

_KEY = b"dlnuf day key\n"
_HEADER = b"dlnuf day header\n"
_SEAL = b"dlnuf day seal\n"
_BLIND = b"dlnuf day blind\n"
_HASH_BYTES = 32
_NUMBER_BYTES = 8
_DAY = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]")


class DayUncounted(Exception):
    """A day cannot be worked out: some of its records were erased, or do not read. The message says so, in French."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A record that is counted: its number in the log, and its leaf hash there."""

    seq: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A company's leaf. `key`: its commitment, hashed with the day. `content`: what its records are, as a digest."""

    key: bytes
    content: bytes

    @property
    def hash(self) -> bytes:
        """Its hash in the tree."""
        return leaf_hash(self.key + self.content)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A leaf shown with its place in the tree."""

    index: int
    leaf: Leaf
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DayTree:
    """The companies of a day, sorted by key. `records`: the counted records of each key."""

    leaves: tuple[Leaf, ...]
    records: Mapping[bytes, tuple[Counted, ...]]

    @property
    def size(self) -> int:
        """How many companies."""
        return len(self.leaves)

    @property
    def root(self) -> bytes:
        """The root (RFC 9162)."""
        return root_of(leaf.hash for leaf in self.leaves)

    def place(self, key: bytes) -> int | None:
        """Where the leaf of this key is; None when there is none."""
        at = bisect_left(self.leaves, key, key=lambda leaf: leaf.key)
        return at if at < len(self.leaves) and self.leaves[at].key == key else None

    def shown(self, index: int) -> Neighbour:
        """A leaf with the path to the root."""
        return Neighbour(index, self.leaves[index], tuple(inclusion_proof([leaf.hash for leaf in self.leaves], index)))

    def around(self, key: bytes) -> tuple[Neighbour | None, Neighbour | None]:
        """The leaves before and after a key that has none; None at an edge."""
        at = bisect_left(self.leaves, key, key=lambda leaf: leaf.key)
        before = self.shown(at - 1) if at else None
        return before, self.shown(at) if at < len(self.leaves) else None


@dataclass(frozen=True, slots=True)
class Sealed:
    """The tree of a purpose under embargo, as it is opened. `blind`: 32 bytes, without which the seal says nothing."""

    root: bytes
    size: int
    blind: bytes

    @property
    def seal(self) -> str:
        """What the day's header says of it."""
        return sha256(_SEAL + self.blind + self.root + self.size.to_bytes(_NUMBER_BYTES, "big")).hexdigest()


@dataclass(frozen=True, slots=True)
class Header:
    """What a `day_closed` record commits to. `first`: the first record of the log it covers; `stop`: the one after.

    root, size: of the tree that is open. sealed: the seals of the others, by purpose.
    """

    day: str
    first: int
    stop: int
    root: bytes
    size: int
    sealed: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Its only spelling."""
        told = {
            "day": self.day,
            "first": self.first,
            "root": self.root.hex(),
            "sealed": dict(self.sealed),
            "size": self.size,
            "stop": self.stop,
        }
        return json.dumps(told, separators=(",", ":"), sort_keys=True)

    def digest(self) -> str:
        """The `root` of the day's record."""
        return sha256(_HEADER + self.text().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day, worked out from its records: the header, the open tree, the sealed ones by purpose."""

    header: Header
    open: DayTree
    under_embargo: Mapping[str, DayTree]
    seals: Mapping[str, Sealed]


def key_of(day: str, commitment: str) -> bytes:
    """A company's key in the trees of this day."""
    return sha256(_KEY + day.encode("ascii") + b"\n" + commitment.encode("ascii")).digest()


def content_of(records: Sequence[Counted]) -> bytes:
    """What a leaf says of these records: how many, and which, in the log's order."""
    digest = sha256()
    for one in records:
        digest.update(one.seq.to_bytes(_NUMBER_BYTES, "big") + one.leaf)
    return sha256(len(records).to_bytes(_NUMBER_BYTES, "big") + digest.digest()).digest()


def tree_of(day: str, records: Mapping[str, Sequence[Counted]]) -> DayTree:
    """The tree over the records of each commitment."""
    found = {key_of(day, commitment): tuple(counted) for commitment, counted in records.items() if counted}
    leaves = tuple(Leaf(key, content_of(found[key])) for key in sorted(found))
    return DayTree(leaves, found)


def day_of(
    day: str, first: int, stop: int, entries: Iterable[tuple[int, bytes | None, bytes]], purposes: Iterable[str]
) -> Day:
    """Work out a day from the records `first` to `stop - 1` of the log: number, bytes, leaf hash.

    `purposes`: those under embargo when the day was closed. Raises DayUncounted.
    """
    sealed = sorted(set(purposes))
    subjects: dict[str, dict[str, list[Counted]]] = {name: defaultdict(list) for name in ("", *sealed)}
    everything = sha256(_BLIND)
    expected = first
    for seq, entry, leaf in entries:
        if seq != expected:
            raise DayUncounted(f"l'enregistrement {expected} manque")
        if entry is None:
            raise DayUncounted(f"l'enregistrement {seq} a été effacé, au terme de sa durée de conservation")
        expected += 1
        everything.update(len(entry).to_bytes(_NUMBER_BYTES, "big") + entry)
        record = facts_of(entry)
        if record is None:
            raise DayUncounted(f"l'enregistrement {seq} ne se lit pas")
        subject, purpose = record.get("subject"), record.get("purpose")
        if record.get("event") in COUNTED and isinstance(subject, str) and subject.isascii():
            where = purpose if isinstance(purpose, str) and purpose in subjects else ""
            subjects[where][subject].append(Counted(seq, leaf))
    if expected != stop:
        raise DayUncounted(f"l'enregistrement {expected} manque")
    trees = {name: tree_of(day, found) for name, found in subjects.items()}
    seals = {
        name: Sealed(trees[name].root, trees[name].size, sha256(everything.digest() + name.encode()).digest())
        for name in sealed
    }
    opened = trees.pop("")
    header = Header(day, first, stop, opened.root, opened.size, {name: one.seal for name, one in seals.items()})
    return Day(header, opened, trees, seals)


def facts_of(entry: bytes) -> dict[str, object] | None:
    """What a record says; None when its bytes do not read."""
    try:
        found = json.loads(entry)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def utc_day(at: object) -> str | None:
    """The UTC day of a record's `at`; None when it is not an instant as records write it."""
    if not isinstance(at, str) or len(at) != 24 or not at.endswith("Z"):
        return None
    return at[:10] if is_day(at[:10]) else None


def is_day(text: object) -> bool:
    """Whether this is a day: 2026-11-23."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_present(
    key: bytes, records: Sequence[Counted], index: int, path: Sequence[bytes], root: bytes, size: int
) -> None:
    """Check that the leaf of this key counts these records and no other. Raises BadProof."""
    if not records:
        raise BadProof("une feuille présente compte au moins un enregistrement")
    if any(before.seq >= after.seq for before, after in pairwise(records)):
        raise BadProof("les enregistrements ne sont pas dans l'ordre du journal")
    verify_inclusion(Leaf(key, content_of(records)).hash, index, size, path, root)


def check_absent(key: bytes, before: Neighbour | None, after: Neighbour | None, root: bytes, size: int) -> None:
    """Check that no leaf has this key: its neighbours follow each other and it would be between them. Raises BadProof.

    It holds for a sorted tree: whoever recomputes the day from its records checks that it is.
    """
    if before is None and after is None:
        if size or root != EMPTY_ROOT:
            raise BadProof("sans voisin, l'arbre devrait être vide")
        return
    for one in (before, after):
        if one is not None:
            verify_inclusion(one.leaf.hash, one.index, size, one.path, root)
    if before is not None and before.leaf.key >= key:
        raise BadProof("le voisin de gauche n'est pas avant")
    if after is not None and after.leaf.key <= key:
        raise BadProof("le voisin de droite n'est pas après")
    first = -1 if before is None else before.index
    last = size if after is None else after.index
    if last != first + 1:
        raise BadProof("les deux voisins ne se suivent pas")
