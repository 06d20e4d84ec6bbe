# SPDX-License-Identifier: EUPL-1.2
"""Markets and their applications on disk: tables of `dossiers.db`, sealed as its others are.

In the clear stay ids, times and who opened what; the reference and the company are keyed digests, to find the same one
again. What is written is written inside the store's own `writing`.
"""

import sqlite3
from collections.abc import Callable

from gateway.dossier.markets import Application, Market
from gateway.dossier.spelling import canonical, read
from gateway.dossier.values import Tender

_SCHEMA = """
CREATE TABLE IF NOT EXISTS market(
  rank INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, habilitation TEXT NOT NULL, consultation TEXT NOT NULL,
  open INTEGER NOT NULL, deadline INTEGER NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS market_habilitation ON market(habilitation, rank);
CREATE TABLE IF NOT EXISTS application(
  rank INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, market TEXT NOT NULL, company TEXT NOT NULL,
  begun INTEGER NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS market_request(market TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS application_market ON application(market, rank);
"""


class MarketRows:
    """The tables. `hidden`: a keyed digest; `seal`, `unseal`: a value bound to its place."""

    def __init__(
        self,
        db: sqlite3.Connection,
        hidden: Callable[..., str],
        seal: Callable[..., bytes],
        unseal: Callable[..., bytes],
    ) -> None:
        self._db = db
        self._hidden = hidden
        self._seal = seal
        self._unseal = unseal
        db.executescript(_SCHEMA)

    def put(self, market: Market) -> None:
        """Add a market, or write it anew."""
        tender = market.terms.tender
        self._db.execute(
            "INSERT INTO market(id, habilitation, consultation, open, deadline, until, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT(id) DO UPDATE SET open = excluded.open, deadline = excluded.deadline, until = excluded.until,"
            " body = excluded.body",
            (
                market.id, market.habilitation_id, self._consultation(market.habilitation_id, tender),
                market.closed_at is None, tender.deadline or 0, market.until,
                self._seal(canonical(market), "market", market.id),
            ),
        )  # fmt: skip

    def market(self, identifier: str) -> Market | None:
        """A market."""
        row = self._db.execute("SELECT body FROM market WHERE id = ?", (identifier,)).fetchone()
        return None if row is None else read(Market, self._unseal(row[0], "market", identifier))

    def same(self, habilitation: str, tender: Tender, now: int) -> str | None:
        """The open market of a habilitation for the same consultation."""
        row = self._db.execute(
            "SELECT id FROM market WHERE habilitation = ? AND consultation = ? AND open AND deadline > ?",
            (habilitation, self._consultation(habilitation, tender), now),
        ).fetchone()
        return None if row is None else str(row[0])

    def count(self, habilitation: str, now: int) -> int:
        """How many markets of a habilitation are open."""
        row = self._db.execute(
            "SELECT count(*) FROM market WHERE habilitation = ? AND open AND deadline > ?", (habilitation, now)
        ).fetchone()
        return int(row[0])

    def of(self, habilitation: str, before: str, limit: int) -> list[Market]:
        """Markets of a habilitation, latest first, from the one after `before`."""
        rows = self._db.execute(
            "SELECT id, body FROM market WHERE habilitation = ?"
            " AND (? = '' OR rank < (SELECT rank FROM market WHERE id = ?)) ORDER BY rank DESC LIMIT ?",
            (habilitation, before, before, limit),
        )
        return [read(Market, self._unseal(body, "market", identifier)) for identifier, body in rows]

    def put_request(self, market: str, content: bytes) -> None:
        """Keep the buyer's own ESPD request with a market; the last one counts."""
        body = self._seal(content, "request", market)
        self._db.execute("INSERT OR REPLACE INTO market_request VALUES (?, ?)", (market, body))

    def request(self, market: str) -> bytes | None:
        """The buyer's own ESPD request of a market."""
        row = self._db.execute("SELECT body FROM market_request WHERE market = ?", (market,)).fetchone()
        return None if row is None else self._unseal(row[0], "request", market)

    def put_application(self, one: Application) -> None:
        """Add an application, or write it anew."""
        self._db.execute(
            "INSERT INTO application(id, market, company, begun, until, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT(id) DO UPDATE SET company = excluded.company, begun = excluded.begun, body = excluded.body",
            (
                one.id, one.market, self._company(one.market, one.siret), one.begun_at is not None, one.until,
                self._seal(canonical(one), "application", one.id),
            ),
        )  # fmt: skip

    def application(self, identifier: str) -> Application | None:
        """An application."""
        row = self._db.execute("SELECT body FROM application WHERE id = ?", (identifier,)).fetchone()
        return None if row is None else read(Application, self._unseal(row[0], "application", identifier))

    def applications(self, market: str, before: str, limit: int) -> list[Application]:
        """Applications on a market, latest first, from the one after `before`."""
        rows = self._db.execute(
            "SELECT id, body FROM application WHERE market = ?"
            " AND (? = '' OR rank < (SELECT rank FROM application WHERE id = ?)) ORDER BY rank DESC LIMIT ?",
            (market, before, before, limit),
        )
        return [read(Application, self._unseal(body, "application", identifier)) for identifier, body in rows]

    def begun(self, market: str) -> list[str]:
        """The files begun on a market."""
        rows = self._db.execute("SELECT id FROM application WHERE market = ? AND begun ORDER BY rank", (market,))
        return [identifier for (identifier,) in rows]

    def begun_by(self, market: str, siret: str) -> list[str]:
        """The files that a company began on a market."""
        rows = self._db.execute(
            "SELECT id FROM application WHERE market = ? AND company = ? AND begun",
            (market, self._company(market, siret)),
        )
        return [identifier for (identifier,) in rows]

    def waiting(self, market: str, now: int) -> int:
        """How many applications on a market wait for their company."""
        row = self._db.execute(
            "SELECT count(*) FROM application WHERE market = ? AND NOT begun AND until > ?", (market, now)
        ).fetchone()
        return int(row[0])

    def counts(self, market: str) -> tuple[int, int]:
        """How many applications on a market became files, and how many of these are deposited."""
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(standing = 'depose'), 0) FROM application JOIN dossier USING (id)"
            " WHERE market = ? AND begun",
            (market,),
        ).fetchone()
        return int(row[0]), int(row[1])

    def forget(self, identifier: str) -> None:
        """An application that could not begin, and the key it came with."""
        self._db.execute("DELETE FROM application WHERE id = ?", (identifier,))
        self._db.execute("DELETE FROM request WHERE dossier = ?", (identifier,))

    def sweep(self, now: int, limit: int = 500) -> None:
        """Erase what is over: applications nobody began, those whose file is erased, markets past their time."""
        over = self._db.execute(
            "SELECT id FROM application WHERE (NOT begun AND until <= ?)"
            " OR (begun AND id NOT IN (SELECT id FROM dossier)) LIMIT ?",
            (now, limit),
        ).fetchall()
        for (identifier,) in over:
            self.forget(identifier)
        for (identifier,) in self._db.execute(
            "SELECT id FROM market WHERE until <= ? LIMIT ?", (now, limit)
        ).fetchall():
            for table in ("event", "request", "delivery"):
                self._db.execute(f"DELETE FROM {table} WHERE dossier = ?", (identifier,))  # noqa: S608 three fixed names
            self._db.execute("DELETE FROM application WHERE market = ?", (identifier,))
            self._db.execute("DELETE FROM market_request WHERE market = ?", (identifier,))
            self._db.execute("DELETE FROM market WHERE id = ?", (identifier,))

    def _consultation(self, habilitation: str, tender: Tender) -> str:
        plain = " ".join(tender.reference.casefold().split())
        return self._hidden("market", habilitation, tender.buyer_siret, tender.source.value, plain)

    def _company(self, market: str, siret: str) -> str:
        return self._hidden("application", market, siret) if siret else ""
