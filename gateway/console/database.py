# SPDX-License-Identifier: EUPL-1.2
"""The console's own file, `console.db`: saved searches, findings, campaigns. What was done is in the log.

No identifier of a company stands in it: searches are kept as addresses, in which identifiers are sealed.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_VERSION = 1
_SCHEMA = """
CREATE TABLE saved(
  id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX saved_by_account ON saved(account, at);
CREATE TABLE finding(
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, whom TEXT NOT NULL, span TEXT NOT NULL, at INTEGER NOT NULL,
  told TEXT NOT NULL, count INTEGER NOT NULL, consumer TEXT NOT NULL, habilitation TEXT NOT NULL,
  address TEXT NOT NULL, recorded INTEGER NOT NULL, state TEXT NOT NULL, closed_at INTEGER, closed_by TEXT,
  reason TEXT NOT NULL DEFAULT '', UNIQUE(rule, whom, span)) STRICT;
CREATE INDEX finding_by_state ON finding(state, at);
CREATE TABLE campaign(
  id TEXT PRIMARY KEY, title TEXT NOT NULL, message TEXT NOT NULL, address TEXT NOT NULL, told TEXT NOT NULL,
  seed TEXT NOT NULL, size INTEGER NOT NULL, population INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
  deadline INTEGER NOT NULL, state TEXT NOT NULL, closed_at INTEGER, conclusion TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE sample(
  campaign TEXT NOT NULL REFERENCES campaign(id), seq INTEGER NOT NULL, exchange TEXT NOT NULL, consumer TEXT NOT NULL,
  at TEXT NOT NULL, product TEXT NOT NULL, object TEXT NOT NULL, recipient TEXT NOT NULL,
  answer TEXT, answered_at INTEGER, decision TEXT, decided_at INTEGER, decided_by TEXT, reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(campaign, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE door(
  digest BLOB PRIMARY KEY, campaign TEXT NOT NULL REFERENCES campaign(id), consumer TEXT NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE TABLE file(
  id TEXT PRIMARY KEY, campaign TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL,
  size INTEGER NOT NULL, digest TEXT NOT NULL, nonce BLOB NOT NULL, content BLOB NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX file_by_sample ON file(campaign, seq);
"""


class StoreUnavailable(Exception):
    """The console's file cannot be read or written. The message says why, in French."""


class ConsoleStore:
    """The open file. Usable from several threads, one at a time."""

    def __init__(self, path: Path) -> None:
        """Opens the file, and creates it when there is none. Raises StoreUnavailable."""
        self._path = path
        self._lock = threading.RLock()
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._db.execute(f"PRAGMA {pragma}").fetchall()
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"« {path.name} » ne peut pas être ouvert : {error}") from error
        with self.writing() as db:
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found == 0:
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version={_VERSION}")
            elif found != _VERSION:
                raise StoreUnavailable(f"« {path.name} » est d'une version inconnue ({found})")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds. Raises StoreUnavailable."""
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise StoreUnavailable(f"« {self._path.name} » ne peut pas être lu : {error}") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction. Raises StoreUnavailable, and sqlite3.IntegrityError for a rule of the tables."""
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
                raise StoreUnavailable(f"« {self._path.name} » ne peut pas être écrit : {error}") from error
