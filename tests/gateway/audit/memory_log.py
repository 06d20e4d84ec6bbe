# SPDX-License-Identifier: EUPL-1.2
"""A log kept in memory, with the reader that every store offers: publishing, proving, countersigning try it."""

from gateway.audit.merkle import leaf_hash, node_hash
from gateway.audit.note import Checkpoint, Signer
from gateway.audit.reader import Entry, NotThere
from gateway.audit.tiles import HASH_BYTES, WIDTH, Tiles
from tests.gateway.audit.audit_world import SIGNER


class MemoryLog:
    """Records, their tree as tiles, and the head last published. `reads`: the tiles that were asked for."""

    def __init__(self, entries: list[bytes] | None = None, signer: Signer = SIGNER) -> None:
        self.signer = signer
        self.records: list[bytes | None] = []
        self.levels: list[list[bytes]] = [[]]
        self.reads: list[tuple[int, int, int]] = []
        self.published = ""
        for entry in entries or []:
            self.append(entry)

    def append(self, entry: bytes) -> None:
        """Add one record."""
        self.records.append(entry)
        self.append_leaf(leaf_hash(entry))

    def append_leaf(self, leaf: bytes) -> None:
        """Add the hash of a record that is kept nowhere."""
        self.levels[0].append(leaf)
        for level, hashes in enumerate(self.levels):
            if len(hashes) % WIDTH:
                return
            if level + 1 == len(self.levels):
                self.levels.append([])
            full = hashes[-WIDTH:]
            while len(full) > 1:
                full = [node_hash(full[at], full[at + 1]) for at in range(0, len(full), 2)]
            self.levels[level + 1].append(full[0])

    def size(self) -> int:
        """How many records there are."""
        return len(self.levels[0])

    def tile(self, level: int, index: int, width: int = WIDTH) -> bytes:
        """The first hashes of a tile."""
        self.reads.append((level, index, width))
        found = b"".join(self.levels[level][index * WIDTH : index * WIDTH + width])
        if len(found) != width * HASH_BYTES:
            raise NotThere(f"{level}/{index}/{width}")
        return found

    def entries(self, start: int, stop: int) -> list[Entry]:
        """These records; one that was erased has only its leaf."""
        numbers = range(start, min(stop, self.size()))
        return [Entry(number, self.records[number], self.levels[0][number]) for number in numbers]

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """The leaves of these records."""
        return self.levels[0][start:stop]

    def erase(self, number: int) -> None:
        """Erase what a record says."""
        self.records[number] = None

    def located(self, exchange: str) -> list[int]:
        """The numbers of the records of an exchange, as an index would know them."""
        return [number for number, entry in enumerate(self.records) if entry is None or exchange.encode() in entry]

    def tiles(self, size: int | None = None) -> Tiles:
        """The tree of the first `size` records."""
        return Tiles(self.tile, self.size() if size is None else size)

    def head(self, size: int | None = None) -> str:
        """The signed head over the first `size` records."""
        tiles = self.tiles(size)
        return self.signer.sign(Checkpoint(self.signer.name, tiles.size, tiles.root()).text())

    def publish(self, size: int | None = None) -> str:
        """Publish that head, and give it."""
        self.published = self.head(size)
        return self.published

    def checkpoint(self) -> str:
        """The head last published."""
        return self.published
