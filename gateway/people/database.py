# SPDX-License-Identifier: EUPL-1.2
"""The people's file, `people.db`: accounts, roles, representations, sessions, links. One SQLite file, many readers.

Secrets are never in it: a session and a link are known by their SHA-256 alone. The gateway and the operator's commands
may have it open at the same time.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_VERSION = 2
_BUSY_S = 5.0
_SCHEMA = """
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    sub TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (issuer, sub)
) STRICT;
CREATE TABLE role (
    account_id TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    until INTEGER,
    closed_at INTEGER,
    closed_by TEXT
) STRICT;
CREATE UNIQUE INDEX role_open ON role (account_id, role) WHERE closed_at IS NULL;
CREATE TABLE representation (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    siren TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('claim', 'decision')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'open', 'refused', 'closed')),
    asked_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    decision TEXT NOT NULL DEFAULT '',
    until INTEGER
) STRICT;
CREATE INDEX representation_by_account ON representation (account_id, state);
CREATE INDEX representation_by_state ON representation (state, asked_at);
CREATE UNIQUE INDEX representation_live ON representation (account_id, siren, source) WHERE state IN ('asked', 'open');
CREATE TABLE session (
    digest BLOB PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    acr TEXT NOT NULL,
    siren TEXT,
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    sealed BLOB,
    buyer TEXT NOT NULL DEFAULT '',
    tender TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX session_by_account ON session (account_id);
CREATE TABLE link (
    digest BLOB PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    until INTEGER NOT NULL,
    spent_at INTEGER,
    buyer TEXT NOT NULL DEFAULT '',
    tender TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE spent_state (
    digest BLOB PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;
"""


_SINCE_1 = tuple(
    f"ALTER TABLE {table} ADD COLUMN {name} TEXT NOT NULL DEFAULT ''"
    for table in ("session", "link")
    for name in ("buyer", "tender")
)
"""What a file of the first version lacks."""


class PeopleUnavailable(Exception):
    """The people's file cannot be read or written: nobody may be let in. The message says why, in French."""


class Database:
    """The open file. Usable from several threads, one at a time."""

    def __init__(self, path: Path) -> None:
        """Opens the file, and creates it when there is none. Raises PeopleUnavailable."""
        self._path = path
        self._lock = threading.RLock()
        try:
            # Made beforehand, because SQLite would make it readable by all.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise PeopleUnavailable(f"Le fichier des personnes « {path} » ne peut pas être ouvert : {error}") from error
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
        """What a statement finds. Raises PeopleUnavailable."""
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise PeopleUnavailable(f"Le fichier des personnes ne peut pas être lu : {error}") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start. Raises PeopleUnavailable; then nothing changed."""
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
                raise  # a rule of the tables: whoever writes knows what it means
            except sqlite3.Error as error:
                raise PeopleUnavailable(f"Le fichier des personnes ne peut pas être écrit : {error}") from error

    def _prepare(self) -> None:
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            # A right that was ended stays ended after a power cut.
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error as error:
            raise PeopleUnavailable(f"« {self._path} » n'est pas un fichier de personnes : {error}") from error
        with self.writing() as db:
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found == 0:
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            elif found == 1:
                for statement in _SINCE_1:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            elif found != _VERSION:
                raise PeopleUnavailable(f"Le fichier des personnes est d'une version inconnue ({found}).")
