# SPDX-License-Identifier: EUPL-1.2
"""What the records amount to so far: the tree's frontier, its tiles that still grow, and the last link of the chain.

A tile of level 1 holds the roots of 256 leaves each, one of level 2 the roots of 256 of those, and so on. Each batch
of records says which of them it made longer; whoever has the tiles can prove anything without reading every leaf.
"""

from collections.abc import Iterable, Mapping

from gateway.audit.layout import CHAIN_START, TILE_WIDTH, chained
from gateway.audit.merkle import Frontier, frontier_of, leaf_hash

HASH_BYTES = 32
TILE_HEIGHT = 8


class Tree:
    """The tree and the chain over the first `size` records.

    `edges`: for each level from 1 up, the last tile. `grown`: (level, index) → hashes of every tile that became longer
    since this tree was made.
    """

    __slots__ = ("chain", "edges", "frontier", "grown")

    def __init__(
        self, frontier: Frontier | None = None, chain: bytes = CHAIN_START, edges: Mapping[int, bytes] | None = None
    ) -> None:
        self.frontier = frontier or Frontier()
        self.chain = chain
        self.edges: dict[int, bytes] = dict(edges or {})
        self.grown: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        """How many records it stands for."""
        return self.frontier.size

    def append(self, entry: bytes) -> bytes:
        """Add one record; its chain value."""
        return self.add(leaf_hash(entry))

    def add(self, leaf: bytes) -> bytes:
        """Add one record by the hash of its bytes; its chain value."""
        if self.frontier.size % TILE_WIDTH == TILE_WIDTH - 1:
            self._grow(leaf)
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
        return Tree(self.frontier.copy(), self.chain, self.edges)

    def _grow(self, leaf: bytes) -> None:
        """Take in the subtrees that this leaf completes."""
        nodes, level = (self.size + 1) // TILE_WIDTH, 1
        while True:
            index, place = divmod(nodes - 1, TILE_WIDTH)
            before = self.edges[level] if place else b""
            self.edges[level] = before + self.frontier.completed(leaf, TILE_HEIGHT * level)
            self.grown[level, index] = self.edges[level]
            if nodes % TILE_WIDTH:
                return
            nodes, level = nodes // TILE_WIDTH, level + 1


def edge_tiles(size: int) -> dict[int, tuple[int, int]]:
    """Level → (index, width in hashes) of the last tile of each level from 1 up, in a tree of `size` records."""
    tiles, level, nodes = {}, 1, size // TILE_WIDTH
    while nodes:
        index = (nodes - 1) // TILE_WIDTH
        tiles[level] = index, nodes - index * TILE_WIDTH
        nodes, level = nodes // TILE_WIDTH, level + 1
    return tiles


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes that a tile holds."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def fits(frontier: Frontier, level: int, hashes: list[bytes]) -> bool:
    """Whether the last tile of a level leads to the frontier's subtrees of that level."""
    low = TILE_HEIGHT * level
    count = len(hashes) % TILE_WIDTH
    return frontier_of(hashes[:count]).peaks(0, TILE_HEIGHT) == frontier.peaks(low, low + TILE_HEIGHT)
