# SPDX-License-Identifier: EUPL-1.2
"""A batch of records on its way into the store: the head it starts from, the head it leads to, and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.merkle import leaf_hash
from gateway.audit.note import Checkpoint, Signer
from gateway.audit.tree import Tree


@dataclass(frozen=True, slots=True)
class Head:
    """A head as it stands in the store: the tree it is for (never grown in place), its root and its signed note."""

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

    def rows(self) -> list[tuple[int, bytes, bytes, bytes]]:
        """The columns of the table `record`."""
        numbers = range(self.before.tree.size, self.after.tree.size)
        return list(zip(numbers, self.leaves, self.entries, self.chains, strict=True))
