# SPDX-License-Identifier: EUPL-1.2
"""Who may speak for which company: said by the identity provider for one session, or decided by an instructor.

A request waits until an instructor grants or refuses it; what was granted can be ended. Rows are never erased here: the
page of decisions shows them with their reasons.
"""

import sqlite3
from dataclasses import dataclass

from gateway.people.database import Database

LISTED = 500
WAITING_MAX = 20
"""How many requests of one account may wait at once."""


@dataclass(frozen=True, slots=True)
class Representation:
    """A person and a company. `state`: asked, open, refused or closed. `source`: claim or decision. Epoch seconds."""

    id: str
    account_id: str
    siren: str
    source: str
    state: str
    asked_at: int
    reason: str
    decided_at: int | None = None
    decided_by: str | None = None
    decision: str = ""
    until: int | None = None


class AlreadyAsked(Exception):
    """The same person already asked for, or already represents, the same company; or asked for too many."""


class Undecidable(LookupError):
    """There is no such representation, or not in the state that the decision needs."""


class Representations:
    """The representations of a people's file. Callers write the audit log first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sirens(self, account_id: str, now: int) -> frozenset[str]:
        """The companies that decisions let this account speak for."""
        rows = self._database.rows(
            "SELECT siren FROM representation WHERE account_id = ?1 AND state = 'open' AND source = 'decision'"
            " AND (until IS NULL OR until > ?2)",
            account_id,
            now,
        )
        return frozenset(siren for (siren,) in rows)

    def get(self, representation_id: str) -> Representation:
        """The one of this id. Raises Undecidable."""
        rows = self._database.rows("SELECT * FROM representation WHERE id = ?", representation_id)
        if not rows:
            raise Undecidable(representation_id)
        return Representation(*rows[0])

    def of(self, account_id: str) -> list[Representation]:
        """Those of an account, newest first."""
        return self._listed("account_id = ?", account_id)

    def in_state(self, state: str) -> list[Representation]:
        """Those in a state that rest on a decision, newest first."""
        return self._listed("source = 'decision' AND state = ?", state)

    def claimed(self, account_id: str) -> list[Representation]:
        """Those the provider vouched for, still open."""
        return self._listed("account_id = ? AND source = 'claim' AND state = 'open'", account_id)

    def ask(self, asked: Representation) -> None:
        """Note a request. Raises AlreadyAsked."""
        with self._database.writing() as db:
            (waiting,) = db.execute(
                "SELECT count(*) FROM representation WHERE account_id = ? AND state = 'asked'", (asked.account_id,)
            ).fetchone()
            (same,) = db.execute(
                "SELECT count(*) FROM representation WHERE account_id = ? AND siren = ? AND source = 'decision'"
                " AND state IN ('asked', 'open')",
                (asked.account_id, asked.siren),
            ).fetchone()
            if same or waiting >= WAITING_MAX:
                raise AlreadyAsked
            db.execute(_INSERT, _values(asked))

    def claim(self, claimed: Representation) -> None:
        """Note what the provider says at a sign-in; what it said before of this account ends."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE representation SET state = 'closed', until = ? WHERE account_id = ? AND source = 'claim'"
                " AND state = 'open'",
                (claimed.asked_at, claimed.account_id),
            )
            db.execute(_INSERT, _values(claimed))

    def unclaim(self, representation_id: str, reason: str, now: int) -> None:
        """End one that the provider vouched for."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE representation SET state = 'closed', decided_at = ?, decision = ?"
                " WHERE id = ? AND source = 'claim' AND state = 'open'",
                (now, reason, representation_id),
            )

    def grant(self, granted: Representation) -> None:
        """Open one without a request; a request or a right that stood for the same company gives way to it."""
        with self._database.writing() as db:
            _end(db, granted.account_id, granted.siren, granted.decided_by or "", granted.decision, granted.asked_at)
            db.execute(_INSERT, _values(granted))
            db.execute("DELETE FROM session WHERE account_id = ?", (granted.account_id,))

    def end(self, account_id: str, siren: str, by: str, reason: str, now: int) -> None:
        """End every right of a person over a company, wherever it came from, and their sessions."""
        with self._database.writing() as db:
            _end(db, account_id, siren, by, reason, now)
            db.execute("DELETE FROM session WHERE account_id = ?", (account_id,))

    def decide(self, representation_id: str, before: str, after: str, by: str, reason: str, now: int) -> None:
        """Move one from a state to another, with who decided and why; its person's sessions end. Raises Undecidable."""
        with self._database.writing() as db:
            row = db.execute(
                "UPDATE representation SET state = ?, decided_at = ?, decided_by = ?, decision = ?"
                " WHERE id = ? AND state = ? AND source = 'decision' RETURNING account_id",
                (after, now, by, reason, representation_id, before),
            ).fetchone()
            if row is None:
                raise Undecidable(representation_id)
            if "open" in (before, after):
                db.execute("DELETE FROM session WHERE account_id = ?", row)

    def _listed(self, where: str, value: str) -> list[Representation]:
        statement = f"SELECT * FROM representation WHERE {where} ORDER BY asked_at DESC, id LIMIT {LISTED}"  # noqa: S608 -- both are ours
        return [Representation(*row) for row in self._database.rows(statement, value)]


_INSERT = "INSERT INTO representation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _end(db: sqlite3.Connection, account_id: str, siren: str, by: str, reason: str, now: int) -> None:
    db.execute(
        "UPDATE representation SET state = 'closed', decided_at = ?, decided_by = ?, decision = ?"
        " WHERE account_id = ? AND siren = ? AND state IN ('asked', 'open')",
        (now, by, reason, account_id, siren),
    )


def _values(one: Representation) -> tuple[object, ...]:
    return (
        one.id,
        one.account_id,
        one.siren,
        one.source,
        one.state,
        one.asked_at,
        one.reason,
        one.decided_at,
        one.decided_by,
        one.decision,
        one.until,
    )
