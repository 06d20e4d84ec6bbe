# SPDX-License-Identifier: EUPL-1.2
"""A file of SQLite that a room keeps for itself: made for its owner alone, one writer at a time, durable.

Usable from several threads, one at a time; other processes may have it open as well. What SQLite complains of comes out
in the room's own exception, in French.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

BUSY_S = 5.0
"""How long another process is waited for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is. `called`: how people are told of it; `trouble`: raised with a French sentence.

    `schema`: the statements that make its tables, separated by semicolons. `since`: for each earlier version, from the
    first on, the statements that make the next one of it; a later version than ours is not opened.
    """

    called: str
    trouble: type[Exception]
    schema: str
    since: tuple[tuple[str, ...], ...] = ()

    @property
    def version(self) -> int:
        """The one that is written in new files."""
        return 1 + len(self.since)


class OwnFile:
    """The open file."""

    def __init__(self, path: Path, kind: Kind) -> None:
        """Opens the file, and creates it when there is none. Raises the kind's `trouble`."""
        self._kind = kind
        self._lock = threading.RLock()
        try:
            # Made beforehand, because SQLite would make it readable by all.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise self._trouble("ne peut pas être ouvert", error) from error
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds. Raises the kind's `trouble`."""
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise self._trouble("ne peut pas être lu", error) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start.

        Raises the kind's `trouble`, or sqlite3.IntegrityError for a rule of the tables, whose meaning whoever writes
        knows; either way nothing changed.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                raise self._trouble("ne peut pas être écrit", error) from error

    def _prepare(self) -> None:
        try:
            # What was confirmed is still there after a power cut.
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._db.execute(f"PRAGMA {pragma}").fetchall()
        except sqlite3.Error as error:
            raise self._trouble("ne peut pas être ouvert", error) from error
        with self.writing() as db:
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if not 0 <= found <= self._kind.version:
                raise self._kind.trouble(f"{self._kind.called} est d'une version inconnue ({found}).")
            missing = chain(*self._kind.since[found - 1 :]) if found else self._kind.schema.split(";")
            for statement in missing:
                db.execute(statement)
            if found != self._kind.version:
                db.execute(f"PRAGMA user_version={self._kind.version}")

    def _trouble(self, what: str, error: Exception) -> Exception:
        return self._kind.trouble(f"{self._kind.called} {what} : {error}")
