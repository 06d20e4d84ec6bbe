# SPDX-License-Identifier: EUPL-1.2
"""What portals must still be told, in lanes: one for each host of each portal. A table of `dossiers.db`.

A lane is emptied a few messages at a time, so that what one host does not take, or takes slowly, keeps nobody else
from being told. In the clear stay ids, times, and whose lane it is; the host is a keyed digest.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

_SCHEMA = "CREATE INDEX IF NOT EXISTS delivery_lane ON delivery(lane, next_at);"


@dataclass(frozen=True, slots=True)
class Due:
    """A message to deliver: the file's or market's event, how often it was tried, and its lane."""

    dossier: str
    seq: int
    attempts: int
    lane: str

    @property
    def portal(self) -> str:
        """Whose it is: a habilitation; "" for what was written before lanes were."""
        return self.lane.partition("/")[0]


class Outbox:
    """The table. It is written inside the store's own `writing`. `hidden`: a keyed digest."""

    def __init__(self, db: sqlite3.Connection, hidden: Callable[..., str]) -> None:
        self._db = db
        self._hidden = hidden
        if "lane" not in [row[1] for row in db.execute("PRAGMA table_info(delivery)")]:
            db.execute("ALTER TABLE delivery ADD COLUMN lane TEXT NOT NULL DEFAULT ''")
        db.executescript(_SCHEMA)

    def add(self, identifier: str, seq: int, at: int, habilitation: str, url: str) -> None:
        """An event the portal must be told, at this address."""
        lane = f"{habilitation}/{self._hidden('host', urlsplit(url).netloc)[:32]}"
        self._db.execute("INSERT OR IGNORE INTO delivery VALUES (?, ?, 0, ?, ?)", (identifier, seq, at, lane))

    def lanes(self) -> dict[str, int]:
        """The lanes that hold something, and when the first message of each is due."""
        return dict(self._db.execute("SELECT lane, min(next_at) FROM delivery GROUP BY lane ORDER BY 2"))

    def due(self, lane: str, now: float, limit: int) -> list[Due]:
        """The messages of a lane that are due, those that waited longest first."""
        rows = self._db.execute(
            "SELECT dossier, seq, attempts, lane FROM delivery WHERE lane = ? AND next_at <= ?"
            " ORDER BY next_at, rowid LIMIT ?",
            (lane, int(now), limit),
        )
        return [Due(*row) for row in rows]

    def put_off(self, one: Due, attempts: int, at: int) -> None:
        """Try again later."""
        self._db.execute(
            "UPDATE delivery SET attempts = ?, next_at = ? WHERE dossier = ? AND seq = ?",
            (attempts, at, one.dossier, one.seq),
        )

    def done(self, one: Due) -> None:
        """The portal has been told, or will not be."""
        self._db.execute("DELETE FROM delivery WHERE dossier = ? AND seq = ?", (one.dossier, one.seq))
