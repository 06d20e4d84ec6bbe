# SPDX-License-Identifier: EUPL-1.2
"""The register of habilitations and tokens: one SQLite file that commands write and that the gateway reads.

Several processes may have it open. A token's string is never in it: only its id, and what it gives right to.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from gateway.identity.habilitation import Habilitation, Refused, Token, networks
from gateway.ownfile import Kind, OwnFile

_SCHEMA = """
CREATE TABLE habilitation (
    id TEXT PRIMARY KEY,
    siret TEXT NOT NULL,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    scopes TEXT NOT NULL,
    recipients TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    basis TEXT NOT NULL,
    allowed_ips TEXT NOT NULL,
    rate_limit_per_minute INTEGER,
    valid_until INTEGER,
    closed_at INTEGER
) STRICT;
CREATE TABLE token (
    id TEXT PRIMARY KEY,
    habilitation_id TEXT NOT NULL REFERENCES habilitation (id),
    title TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    safe_listed INTEGER NOT NULL CHECK (safe_listed IN (0, 1)),
    mcp INTEGER NOT NULL DEFAULT 0 CHECK (mcp IN (0, 1)),
    adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1))
) STRICT;
CREATE INDEX token_by_habilitation ON token (habilitation_id);
"""
# A register of an earlier version gains what it lacks when it is opened; what it holds keeps its meaning.
_SINCE = (
    ("ALTER TABLE token ADD COLUMN mcp INTEGER NOT NULL DEFAULT 0 CHECK (mcp IN (0, 1))",),
    ("ALTER TABLE token ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1))",),
)
# The tables' columns are in the order of the values' fields: rows become values by position.
_TOKEN_WIDTH = len(fields(Token))
_ANY = "any"

Version = tuple[int, int]


class RegisterUnavailable(Exception):
    """The register cannot be read or written. Nothing may be concluded, above all not that a token is still good."""


class UnknownEntry(LookupError):
    """No habilitation, or no token, has this id. The message is in French."""


class Register(OwnFile):
    """An open register; `close` it at the end."""

    def __init__(self, path: Path) -> None:
        """Opens the register, and creates it when there is none. Raises RegisterUnavailable."""
        self._path = path
        with self._meaningful():
            path.touch(mode=0o600)
            # Taken before the file is opened: one that is put in its place meanwhile is noticed, not mistaken for it.
            self._file = _identity_of(path)
        super().__init__(path, Kind(f"Le registre « {path} »", RegisterUnavailable, _SCHEMA, _SINCE))

    def create(self, habilitation: Habilitation) -> None:
        """Adds a habilitation. Raises Refused when its id is taken."""
        recipients, allowed_ips, rate_limit, valid_until = _terms(habilitation)
        row = (
            habilitation.id,
            habilitation.siret,
            habilitation.name,
            habilitation.purpose,
            json.dumps(sorted(habilitation.scopes)),
            recipients,
            habilitation.created_at,
            json.dumps(habilitation.basis),
            allowed_ips,
            rate_limit,
            valid_until,
            habilitation.closed_at,
        )
        with self.writing() as db:
            try:
                db.execute("INSERT INTO habilitation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError as error:
                raise Refused("Cet identifiant d'habilitation est déjà pris.") from error

    def change(self, changed: Habilitation) -> None:
        """Keeps the terms of a habilitation: recipients, networks, rate limit and end. The rest of it never changes.

        Raises UnknownEntry, or Refused when it is closed.
        """
        with self.writing() as db:
            refuse_if_closed(self.habilitation(changed.id))
            db.execute(
                "UPDATE habilitation SET recipients = ?, allowed_ips = ?, rate_limit_per_minute = ?, valid_until = ?"
                " WHERE id = ?",
                (*_terms(changed), changed.id),
            )

    def close_habilitation(self, habilitation_id: str, at: int) -> None:
        """Ends a habilitation, and with it all its tokens. One that is already closed keeps its date."""
        with self.writing() as db:
            self.habilitation(habilitation_id)
            db.execute(
                "UPDATE habilitation SET closed_at = ? WHERE id = ? AND closed_at IS NULL", (at, habilitation_id)
            )

    def issue(self, token: Token) -> None:
        """Adds a token. Raises UnknownEntry without its habilitation, Refused when that is closed or ended."""
        with self.writing() as db:
            habilitation = self.habilitation(token.habilitation_id)
            refuse_if_over(habilitation, token.issued_at)
            row = (token.id, token.habilitation_id, token.title, token.issued_at, token.expires_at, token.revoked_at)
            try:
                db.execute(
                    "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, int(token.safe_listed), int(token.mcp), int(token.adopted)),
                )
            except sqlite3.IntegrityError as error:
                raise Refused("Cet identifiant de jeton est déjà pris.") from error

    def revoke(self, token_id: str, at: int) -> None:
        """Ends a token at `at`, perhaps later. A revocation is never put off: the earlier date stays."""
        with self.writing() as db:
            if self.find(token_id) is None:
                raise UnknownEntry("Aucun jeton ne porte cet identifiant.")
            db.execute("UPDATE token SET revoked_at = min(coalesce(revoked_at, ?1), ?1) WHERE id = ?2", (at, token_id))

    def habilitation(self, habilitation_id: str) -> Habilitation:
        """The habilitation of this id. Raises UnknownEntry."""
        rows = self.rows("SELECT * FROM habilitation WHERE id = ?", habilitation_id)
        if not rows:
            raise UnknownEntry("Aucune habilitation ne porte cet identifiant.")
        with self._meaningful():
            return _habilitation(rows[0])

    def habilitations(self) -> list[Habilitation]:
        """All habilitations, oldest first."""
        rows = self.rows("SELECT * FROM habilitation ORDER BY created_at, id")
        with self._meaningful():
            return [_habilitation(row) for row in rows]

    def tokens(self, habilitation_id: str | None = None) -> list[Token]:
        """All tokens, or those of one habilitation, oldest first."""
        rows = self.rows(
            "SELECT * FROM token WHERE ?1 IS NULL OR habilitation_id = ?1 ORDER BY issued_at, id", habilitation_id
        )
        with self._meaningful():
            return [_token(row) for row in rows]

    def find(self, token_id: str) -> tuple[Token, Habilitation] | None:
        """A token with its habilitation, read at the same instant, or None when no token has this id."""
        rows = self.rows(
            "SELECT token.*, habilitation.* FROM token JOIN habilitation"
            " ON habilitation.id = token.habilitation_id WHERE token.id = ?",
            token_id,
        )
        with self._meaningful():
            return (_token(rows[0][:_TOKEN_WIDTH]), _habilitation(rows[0][_TOKEN_WIDTH:])) if rows else None

    def version(self) -> Version:
        """Something that differs after every change, ours or another process's. Costs microseconds, reads no table.

        Raises RegisterUnavailable, also when the file was replaced or removed: what we hold open is then no longer what
        the commands write, and a revocation would go unseen until the restart.
        """
        with self._meaningful():
            found = _identity_of(self._path)
        if found != self._file:
            raise RegisterUnavailable(f"Le registre « {self._path} » a été remplacé : redémarrez le service.")
        # `data_version` moves with other connections' commits only; `total_changes` counts this one's.
        ((others,),) = self.rows("PRAGMA data_version")
        return others, self._db.total_changes

    @contextmanager
    def _meaningful(self) -> Iterator[None]:
        """Turns a file that is not there, and rows that are no values, into RegisterUnavailable."""
        try:
            yield
        except (OSError, ValueError, TypeError) as error:
            raise RegisterUnavailable(f"Le registre « {self._path} » ne peut pas être lu : {error}") from error


def refuse_if_closed(habilitation: Habilitation) -> None:
    """Raises Refused when this habilitation was closed, for good."""
    if habilitation.closed_at is not None:
        raise Refused("Cette habilitation est close : créez-en une autre.")


def refuse_if_over(habilitation: Habilitation, now: int) -> None:
    """Raises Refused when no token may be issued for this habilitation any more."""
    if habilitation.closed_at is not None and habilitation.closed_at <= now:
        raise Refused("Cette habilitation est close.")
    if habilitation.valid_until is not None and habilitation.valid_until <= now:
        raise Refused("Cette habilitation est arrivée à son terme.")


def _identity_of(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _terms(habilitation: Habilitation) -> tuple[str, str, int | None, int | None]:
    """What may change of it, as columns: recipients, allowed_ips, rate_limit_per_minute, valid_until."""
    return (
        json.dumps(_ANY if habilitation.recipients is None else sorted(habilitation.recipients)),
        json.dumps([str(network) for network in habilitation.allowed_ips]),
        habilitation.rate_limit,
        habilitation.valid_until,
    )


def _habilitation(row: tuple[Any, ...]) -> Habilitation:
    ident, siret, name, purpose, scopes, recipients, created_at, basis, allowed_ips, *limits = row
    named = json.loads(recipients)
    return Habilitation(
        ident,
        siret,
        name,
        purpose,
        frozenset(_strings(scopes)),
        None if named == _ANY else frozenset(_strings(recipients)),
        created_at,
        tuple(_strings(basis)),
        networks(_strings(allowed_ips)),
        *limits,
    )


def _strings(text: str) -> list[str]:
    """The strings of a JSON list. Raises ValueError for anything else."""
    found = json.loads(text)
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError("une liste était attendue")
    return found


def _token(row: tuple[Any, ...]) -> Token:
    ident, habilitation_id, title, issued_at, expires_at, revoked_at, safe_listed, mcp, adopted = row
    rights = (bool(safe_listed), bool(mcp), bool(adopted))
    return Token(ident, habilitation_id, title, issued_at, expires_at, revoked_at, *rights)
