# SPDX-License-Identifier: EUPL-1.2
"""The stories that the records tell: a question comes once, before its answer, and has at most one outcome.

A question without an outcome is no fault: that is what a crash leaves behind. An answer needs its question unless it
came from the cache; a refusal or a failure may stand alone. Exchanges are remembered in a temporary database, so that
memory does not grow with the log.
"""

import sqlite3
from collections.abc import Mapping

from gateway.audit.vocabulary import OUTCOMES

_FLUSH = 20_000


class Stories:
    """Follows records in order. `follow` and `finish` give (number of the bad record, what is wrong, in French)."""

    def __init__(self) -> None:
        self._asked: set[object] = set()
        self._begun: list[tuple[object, int]] = []
        self._store = sqlite3.connect("", isolation_level=None)  # a temporary file of SQLite's own
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32768"):
            self._store.execute(f"PRAGMA {pragma}").fetchall()
        self._store.execute("CREATE TABLE begun(id TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID")
        self._store.execute("BEGIN")

    def follow(self, number: int, record: Mapping[str, object]) -> tuple[int, str] | None:
        """Take in the next record, which satisfies the vocabulary."""
        event, identity = record["event"], record["id"]
        if event == "asked":
            if identity in self._asked:
                return self._earlier(number, f"la question de l'échange {identity} y est posée une seconde fois")
            self._asked.add(identity)
        elif event not in OUTCOMES:
            return None
        elif identity in self._asked:
            self._asked.discard(identity)
            return None
        elif event == "answered" and not record["cached"]:
            return self._earlier(number, f"réponse de l'échange {identity} sans question qui l'attende")
        self._begun.append((identity, number))
        return self.finish() if len(self._begun) >= _FLUSH else None

    def finish(self) -> tuple[int, str] | None:
        """What is wrong so far with exchanges that begin twice."""
        begun, self._begun = self._begun, []
        before = self._store.total_changes
        self._store.executemany("INSERT OR IGNORE INTO begun VALUES (?, ?)", begun)
        if self._store.total_changes - before == len(begun):
            return None
        for identity, number in begun:
            (first,) = self._store.execute("SELECT number FROM begun WHERE id = ?", (identity,)).fetchone()
            if first != number:
                return number, f"l'échange {identity} avait déjà commencé à l'enregistrement {first} : seconde issue"
        return None

    def close(self) -> None:
        """Forget everything."""
        self._store.close()

    def _earlier(self, number: int, complaint: str) -> tuple[int, str]:
        return self.finish() or (number, complaint)
