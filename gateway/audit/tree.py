# SPDX-License-Identifier: EUPL-1.2
"""What the records amount to so far: the tree's frontier and the last link of the chain, grown together."""

from collections.abc import Iterable

from gateway.audit.layout import CHAIN_START, chained
from gateway.audit.merkle import Frontier, leaf_hash


class Tree:
    """The tree and the chain over the first `size` records."""

    __slots__ = ("chain", "frontier")

    def __init__(self, frontier: Frontier | None = None, chain: bytes = CHAIN_START) -> None:
        self.frontier = frontier or Frontier()
        self.chain = chain

    @property
    def size(self) -> int:
        """How many records it stands for."""
        return self.frontier.size

    def append(self, entry: bytes) -> bytes:
        """Add one record; its chain value."""
        leaf = leaf_hash(entry)
        self.frontier.append(leaf)
        self.chain = chained(self.chain, leaf)
        return self.chain

    def extend(self, entries: Iterable[bytes]) -> list[bytes]:
        """Add records in order; their chain values."""
        return [self.append(entry) for entry in entries]

    def root(self) -> bytes:
        """The root of the tree."""
        return self.frontier.root()

    def copy(self) -> "Tree":
        """Another tree over the same records, which grows on its own."""
        return Tree(self.frontier.copy(), self.chain)
