# SPDX-License-Identifier: EUPL-1.2
"""Searches that an auditor keeps under a name, for themselves."""

from dataclasses import dataclass

from gateway.console.database import ConsoleStore

MOST = 100
NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """A search under its name. `address`: its query string, identifiers sealed."""

    id: str
    name: str
    address: str


class TooMany(Exception):
    """This auditor keeps as many searches as one may."""


def saved_by(store: ConsoleStore, account: str) -> list[Saved]:
    """An auditor's searches, by name."""
    rows = store.rows("SELECT id, name, address FROM saved WHERE account = ? ORDER BY name, at", account)
    return [Saved(*row) for row in rows]


def save(store: ConsoleStore, account: str, new: Saved, at: int) -> None:
    """Keep a search. Raises TooMany."""
    with store.writing() as db:
        (count,) = db.execute("SELECT count(*) FROM saved WHERE account = ?", (account,)).fetchone()
        if count >= MOST:
            raise TooMany
        db.execute("INSERT INTO saved VALUES (?, ?, ?, ?, ?)", (new.id, account, new.name, new.address, at))


def forget(store: ConsoleStore, account: str, identifier: str) -> None:
    """Drop one of one's own searches; nothing happens for another's."""
    with store.writing() as db:
        db.execute("DELETE FROM saved WHERE id = ? AND account = ?", (identifier, account))
