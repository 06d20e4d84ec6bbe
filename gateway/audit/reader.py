# SPDX-License-Identifier: EUPL-1.2
"""The log, read by those who serve it or search it: records, leaves, tiles, and the checkpoint that was published.

Readers verify nothing (verify.py does) and change nothing; each call sees one state of the store. They wait for the
disk: in an event loop, call them in a thread.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gateway.audit.layout import TILE_WIDTH
from gateway.audit.stores.address import Place
from gateway.audit.stores.places import source_at
from gateway.audit.stores.rows import Rows, Source
from gateway.audit.tree import HASH_BYTES
from gateway.audit.trouble import described, unreadable

MOST = 4096
"""How many records one call gives at most."""


class LogUnreadable(Exception):
    """The log cannot be read now. The message says why, in French, for operators."""


class NotThere(LookupError):
    """The log has no such tile."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. `entry`: its canonical bytes, None once erased; `leaf`: their hash, which stays."""

    seq: int
    entry: bytes | None
    leaf: bytes


class LogReader(Protocol):
    """A log to read. Every method raises LogUnreadable."""

    def size(self) -> int:
        """How many records are durable; the published checkpoint may count fewer."""
        ...

    def entries(self, start: int, stop: int) -> list[Entry]:
        """The records `start` to `stop - 1`, in order: those that exist, and at most MOST of them."""
        ...

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """The leaves `start` to `stop - 1`: those that exist, and at most MOST of them."""
        ...

    def tile(self, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
        """The first `width` hashes of a tile (c2sp.org/tlog-tiles), 32 bytes each. Raises NotThere."""
        ...

    def checkpoint(self) -> str:
        """The signed note that was last published."""
        ...

    def published_at(self) -> int:
        """When that was, in epoch seconds."""
        ...


class StoreReader:
    """The log of a store of either kind. See LogReader."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @classmethod
    def at(cls, place: Place) -> "StoreReader":
        """The log at this place: a file, or the address of a database."""
        return cls(source_at(place))

    def size(self) -> int:
        """See LogReader."""
        with self._reading() as rows:
            heads = rows.heads()
        return int(str(heads[0][0])) if heads else 0

    def entries(self, start: int, stop: int) -> list[Entry]:
        """See LogReader."""
        with self._reading() as rows:
            return [Entry(*row) for row in rows.entries(start, min(stop, start + MOST))]

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """See LogReader."""
        with self._reading() as rows:
            return rows.leaves(start, min(stop, start + MOST))

    def tile(self, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
        """See LogReader."""
        if not (0 <= level < 8 and 0 <= index < 2**55 and 0 < width <= TILE_WIDTH):
            raise NotThere(f"{level}/{index}/{width}")
        with self._reading() as rows:
            if level == 0:
                found = b"".join(rows.leaves(index * TILE_WIDTH, index * TILE_WIDTH + width))
            else:
                found = (rows.tile(level, index) or b"")[: width * HASH_BYTES]
        if len(found) != width * HASH_BYTES:
            raise NotThere(f"{level}/{index}/{width}")
        return found

    def checkpoint(self) -> str:
        """See LogReader."""
        with self._reading() as rows:
            return _published(rows)[1]

    def published_at(self) -> int:
        """See LogReader."""
        with self._reading() as rows:
            return _published(rows)[2]

    def close(self) -> None:
        """Let go of the store, until the next call."""
        self._source.close()

    @contextmanager
    def _reading(self) -> Iterator[Rows]:
        try:
            with self._source.reading() as rows:
                yield rows
        except unreadable() as error:
            raise LogUnreadable(f"{self._source.name} ne peut pas être lu : {described(error)}") from error


def _published(rows: Rows) -> tuple[int, str, int]:
    last = rows.last_published()
    if last is None:
        raise LogUnreadable("aucune tête n'a été publiée")
    return last


class SqliteReader(StoreReader):
    """The log of a file, live or dead, which is opened for each call."""

    def __init__(self, path: Path) -> None:
        super().__init__(source_at(path))
