# SPDX-License-Identifier: EUPL-1.2
"""The people's file, `people.db`: accounts, roles, representations, sessions, links. One SQLite file, many readers.

Secrets are never in it: a session and a link are known by their SHA-256 alone. The gateway and the operator's commands
may have it open at the same time.
"""

from pathlib import Path

from gateway.ownfile import Kind, OwnFile

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


class Database(OwnFile):
    """The open file. A right that was ended stays ended after a power cut."""

    def __init__(self, path: Path) -> None:
        """Opens the file, and creates it when there is none. Raises PeopleUnavailable."""
        kind = Kind(f"Le fichier des personnes « {path} »", PeopleUnavailable, _SCHEMA, (_SINCE_1,))
        super().__init__(path, kind)
