# SPDX-License-Identifier: EUPL-1.2
"""The audit file, read: on any copy of the folder, live or dead, without creating or changing a file beside it.

A SQLite reader usually creates a `-wal` and a `-shm` file, which an auditor's copy or a read-only disk must not suffer:

    nothing in the WAL                      the database is all there is: read as immutable
    a WAL and its shared memory             a live log, or one that was killed: read both, shared memory not written
    a WAL and no shared memory, or refused  both are copied to a temporary folder and read there
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads one state of the file, whatever is written meanwhile.

    Text that is not UTF-8 is read with surrogates. Raises trouble.UNREADABLE.
    """
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", str(path))
    address = path.resolve()
    wal, shared = Path(f"{address}-wal"), Path(f"{address}-shm")
    if _size(wal) == 0 and not (wal.exists() and shared.exists()):
        with closing(_connection(address, "immutable=1")) as connection:
            yield connection
        return
    found = _alongside(address) if shared.exists() else None
    if found is not None:
        with closing(found):
            yield found
        return
    with tempfile.TemporaryDirectory(prefix="dlnuf-audit-") as folder:
        copy = Path(folder, address.name)
        shutil.copyfile(wal, f"{copy}-wal")
        shutil.copyfile(address, copy)
        with closing(_connection(copy, "")) as connection:
            yield connection


def state_of(path: Path) -> tuple[int, int, int]:
    """What changes when the file does: a reading between two equal states was not disturbed. Raises OSError."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _alongside(address: Path) -> sqlite3.Connection | None:
    """A reader beside the writer; None when it would have to write the shared memory."""
    try:
        return _connection(address, "readonly_shm=1")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            return None
        raise


def _connection(address: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{address.as_uri()}?mode=ro&{options}", uri=True, isolation_level=None, timeout=2)
    try:
        connection.text_factory = _text
        connection.execute("PRAGMA trusted_schema=OFF").fetchall()
        connection.execute("PRAGMA cell_size_check=ON").fetchall()
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()  # from here on, one state
    except BaseException:
        connection.close()
        raise
    return connection


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
