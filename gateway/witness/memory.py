# SPDX-License-Identifier: EUPL-1.2
"""What a witness must never forget: the last head it signed for each log, and the heads it had to refuse.

A witness that forgot would sign a rewritten log as if it were the first; so an absent file is not made up by itself,
and a head is on the disk before its signature leaves.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.merkle import EMPTY_ROOT

VERSION = 1
MAX_CONFLICTS = 100
_BUSY_S = 5.0
_TABLES = (
    "CREATE TABLE seen(origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, "
    "at INTEGER NOT NULL) STRICT",
    "CREATE TABLE conflict(id INTEGER PRIMARY KEY, proved INTEGER NOT NULL, origin TEXT NOT NULL, note TEXT NOT NULL, "
    "known TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE(proved, origin, note)) STRICT",
)


class MemoryLost(Exception):
    """The witness's file cannot be read or written: nothing may be signed. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class SeenHead:
    """The last head signed for a log: `note` as the log signed it ("" before the first), `at` epoch seconds."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """A head that a log signed and that was refused: `note`, against `known`, the head signed last.

    `proved`: both have one size and other roots, so that the log signed two histories. Otherwise the proof that came
    with it was false, which anybody can bring about: the log must be asked for a true one.
    """

    proved: bool
    origin: str
    note: str
    known: str
    at: int


class Memory:
    """The file of one witness. For several threads, and several processes."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the file. Raises MemoryLost when it is not there and `create` does not say that this is the first time.

        With `create`, a file that exists is opened as it is.
        """
        self._lock = threading.Lock()
        try:
            if not path.exists():
                if not create:
                    raise MemoryLost(f"{path} n'existe pas")
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=_BUSY_S,
            )
        except (OSError, sqlite3.Error) as error:
            raise MemoryLost(f"{path} ne peut pas être ouvert : {error}") from error
        try:
            self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        try:
            self._connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            self._connection.execute("PRAGMA synchronous=EXTRA").fetchall()  # the folder too is on the disk
            self._connection.execute("BEGIN IMMEDIATE")
            if not self._connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
                for table in _TABLES:
                    self._connection.execute(table)
                self._connection.execute(f"PRAGMA user_version={VERSION}")
            version = self._connection.execute("PRAGMA user_version").fetchone()
            found = {sql for (sql,) in self._connection.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL")}
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise MemoryLost(f"{path} ne peut pas être lu : {error}") from error
        if version != (VERSION,) or found != set(_TABLES):
            raise MemoryLost(f"{path} n'est pas la mémoire d'un témoin de cette version")

    def seen(self, origin: str) -> SeenHead:
        """The last head signed for this log. Raises MemoryLost."""
        with self._guarding():
            return self._seen(origin)

    def all_seen(self) -> list[tuple[str, SeenHead]]:
        """The last head signed for each log, by origin. Raises MemoryLost."""
        with self._guarding():
            rows = self._connection.execute("SELECT origin, size, root, note, at FROM seen ORDER BY origin")
            return [(origin, SeenHead(*seen)) for origin, *seen in rows]

    @contextmanager
    def deciding(self, origin: str) -> Iterator["Decision"]:
        """A block in which nobody else signs a head: what it keeps is on the disk once it ends. Raises MemoryLost."""
        with self._guarding():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Decision(self._connection, origin, self._seen(origin))
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def conflicts(self) -> list[Conflict]:
        """Every head refused, those that prove something first. Raises MemoryLost."""
        with self._guarding():
            rows = self._connection.execute("SELECT proved, origin, note, known, at FROM conflict ORDER BY -proved, id")
            return [Conflict(bool(proved), *row) for proved, *row in rows]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _seen(self, origin: str) -> SeenHead:
        query = "SELECT size, root, note, at FROM seen WHERE origin=?"
        row = self._connection.execute(query, (origin,)).fetchone()
        return SeenHead(*row) if row else SeenHead()

    @contextmanager
    def _guarding(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise MemoryLost(f"la mémoire du témoin ne peut pas être lue ou écrite : {error}") from error


class Decision:
    """One head being looked at. `known`: the last one signed for its log."""

    def __init__(self, connection: sqlite3.Connection, origin: str, known: SeenHead) -> None:
        self._connection = connection
        self._origin = origin
        self.known = known

    def keep(self, head: SeenHead) -> None:
        """This head is now the last one."""
        row = (self._origin, head.size, head.root, head.note, head.at)
        self._connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", row)

    def refused(self, note: str, at: int, *, proved: bool) -> None:
        """The log signed this note, which was refused. The first ones of each sort are kept."""
        query = "SELECT count(*) FROM conflict WHERE origin=? AND proved=?"
        (count,) = self._connection.execute(query, (self._origin, proved)).fetchone()
        if count < MAX_CONFLICTS:
            row = (proved, self._origin, note, self.known.note, at)
            self._connection.execute(
                "INSERT OR IGNORE INTO conflict(proved, origin, note, known, at) VALUES (?, ?, ?, ?, ?)", row
            )
