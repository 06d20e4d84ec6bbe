# SPDX-License-Identifier: EUPL-1.2
"""A batch of records on its way into the file: the head it starts from, the head it leads to, and its rows."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.merkle import leaf_hash
from gateway.audit.note import Checkpoint, Signer
from gateway.audit.tree import Tree

_ROWS = 512
_REPLACE = "UPDATE head SET size=?, root=?, chain=?, frontier=?, note=? WHERE note=?"
_INSERT = "INSERT INTO record VALUES "
_TILE = "INSERT OR REPLACE INTO tile VALUES (?, ?, ?)"

STATEMENTS = _ROWS + 16
"""How many prepared statements a connection keeps: one for each length of a batch, and a few others."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head as it stands in the file: the tree it is for (never grown in place), its root and its signed note."""

    tree: Tree
    root: bytes
    note: str

    @classmethod
    def signed(cls, tree: Tree, signer: Signer) -> "Head":
        """The head of this tree; the signer's name is the log's origin."""
        root = tree.root()
        return cls(tree, root, signer.sign(Checkpoint(signer.name, tree.size, root).text()))

    def row(self) -> tuple[int, bytes, bytes, bytes, str]:
        """The columns of the table `head`."""
        return self.tree.size, self.root, self.tree.chain, self.tree.frontier.to_bytes(), self.note


@dataclass(frozen=True, slots=True)
class Growth:
    """Records with their leaves and chain values, between two heads."""

    before: Head
    after: Head
    leaves: Sequence[bytes]
    entries: Sequence[bytes]
    chains: Sequence[bytes]

    @classmethod
    def of(cls, before: Head, entries: Sequence[bytes], signer: Signer) -> "Growth":
        """What these records make of that head."""
        tree = before.tree.copy()
        leaves = [leaf_hash(entry) for entry in entries]
        chains = [tree.add(leaf) for leaf in leaves]
        return cls(before, Head.signed(tree, signer), leaves, entries, chains)

    def replaces_head(self, connection: sqlite3.Connection) -> bool:
        """Put the new head in the place of the old; False when another process has written since."""
        changed = connection.execute(_REPLACE, (*self.after.row(), self.before.note))
        return changed.rowcount == 1

    def writes_records(self, connection: sqlite3.Connection) -> None:
        """Insert the records, many rows at a time: each statement may hand the interpreter's lock over."""
        numbers = range(self.before.tree.size, self.after.tree.size)
        rows = list(zip(numbers, self.leaves, self.entries, self.chains, strict=True))
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            places = ",".join(["(?,?,?,?)"] * len(part))
            connection.execute(_INSERT + places, [value for row in part for value in row])
        for (level, index), hashes in self.after.tree.grown.items():
            connection.execute(_TILE, (level, index, hashes))
