# SPDX-License-Identifier: EUPL-1.2
"""The log in a file of SQLite: WAL, a full flush for each commit, and a file that must stay where it is."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway.audit.growth import Growth, Head
from gateway.audit.layout import SCHEMA, USER_VERSION
from gateway.audit.stores.rows import Rows
from gateway.audit.stores.sqlite_rows import SqliteRows

_BUSY_S = 2.0
_WAL_PAGES = 2000  # between two checkpoints of the WAL into the file
_WAL_BYTES = 32 * 1024 * 1024  # a WAL that grew beyond this (a long reading) is cut back
_ROWS = 512  # inserted by one statement: each may hand the interpreter's lock over
_FEW = 32  # rows, up to which a batch of any length is one statement
_STATEMENTS = _FEW + 24  # prepared and kept: one for each length that `together` gives, and a few others
_REPLACE = "UPDATE head SET size=?, root=?, chain=?, frontier=?, note=? WHERE note=?"
_INSERT = "INSERT INTO record VALUES "
_TILE = "INSERT OR REPLACE INTO tile VALUES (?, ?, ?)"
_ERASE = "UPDATE record SET entry=NULL WHERE seq=? AND entry IS NOT NULL"
_THIN = "DELETE FROM published WHERE at < ? AND size NOT IN (SELECT min(size) FROM published GROUP BY at / 3600)"


class Moved(OSError):
    """What we have open is no longer what stands at the address."""


class SqliteStore:
    """See store.Store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None
        self._files: tuple[tuple[int, int], ...] = ()
        self._held = False
        self._first = True

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    @property
    def rows(self) -> Rows:
        """See Store."""
        return SqliteRows(self._connection)

    @property
    def connected(self) -> bool:
        """See Store."""
        return self._open is not None

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            raise sqlite3.ProgrammingError("not connected")
        return self._open

    def connect(self, *, new: bool, doubtful: bool) -> None:
        """See Store."""
        if not self._path.exists():
            if not new:
                raise FileNotFoundError(2, "no such file", str(self._path))
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        # SQLite would open it for reading, and leave a shared memory that stays read-only when the file no longer is.
        if not os.access(self._path, os.W_OK, effective_ids=True):
            raise OSError(f"le fichier est en lecture seule ({self._path.name})")
        connection = self._open = sqlite3.connect(
            f"{self._path.resolve().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # opened by whoever starts the log, used by its thread
            cached_statements=_STATEMENTS,
            timeout=_BUSY_S,
        )
        if connection.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
            raise OSError(f"{self._path.name} n'accepte pas le mode WAL")
        for pragma in ("synchronous=FULL", f"wal_autocheckpoint={_WAL_PAGES}", f"journal_size_limit={_WAL_BYTES}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        # After a failed fsync the WAL may be readable and yet not be on the disk: write it over into the file.
        if self._first or doubtful:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy and doubtful:
                raise OSError(f"{self._path.name} est tenu par un autre processus")
        self._first = False
        self._files = ()

    def disconnect(self) -> None:
        """See Store."""
        connection, self._open, self._held = self._open, None, False
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()  # also rolls back

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See Store."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._held = True
        yield
        self._held = False
        self._commit()

    def blank(self) -> bool:
        """See Store."""
        return not self._connection.execute("SELECT 1 FROM sqlite_schema").fetchone()

    def found(self, head: Head, at: int) -> None:
        """See Store."""
        for table in SCHEMA.values():
            self._connection.execute(table)
        self._connection.execute("INSERT INTO head VALUES (?, ?, ?, ?, ?)", head.row())
        self._connection.execute(f"PRAGMA user_version={USER_VERSION}")
        self.publish(head.tree.size, head.note, at)

    def touch(self) -> None:
        """See Store."""
        # The number it has already: a page is written that changes nothing, or we learn that none can be.
        self._connection.execute(f"PRAGMA user_version={USER_VERSION}")

    def advance(self, growth: Growth) -> bool:
        """See Store."""
        connection = self._connection
        if not self._held:
            connection.execute("BEGIN IMMEDIATE")
        replaced = connection.execute(_REPLACE, (*growth.after.row(), growth.before.note)).rowcount == 1
        if replaced:
            rows = growth.rows()
            start = 0
            while part := rows[start : start + together(len(rows) - start)]:
                start += len(part)
                places = ",".join(["(?,?,?,?)"] * len(part))
                connection.execute(_INSERT + places, [value for row in part for value in row])
            for (level, index), hashes in growth.after.tree.grown.items():
                connection.execute(_TILE, (level, index, hashes))
        if not self._held:
            if replaced:
                self._commit()
            else:
                connection.execute("ROLLBACK")
        return replaced

    def publish(self, size: int, note: str, at: int) -> None:
        """See Store."""
        self._connection.execute("INSERT OR REPLACE INTO published VALUES (?, ?, ?)", (size, note, at))

    def thin(self, before: int) -> None:
        """See Store."""
        self._connection.execute(_THIN, (before,))

    def prune(self, numbers: Sequence[int]) -> int:
        """See Store."""
        self._connection.execute("PRAGMA secure_delete=ON").fetchall()  # zeros where the bytes were, not only oblivion
        before = self._connection.total_changes
        self._connection.executemany(_ERASE, [(number,) for number in numbers])
        return self._connection.total_changes - before

    def innocent(self, error: Exception) -> bool:
        """See Store."""
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY

    def _commit(self) -> None:
        self._connection.execute("COMMIT")
        # A file that was moved or removed under us still takes records, and nobody would ever find them.
        found = self._identities()
        self._files = self._files or found
        if found != self._files:
            raise Moved(f"{self._path.name} a été déplacé, remplacé ou supprimé")

    def _identities(self) -> tuple[tuple[int, int], ...]:
        """Which files stand at our two addresses: the database and its WAL."""
        found = (os.stat(self._path), os.stat(f"{self._path}-wal"))
        return tuple((status.st_dev, status.st_ino) for status in found)


def together(left: int) -> int:
    """How many of so many rows one statement inserts.

    Of few lengths: SQLite keeps each statement with the records it last held, which for every length up to 256 would be
    some fifty megabytes.
    """
    return left if left <= _FEW else min(_ROWS, 1 << (left.bit_length() - 1))
