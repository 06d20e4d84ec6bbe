# SPDX-License-Identifier: EUPL-1.2
"""The log, read by those who serve it or search it: records, leaves, tiles, and the checkpoint that was published.

Readers verify nothing (verify.py does) and change nothing; each call sees one state of the store. They wait for the
disk: in an event loop, call them in a thread.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gateway.audit.layout import TILE_WIDTH
from gateway.audit.reading import opened
from gateway.audit.tree import HASH_BYTES
from gateway.audit.trouble import UNREADABLE, described

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


class SqliteReader:
    """The log of a file, live or dead, which is opened for each call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self) -> int:
        """See LogReader."""
        with self._reading() as connection:
            (size,) = connection.execute("SELECT size FROM head").fetchone() or (0,)
            return int(size)

    def entries(self, start: int, stop: int) -> list[Entry]:
        """See LogReader."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT seq, entry, leaf FROM record WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?",
                (start, stop, MOST),
            )
            return [Entry(*row) for row in rows]

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """See LogReader."""
        with self._reading() as connection:
            return _leaves(connection, start, min(stop, start + MOST))

    def tile(self, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
        """See LogReader."""
        if not (0 <= level < 8 and 0 <= index < 2**55 and 0 < width <= TILE_WIDTH):
            raise NotThere(f"{level}/{index}/{width}")
        with self._reading() as connection:
            if level == 0:
                found = b"".join(_leaves(connection, index * TILE_WIDTH, index * TILE_WIDTH + width))
            else:
                row = connection.execute("SELECT hashes FROM tile WHERE level=? AND idx=?", (level, index)).fetchone()
                found = row[0][: width * HASH_BYTES] if row else b""
        if len(found) != width * HASH_BYTES:
            raise NotThere(f"{level}/{index}/{width}")
        return found

    def checkpoint(self) -> str:
        """See LogReader."""
        with self._reading() as connection:
            row = connection.execute("SELECT note FROM published ORDER BY size DESC LIMIT 1").fetchone()
        if row is None:
            raise LogUnreadable("aucune tête n'a été publiée")
        return str(row[0])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with opened(self._path) as connection:
                yield connection
        except UNREADABLE as error:
            raise LogUnreadable(f"{self._path.name} ne peut pas être lu : {described(error)}") from error


def _leaves(connection: sqlite3.Connection, start: int, stop: int) -> list[bytes]:
    rows = connection.execute("SELECT leaf FROM record WHERE seq >= ? AND seq < ? ORDER BY seq", (start, stop))
    return [leaf for (leaf,) in rows]
