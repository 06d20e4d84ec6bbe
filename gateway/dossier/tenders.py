# SPDX-License-Identifier: EUPL-1.2
"""Which files answer which tender of which buyer: what a buyer's pages are found by. A table of `dossiers.db`.

A tender is known by who opened its files (a portal's habilitation), its buyer, and its reference at its source: two
portals that use the same reference do not see each other. Its name here is a keyed digest, and so is its buyer's; only
the deadline is in the clear. The latest deadline that was stated for any of its files is the tender's.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from gateway.dossier.values import Candidature
from gateway.dossier.words import Source, Standing

KEY_CHARS = 32
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tender(
  dossier TEXT PRIMARY KEY, buyer TEXT NOT NULL, tender TEXT NOT NULL, deadline INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS tender_buyer ON tender(buyer, tender);
CREATE INDEX IF NOT EXISTS tender_tender ON tender(tender);
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A tender as it is listed. `deadline`: epoch seconds, None when none is known; `deposited`: how many files are.

    `dossier`: one of its files, to read its title in.
    """

    key: str
    deadline: int | None
    deposited: int
    dossier: str

    def over(self, now: float) -> bool:
        """Whether candidatures may be opened: the deadline is known, and past."""
        return self.deadline is not None and self.deadline <= now


class Tenders:
    """The table. `hidden`: a keyed digest; `head`: a file without its parts, for what an older process left."""

    def __init__(
        self, db: sqlite3.Connection, hidden: Callable[..., str], head: Callable[[str], Candidature | None]
    ) -> None:
        self._db = db
        self._hidden = hidden
        db.executescript(_SCHEMA)
        unknown = db.execute("SELECT id FROM dossier WHERE id NOT IN (SELECT dossier FROM tender)").fetchall()
        for (identifier,) in unknown:
            if (found := head(identifier)) is not None:
                self.note(found)

    def key(self, habilitation: str, buyer: str, source: Source, reference: str) -> str:
        """How a tender is called."""
        plain = " ".join(reference.casefold().split())
        return self._hidden("tender", habilitation, buyer, source.value, plain)[:KEY_CHARS]

    def of(self, dossier: Candidature) -> str:
        """The tender of a file."""
        tender = dossier.tender
        return self.key(dossier.habilitation_id, tender.buyer_siret, tender.source, tender.reference)

    def note(self, dossier: Candidature) -> None:
        """Add a file, or its deadline as it is known now."""
        buyer = self._hidden("buyer", dossier.tender.buyer_siret)
        self._db.execute(
            "INSERT OR REPLACE INTO tender VALUES (?, ?, ?, ?)",
            (dossier.id, buyer, self.of(dossier), dossier.tender.deadline),
        )

    def open_to(self, buyer: str, now: float, limit: int, skipped: int = 0) -> list[Heading]:
        """The tenders of a buyer whose deadline is past and that received something, latest first."""
        rows = self._db.execute(
            f"{_GROUPED} WHERE buyer = ? GROUP BY tender HAVING max(deadline) <= ? AND deposited > 0"
            " ORDER BY max(deadline) DESC, tender LIMIT ? OFFSET ?",
            (Standing.SEALED.value, self._hidden("buyer", buyer), int(now), limit, skipped),
        )
        return [Heading(*row) for row in rows]

    def one(self, buyer: str, key: str) -> Heading | None:
        """A tender, when it is this buyer's."""
        row = self._db.execute(
            f"{_GROUPED} WHERE buyer = ? AND tender = ? GROUP BY tender",
            (Standing.SEALED.value, self._hidden("buyer", buyer), key),
        ).fetchone()
        return None if row is None else Heading(*row)

    def files(self, key: str, standing: Standing) -> list[str]:
        """The files of a tender in a standing, in the order of their opening."""
        rows = self._db.execute(
            "SELECT id FROM dossier JOIN tender ON dossier = id WHERE tender = ? AND standing = ?"
            " ORDER BY dossier.rowid",
            (key, standing.value),
        )
        return [identifier for (identifier,) in rows]


_GROUPED = (
    "SELECT tender, max(deadline), sum(standing = ?) AS deposited, min(dossier)"
    " FROM tender JOIN dossier ON dossier = id"
)
