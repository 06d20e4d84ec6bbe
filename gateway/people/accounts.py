# SPDX-License-Identifier: EUPL-1.2
"""Accounts and their roles: who was seen here, what they were granted, by whom and until when."""

import sqlite3

from gateway.people.database import Database
from gateway.people.person import Account, Granted, Role

NAME_CHARS = 120


class UnknownAccount(LookupError):
    """No account has this id. The message is in French."""


class Accounts:
    """The accounts of a people's file. Nothing here writes the audit log: callers do, before they call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, issuer: str, sub: str) -> Account | None:
        """The account of a person at a provider."""
        rows = self._database.rows("SELECT * FROM account WHERE issuer = ? AND sub = ?", issuer, sub)
        return Account(*rows[0]) if rows else None

    def get(self, account_id: str) -> Account:
        """The account of this id. Raises UnknownAccount."""
        rows = self._database.rows("SELECT * FROM account WHERE id = ?", account_id)
        if not rows:
            raise UnknownAccount("Aucun compte ne porte cet identifiant.")
        return Account(*rows[0])

    def all(self) -> list[Account]:
        """Every account, oldest first."""
        return [Account(*row) for row in self._database.rows("SELECT * FROM account ORDER BY created_at, id")]

    def names(self, account_ids: set[str]) -> dict[str, str]:
        """The names of some accounts; an id that is none's (an operator's name) is left out."""
        every = self._database.rows("SELECT id, name FROM account") if account_ids else []
        return {ident: name for ident, name in every if ident in account_ids}

    def remember(self, issuer: str, sub: str, name: str, new_id: str, now: int) -> Account:
        """The account of this person, made when they are new; their name follows what the provider says today."""
        shown = " ".join(name.split())[:NAME_CHARS] or "Sans nom"
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (issuer, sub) DO UPDATE SET name = excluded.name",
                (new_id, issuer, sub, shown, now),
            )
            row = db.execute("SELECT * FROM account WHERE issuer = ? AND sub = ?", (issuer, sub)).fetchone()
        return Account(*row)

    def roles(self, account_id: str, now: int) -> list[Granted]:
        """The roles this account has now."""
        return [
            _granted(row) for row in self._database.rows(f"{_ROLES} AND account_id = ?2 ORDER BY role", now, account_id)
        ]

    def grant(self, granted: Granted) -> None:
        """Give a role; one that the account has already gets the new term. Its sessions end: a right changed."""
        with self._database.writing() as db:
            _close(db, granted.account_id, granted.role, granted.by, granted.granted_at)
            db.execute(
                "INSERT INTO role (account_id, role, granted_by, granted_at, until) VALUES (?, ?, ?, ?, ?)",
                (granted.account_id, granted.role.value, granted.by, granted.granted_at, granted.until),
            )
            db.execute("DELETE FROM session WHERE account_id = ?", (granted.account_id,))

    def close(self, account_id: str, role: Role, by: str, now: int) -> None:
        """End a role and every session of the account."""
        with self._database.writing() as db:
            _close(db, account_id, role, by, now)
            db.execute("DELETE FROM session WHERE account_id = ?", (account_id,))


_ROLES = (
    "SELECT account_id, role, granted_by, granted_at, until FROM role"
    " WHERE closed_at IS NULL AND (until IS NULL OR until > ?1)"
)


def _close(db: sqlite3.Connection, account_id: str, role: Role, by: str, now: int) -> None:
    db.execute(
        "UPDATE role SET closed_at = ?, closed_by = ? WHERE account_id = ? AND role = ? AND closed_at IS NULL",
        (now, by, account_id, role.value),
    )


def _granted(row: tuple[str, str, str, int, int | None]) -> Granted:
    account_id, role, by, granted_at, until = row
    return Granted(account_id, Role(role), by, granted_at, until)
