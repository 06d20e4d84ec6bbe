# SPDX-License-Identifier: EUPL-1.2
"""The companies' file, `company.db`: the feeds and tokens they opened, and the consultations they contest.

Secrets are known by their SHA-256 alone. Callers write the audit log first: what is not in it did not happen.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.ownfile import Kind, OwnFile

_SCHEMA = """
CREATE TABLE access (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('flux', 'api')),
    siren TEXT NOT NULL, account TEXT NOT NULL, label TEXT NOT NULL, decided INTEGER NOT NULL,
    opened_at INTEGER NOT NULL, until INTEGER NOT NULL, closed_at INTEGER
) STRICT;
CREATE INDEX access_by_company ON access (siren, opened_at);
CREATE TABLE contest (
    id TEXT PRIMARY KEY, siren TEXT NOT NULL, account TEXT NOT NULL, seq INTEGER NOT NULL, exchange TEXT NOT NULL,
    told TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, answer TEXT, answered_by TEXT, answered_at INTEGER,
    UNIQUE (siren, seq)
) STRICT;
CREATE INDEX contest_by_company ON contest (siren, at);
CREATE INDEX contest_waiting ON contest (answered_at, at);
"""
MOST_OPEN = 20
"""How many feeds and tokens of one company may be open at once."""
MOST_WAITING = 200
"""How many contests of one company may wait for an answer at once."""


class CompanyUnavailable(Exception):
    """The companies' file cannot be read or written. The message says why, in French."""


class TooMany(Exception):
    """One more would be one too many, or the same one twice."""


@dataclass(frozen=True, slots=True)
class Access:
    """A feed's secret address, or a token. `kind`: flux or api. `decided`: opened under an instructor's decision.

    Epoch seconds.
    """

    id: str
    digest: bytes
    kind: str
    siren: str
    account: str
    label: str
    decided: bool
    opened_at: int
    until: int
    closed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """A consultation that a company contests. `told`: what it was, in a few words. Epoch seconds."""

    id: str
    siren: str
    account: str
    seq: int
    exchange: str
    told: str
    at: int
    text: str
    answer: str | None = None
    answered_by: str | None = None
    answered_at: int | None = None


def digest_of(secret: str) -> bytes:
    """How a secret is known here."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class CompanyStore(OwnFile):
    """The open file."""

    def __init__(self, path: Path) -> None:
        """Opens the file, and creates it when there is none. Raises CompanyUnavailable."""
        super().__init__(path, Kind("Le fichier des entreprises", CompanyUnavailable, _SCHEMA))

    def open_access(self, access: Access) -> None:
        """Remember a feed or a token. Raises TooMany."""
        with self.writing() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM access WHERE siren = ? AND closed_at IS NULL AND until > ?",
                (access.siren, access.opened_at),
            ).fetchone()
            if count >= MOST_OPEN:
                raise TooMany
            db.execute(
                "INSERT INTO access VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (
                    *(access.id, access.digest, access.kind, access.siren, access.account, access.label),
                    *(int(access.decided), access.opened_at, access.until),
                ),
            )

    def may_open(self, siren: str, now: int) -> bool:
        """Whether one more may be opened."""
        return sum(1 for one in self.accesses(siren) if one.closed_at is None and one.until > now) < MOST_OPEN

    def accesses(self, siren: str) -> list[Access]:
        """Those of a company, newest first."""
        return [
            _access(row)
            for row in self.rows("SELECT * FROM access WHERE siren = ? ORDER BY opened_at DESC LIMIT 200", siren)
        ]

    def access(self, secret: str, kind: str, now: int) -> Access | None:
        """Whose secret this is, while it may be used."""
        rows = self.rows(
            "SELECT * FROM access WHERE digest = ? AND kind = ? AND closed_at IS NULL AND until > ?",
            *(digest_of(secret), kind, now),
        )
        return _access(rows[0]) if rows else None

    def close_access(self, identifier: str, siren: str, now: int) -> None:
        """End one of a company's."""
        with self.writing() as db:
            db.execute(
                "UPDATE access SET closed_at = ? WHERE id = ? AND siren = ? AND closed_at IS NULL",
                (now, identifier, siren),
            )

    def may_contest(self, siren: str, seq: int) -> bool:
        """Whether a consultation is not contested yet, and not too many others wait."""
        found = self.contests(siren)
        return all(one.seq != seq for one in found) and sum(one.answer is None for one in found) < MOST_WAITING

    def contest(self, contest: Contest) -> None:
        """Remember a contest. Raises TooMany."""
        with self.writing() as db:
            try:
                db.execute(
                    "INSERT INTO contest VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
                    (
                        *(contest.id, contest.siren, contest.account, contest.seq, contest.exchange),
                        *(contest.told, contest.at, contest.text),
                    ),
                )
            except sqlite3.IntegrityError as error:
                raise TooMany from error

    def contests(self, siren: str) -> list[Contest]:
        """Those of a company, newest first."""
        return [
            Contest(*row)
            for row in self.rows("SELECT * FROM contest WHERE siren = ? ORDER BY at DESC LIMIT 1000", siren)
        ]

    def waiting(self) -> list[Contest]:
        """Those that wait for an answer, oldest first."""
        return [
            Contest(*row) for row in self.rows("SELECT * FROM contest WHERE answered_at IS NULL ORDER BY at LIMIT 200")
        ]

    def answered(self) -> list[Contest]:
        """The last that were answered."""
        sql = "SELECT * FROM contest WHERE answered_at IS NOT NULL ORDER BY answered_at DESC LIMIT 50"
        return [Contest(*row) for row in self.rows(sql)]

    def contest_of(self, identifier: str) -> Contest | None:
        """The one of this id."""
        rows = self.rows("SELECT * FROM contest WHERE id = ?", identifier)
        return Contest(*rows[0]) if rows else None

    def answer(self, identifier: str, text: str, by: str, now: int) -> bool:
        """Answer one, once; whether it waited."""
        with self.writing() as db:
            cursor = db.execute(
                "UPDATE contest SET answer = ?, answered_by = ?, answered_at = ? WHERE id = ? AND answered_at IS NULL",
                (text, by, now, identifier),
            )
            return cursor.rowcount == 1


def _access(row: tuple[Any, ...]) -> Access:
    identifier, digest, kind, siren, account, label, decided, opened_at, until, closed_at = row
    return Access(identifier, bytes(digest), kind, siren, account, label, bool(decided), opened_at, until, closed_at)
