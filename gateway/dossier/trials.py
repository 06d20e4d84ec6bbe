# SPDX-License-Identifier: EUPL-1.2
"""Which questions are being put, on disk: one that ends the process is known after it. A table of `dossiers.db`.

A registry's answer may hold what no defence of ours foresees, and takes the process with it each time. Whatever was
under way then is suspect after the restart: put later than the rest, one after the other, and after three such ends no
more. What is innocent is cleared as soon as it was answered once.
"""

import sqlite3
from collections.abc import Callable

MOST = 3
"""Ends of the process during one and the same question, after which it is not put again by itself."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS trial(
  dossier TEXT NOT NULL, item TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY(dossier, item)) STRICT;
"""


class Trials:
    """The table. It is written inside the store's own `writing`. `hidden`: a keyed digest, for a piece's name."""

    def __init__(self, db: sqlite3.Connection, hidden: Callable[..., str]) -> None:
        self._db = db
        self._hidden = hidden
        db.executescript(_SCHEMA)

    def begins(self, dossier: str, item: str) -> int:
        """A question is about to be put; how often it was begun without an end, this time included."""
        (times,) = self._db.execute(
            "INSERT INTO trial VALUES (?, ?, 1) ON CONFLICT(dossier, item) DO UPDATE SET times = times + 1"
            " RETURNING times",
            (dossier, self._hidden(dossier, item)),
        ).fetchone()
        return int(times)

    def ends(self, dossier: str, item: str) -> None:
        """It was put, whatever came of it."""
        self._db.execute("DELETE FROM trial WHERE dossier = ? AND item = ?", (dossier, self._hidden(dossier, item)))

    def interrupted(self, dossier: str, item: str) -> int:
        """How often the process ended during it."""
        row = self._db.execute(
            "SELECT times FROM trial WHERE dossier = ? AND item = ?", (dossier, self._hidden(dossier, item))
        ).fetchone()
        return 0 if row is None else int(row[0])
