# SPDX-License-Identifier: EUPL-1.2
"""Sessions and single-use links: secrets that a browser holds, known here by their digest alone.

A session ends after 30 minutes without a page, 10 hours after the sign-in (two, for a buyer whom a portal sent), at the
sign-out, and when a right of its account changes. What it keeps of the provider (its signed token, needed to sign out
there) is sealed with the secret that only the browser has: the file alone does not open it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.people.database import Database

IDLE_S = 30 * 60
LONGEST_S = 10 * 3600
SENT_S = 2 * 3600
"""How long a buyer whom a portal sent stays at most."""
LINK_S = 15 * 60
MOST_LINKS = 1000
"""How many unused links the accounts of one issuer may have at once."""
SEEN_EVERY_S = 60
SECRET_BYTES = 32
SECRET_CHARS = 43


@dataclass(frozen=True, slots=True)
class Session:
    """One browser, signed in. `siren`: the company whose officer the provider said this person is.

    `buyer`: the SIRET that the provider, or a portal, said they buy for; `tender`: the only one they may open, or "".
    """

    account_id: str
    acr: str
    siren: str | None
    opened_at: int
    seen_at: int
    buyer: str = ""
    tender: str = ""

    @property
    def end_at(self) -> int:
        """When it ends, whatever happens."""
        return self.opened_at + (SENT_S if self.tender else LONGEST_S)


class LinkState(Enum):
    """What became of a link."""

    USABLE = auto()
    SPENT = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Link:
    """A link that exists. `buyer`, `tender`: what a portal's opens, or ""."""

    account_id: str
    state: LinkState
    buyer: str
    tender: str


class TooManyLinks(Exception):
    """An issuer has as many unused links as it may."""


class Sessions:
    """The sessions and links of a people's file."""

    def __init__(self, database: Database, random: Callable[[int], bytes]) -> None:
        self._database = database
        self._random = random

    def open(
        self,
        account_id: str,
        acr: str,
        siren: str | None,
        now: int,
        token: str = "",
        buyer: str = "",
        tender: str = "",
    ) -> str:
        """A new session; its secret, for the browser alone. `token`: what the provider wants back at the sign-out."""
        secret = self._secret()
        sealed = _seal(secret, token, self._random(12)) if token else None
        with self._database.writing() as db:
            db.execute("DELETE FROM session WHERE seen_at <= ? OR opened_at <= ?", (now - IDLE_S, now - LONGEST_S))
            db.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (digest(secret), account_id, acr, siren, now, now, sealed, buyer, tender),
            )
        return secret

    def find(self, secret: str, now: int) -> Session | None:
        """The session of this secret, if it still runs; seeing it keeps it running."""
        if len(secret) != SECRET_CHARS or not secret.isascii():
            return None
        rows = self._database.rows(
            "SELECT account_id, acr, siren, opened_at, seen_at, buyer, tender FROM session WHERE digest = ?",
            digest(secret),
        )
        if not rows:
            return None
        found = Session(*rows[0])
        if found.seen_at <= now - IDLE_S or found.end_at <= now:
            self.end(secret)
            return None
        if found.seen_at <= now - SEEN_EVERY_S:
            with self._database.writing() as db:
                db.execute("UPDATE session SET seen_at = ? WHERE digest = ?", (now, digest(secret)))
        return found

    def end(self, secret: str) -> str:
        """End a session; what it kept for the provider, or an empty text."""
        with self._database.writing() as db:
            row = db.execute("DELETE FROM session WHERE digest = ? RETURNING sealed", (digest(secret),)).fetchone()
        return _unseal(secret, row[0]) if row and row[0] else ""

    def running(self, account_id: str) -> bool:
        """Whether an account has a session, here or in another browser."""
        return bool(self._database.rows("SELECT 1 FROM session WHERE account_id = ? LIMIT 1", account_id))

    def end_all(self, account_id: str) -> None:
        """End every session of an account."""
        with self._database.writing() as db:
            db.execute("DELETE FROM session WHERE account_id = ?", (account_id,))

    def make_link(self, account_id: str, now: int, buyer: str = "", tender: str = "") -> str:
        """A new single-use link; its secret. `buyer`, `tender`: what it opens, when a portal asks. TooManyLinks."""
        secret = self._secret()
        with self._database.writing() as db:
            db.execute("DELETE FROM link WHERE until <= ?", (now - LONGEST_S,))
            if tender and db.execute(_WAITING, (account_id, now)).fetchone()[0] >= MOST_LINKS:
                raise TooManyLinks
            db.execute(
                "INSERT INTO link VALUES (?, ?, ?, NULL, ?, ?)",
                (digest(secret), account_id, now + LINK_S, buyer, tender),
            )
        return secret

    def link(self, secret: str, now: int) -> Link | None:
        """The link of this secret; None when it is nobody's."""
        rows = self._database.rows(
            "SELECT account_id, until, spent_at, buyer, tender FROM link WHERE digest = ?", digest(secret)
        )
        if not rows:
            return None
        account_id, until, spent_at, buyer, tender = rows[0]
        state = LinkState.SPENT if spent_at is not None else LinkState.USABLE if until > now else LinkState.OVER
        return Link(account_id, state, buyer, tender)

    def spend_link(self, secret: str, now: int) -> bool:
        """Use a link: True once, for one caller, and never again."""
        with self._database.writing() as db:
            found = db.execute(
                "UPDATE link SET spent_at = ?1 WHERE digest = ?2 AND spent_at IS NULL AND until > ?1 RETURNING 1",
                (now, digest(secret)),
            ).fetchone()
        return found is not None

    def spend_state(self, state: str, until: int, now: int) -> bool:
        """Note that a sign-in under way came back: True the first time, False when it is played again."""
        with self._database.writing() as db:
            db.execute("DELETE FROM spent_state WHERE until <= ?", (now,))
            added = db.execute("INSERT OR IGNORE INTO spent_state VALUES (?, ?)", (digest(state), until)).rowcount
        return added == 1

    def _secret(self) -> str:
        return urlsafe_b64encode(self._random(SECRET_BYTES)).rstrip(b"=").decode()


_WAITING = (
    "SELECT count(*) FROM link JOIN account ON account.id = link.account_id WHERE spent_at IS NULL AND until > ?2"
    " AND issuer = (SELECT issuer FROM account WHERE id = ?1)"
)


def digest(secret: str) -> bytes:
    """How a secret is known here."""
    return hashlib.sha256(secret.encode()).digest()


def derived(secret: str, what: str) -> str:
    """Another secret that follows from a session's, for one use: what forms carry."""
    return urlsafe_b64encode(_derived(secret, what)).rstrip(b"=").decode()


def _derived(secret: str, what: str) -> bytes:
    return hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest()


def _seal(secret: str, token: str, nonce: bytes) -> bytes:
    return nonce + AESGCM(_derived(secret, "provider")).encrypt(nonce, token.encode(), None)


def _unseal(secret: str, sealed: bytes) -> str:
    try:
        return AESGCM(_derived(secret, "provider")).decrypt(sealed[:12], sealed[12:], None).decode()
    except InvalidTag:
        return ""
