# SPDX-License-Identifier: EUPL-1.2
"""The time stamps that an authority gave, with the heads they are for: a small file beside the log."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.reader import LogUnreadable
from gateway.audit.trouble import UNREADABLE, described

_SHOWN = 1_000
_VERSION = 1
_TABLE = (
    "CREATE TABLE IF NOT EXISTS stamp(size INTEGER PRIMARY KEY, note TEXT NOT NULL, reply BLOB NOT NULL, "
    "at INTEGER NOT NULL) STRICT"
)


@dataclass(frozen=True, slots=True)
class StoredStamp:
    """`note`: the head as it was published; `reply`: the authority's, as it came; `at`: its time, epoch seconds."""

    size: int
    note: str
    reply: bytes
    at: int


class Stamps:
    """The file. For several threads. Every method raises LogUnreadable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None

    def find(self, size: int) -> StoredStamp | None:
        """The stamp on the head of that size."""
        with self._reading() as connection:
            row = connection.execute("SELECT size, note, reply, at FROM stamp WHERE size=?", (size,)).fetchone()
        return StoredStamp(*row) if row else None

    def last(self) -> StoredStamp | None:
        """The last stamp."""
        with self._reading() as connection:
            row = connection.execute("SELECT size, note, reply, at FROM stamp ORDER BY size DESC LIMIT 1").fetchone()
        return StoredStamp(*row) if row else None

    def sizes(self) -> list[int]:
        """The sizes of the heads that were stamped, the largest first; a thousand at most."""
        with self._reading() as connection:
            return [
                size for (size,) in connection.execute("SELECT size FROM stamp ORDER BY size DESC LIMIT ?", (_SHOWN,))
            ]

    def keep(self, stamp: StoredStamp) -> None:
        """Keep a stamp, durably."""
        with self._reading() as connection:
            row = (stamp.size, stamp.note, stamp.reply, stamp.at)
            connection.execute("INSERT OR REPLACE INTO stamp VALUES (?, ?, ?, ?)", row)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._open is not None:
                self._open.close()
            self._open = None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._open is None:
                    self._open = self._connected()
                yield self._open
            except UNREADABLE as error:
                if self._open is not None:
                    self._open.close()
                self._open = None
                raise LogUnreadable(f"{self._path.name} : {described(error)}") from error

    def _connected(self) -> sqlite3.Connection:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE):
            connection.execute(statement).fetchall()
        connection.execute(f"PRAGMA user_version={_VERSION}")
        return connection
