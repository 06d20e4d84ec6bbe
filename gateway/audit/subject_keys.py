# SPDX-License-Identifier: EUPL-1.2
"""Where the monthly keys are kept: wrapped, one row a month, and a row without a key once it is destroyed.

A month that has no row never had a record about anybody. A destroyed month keeps its row, so that no process makes it a
second key. Several processes may want the same new month at once: the first row stands, and all use it.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from gateway.audit.trouble import described

_BUSY_S = 2.0
_TABLE = "CREATE TABLE IF NOT EXISTS subject_key(month TEXT PRIMARY KEY, wrapped BLOB) STRICT, WITHOUT ROWID"


class KeysUnavailable(Exception):
    """A key cannot be read, or is not known to be durable: nothing may leave. The message is French, for operators."""


class KeyStore(Protocol):
    """Wrapped keys by month. Every method raises KeysUnavailable when the store does not answer for what it says."""

    def read(self, month: str) -> tuple[bytes | None, bool]:
        """The wrapped key of a month, and whether that month is known: (None, True) is a key that was destroyed."""
        ...

    def create(self, month: str, wrapped: bytes) -> None:
        """Keep this key, durably, unless the month is known already: then nothing changes."""
        ...

    def destroy(self, month: str) -> bool:
        """Forget the key for good; whether there was one."""
        ...

    def all(self) -> Mapping[str, bytes | None]:
        """Every known month, in order; None where the key was destroyed."""
        ...


class SqliteKeys:
    """The store in the file `subjects.db`. It is opened for each call: there are a few a month."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, month: str) -> tuple[bytes | None, bool]:
        """See KeyStore."""
        with self._opened() as connection:
            row = connection.execute("SELECT wrapped FROM subject_key WHERE month = ?", (month,)).fetchone()
        return (row[0], True) if row else (None, False)

    def create(self, month: str, wrapped: bytes) -> None:
        """See KeyStore."""
        with self._opened() as connection:
            connection.execute("INSERT OR IGNORE INTO subject_key VALUES (?, ?)", (month, wrapped))

    def destroy(self, month: str) -> bool:
        """See KeyStore. What the key occupied in the file is overwritten."""
        with self._opened() as connection:
            changed = connection.execute(
                "UPDATE subject_key SET wrapped = NULL WHERE month = ? AND wrapped IS NOT NULL", (month,)
            )
            return changed.rowcount == 1

    def all(self) -> Mapping[str, bytes | None]:
        """See KeyStore."""
        with self._opened() as connection:
            return dict(connection.execute("SELECT month, wrapped FROM subject_key ORDER BY month").fetchall())

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            if not self._path.exists():
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_S)) as connection:
                # A rollback journal, and not a WAL: a destroyed key must not live on in another file.
                for pragma in ("synchronous=EXTRA", "secure_delete=ON", "trusted_schema=OFF"):
                    connection.execute(f"PRAGMA {pragma}").fetchall()
                connection.execute(_TABLE)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise KeysUnavailable(
                f"les clés des sujets ne peuvent pas être lues ou gardées : {described(error)}"
            ) from error
