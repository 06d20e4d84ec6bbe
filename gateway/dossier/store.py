# SPDX-License-Identifier: EUPL-1.2
"""`dossiers.db`: application files on disk, every value encrypted, so that a killed process finds them as they were.

Ids, times and what remains to be done are in the clear; what is said is sealed with AES-256-GCM under `dossiers.key`,
each row bound to its place. A file costs a row for its head and one for each part; documents and exact answers are rows
of their own under their SHA-256. Sizes are limited for a file and for the store: what would exceed is refused (00713).
"""

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.dossier.kept import KeptAnswers
from gateway.dossier.outbox import Outbox
from gateway.dossier.refusals import refused
from gateway.dossier.schema import SCHEMA
from gateway.dossier.spelling import canonical, read
from gateway.dossier.tenders import Tenders
from gateway.dossier.trials import Trials
from gateway.dossier.values import Candidature, Contest, Declaration, Item, Signatory
from gateway.dossier.words import Standing
from gateway.problems import problem

FILE_BYTES = 100 * 1024 * 1024
"""What the documents and answers of one file may weigh."""
STORE_BYTES = 20 * 1024 * 1024 * 1024
EVENTS_KEPT = 1_000
Hide = Callable[..., str]
Cipher = Callable[..., bytes]
Tables = TypeVar("Tables")
_PARTS: dict[str, tuple[type[Any], str]] = {
    "item": (Item, "items"),
    "declaration": (Declaration, "declarations"),
    "contest": (Contest, "contests"),
    "signatory": (Signatory, "signatories"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a file. `seq`: from 1, without gaps. `facts`: before an audience's view."""

    dossier: str
    seq: int
    at: int
    name: str
    facts: dict[str, Any]


class Store:
    """The open store. One thread at a time; `close` it at the end. `random`: that many random bytes."""

    def __init__(self, path: Path, key: bytes, random: Callable[[int], bytes], *, limit: int = STORE_BYTES) -> None:
        self._cipher = AESGCM(key)
        # Keys of look-ups are commitments: a SIREN is never in the clear, nor a client's idempotency key.
        self._lookup = hashlib.sha256(b"dlnuf dossiers look-up" + key).digest()
        self._random = random
        self._limit = limit
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:
            self._db.executescript(SCHEMA)
        self.tenders = Tenders(self._db, self.hidden, self.head)
        self.trials = Trials(self._db, self.hidden)
        self.outbox = Outbox(self._db, self.hidden)
        self.answers = self.lend(KeptAnswers)

    def lend(self, tables: Callable[[sqlite3.Connection, Hide, Cipher, Cipher], Tables]) -> Tables:
        """Tables of another subject in the same file, sealed alike; they are written inside `writing`."""
        return tables(self._db, self.hidden, self._seal, self._open)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[None]:
        """All or nothing. `durable`: on the disk, and not only out of this process, when the block ends.

        Raises Problem 00500 when the store cannot be written; then nothing was.
        """
        try:
            if durable:
                self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error:
            raise problem("00500", detail="Le dossier ne peut pas être enregistré ; réessayez.") from None
        finally:
            if durable:
                self._db.execute("PRAGMA synchronous=NORMAL")

    def create(self, dossier: Candidature) -> None:
        """Add a file with its parts."""
        self._db.execute(
            "INSERT INTO dossier VALUES (?, ?, ?, ?, ?, 0, ?)",
            (dossier.id, dossier.habilitation_id, *self._head(dossier)),
        )
        self.tenders.note(dossier)
        for kind, (_, name) in _PARTS.items():
            for one in getattr(dossier, name):
                self._put(dossier.id, kind, one)

    def save(self, before: Candidature, after: Candidature) -> None:
        """Write what changed between two states of a file."""
        self._db.execute(
            "UPDATE dossier SET standing = ?, until = ?, unsettled = ?, body = ? WHERE id = ?",
            (*self._head(after), after.id),
        )
        if after.tender is not before.tender:
            self.tenders.note(after)
        for kind, (_, name) in _PARTS.items():
            known = {id(one) for one in getattr(before, name)}
            for one in getattr(after, name):
                if id(one) not in known:
                    self._put(after.id, kind, one)

    def head(self, identifier: str) -> Candidature | None:
        """A file without its parts. Raises Problem 00500 when it cannot be read."""
        row = self._db.execute("SELECT body FROM dossier WHERE id = ?", (identifier,)).fetchone()
        return None if row is None else read(Candidature, self._open(row[0], "dossier", identifier))

    def load(self, identifier: str) -> Candidature | None:
        """A file, whole. Raises Problem 00500 when it cannot be read."""
        head = self.head(identifier)
        if head is None:
            return None
        parts: dict[str, list[Any]] = {name: [] for _, name in _PARTS.values()}
        for kind, part, body in self._db.execute(
            "SELECT kind, id, body FROM part WHERE dossier = ? ORDER BY rank", (identifier,)
        ):
            shape, name = _PARTS[kind]
            parts[name].append(read(shape, self._open(body, kind, identifier, part)))
        return replace(
            head,
            items=tuple(parts["items"]),
            declarations=tuple(parts["declarations"]),
            contests=tuple(parts["contests"]),
            signatories=tuple(parts["signatories"]),
        )

    def number(self, year: int) -> str:
        """The next number that people read."""
        (last,) = self._db.execute(
            "INSERT INTO series VALUES (?, 1) ON CONFLICT(year) DO UPDATE SET last = last + 1 RETURNING last", (year,)
        ).fetchone()
        return f"CA-{year}-{last:06d}"

    def unfinished(self) -> list[str]:
        """The files for which a registry is still expected."""
        standing = (Standing.OPEN.value, Standing.SEALED.value)
        rows = self._db.execute(
            "SELECT id FROM dossier WHERE unsettled > 0 AND standing IN (?, ?) ORDER BY rowid", standing
        )
        return [identifier for (identifier,) in rows]

    def with_standing(self, standing: Standing) -> list[str]:
        """The files of a standing, oldest first."""
        rows = self._db.execute("SELECT id FROM dossier WHERE standing = ? ORDER BY rowid", (standing.value,))
        return [identifier for (identifier,) in rows]

    def of(self, habilitation: str, before: str, limit: int) -> list[str]:
        """The files of a habilitation, latest first, from the one after `before`."""
        rows = self._db.execute(
            "SELECT id FROM dossier WHERE habilitation = ?"
            " AND (? = '' OR rowid < (SELECT rowid FROM dossier WHERE id = ?)) ORDER BY rowid DESC LIMIT ?",
            (habilitation, before, before, limit),
        )
        return [identifier for (identifier,) in rows]

    def count(self, habilitation: str, now: int) -> int:
        """How many files of a habilitation may still be deposited."""
        row = self._db.execute(
            "SELECT count(*) FROM dossier JOIN tender ON tender.dossier = dossier.id"
            " WHERE habilitation = ? AND standing = ? AND (deadline IS NULL OR deadline > ?)",
            (habilitation, Standing.OPEN.value, now),
        ).fetchone()
        return int(row[0])

    def over(self, now: int) -> list[str]:
        """The files past the end of their retention."""
        return [one for (one,) in self._db.execute("SELECT id FROM dossier WHERE until <= ?", (now,))]

    def erase(self, identifier: str) -> None:
        """Everything of a file."""
        self.empty(identifier)
        for table in ("event", "request", "tender"):
            self._db.execute(f"DELETE FROM {table} WHERE dossier = ?", (identifier,))  # noqa: S608 three fixed names
        self._db.execute("DELETE FROM dossier WHERE id = ?", (identifier,))

    def empty(self, identifier: str) -> None:
        """What a file says: its parts, documents and answers. Its head stays, to say that it was withdrawn."""
        for table in ("part", "blob", "delivery", "kept", "trial"):
            self._db.execute(f"DELETE FROM {table} WHERE dossier = ?", (identifier,))  # noqa: S608 five fixed names

    def file(self, identifier: str, content: bytes) -> str:
        """Keep a document or an exact answer with a file; its SHA-256. Raises 413 00713."""
        digest = hashlib.sha256(content).hexdigest()
        if self._db.execute("SELECT 1 FROM blob WHERE dossier = ? AND sha256 = ?", (identifier, digest)).fetchone():
            return digest
        (size,) = self._db.execute("SELECT size FROM dossier WHERE id = ?", (identifier,)).fetchone()
        if size + len(content) > FILE_BYTES or self._used() + len(content) > self._limit:
            raise refused("00713")
        body = self._seal(content, "blob", identifier, digest)
        self._db.execute("INSERT INTO blob VALUES (?, ?, ?, ?)", (identifier, digest, len(content), body))
        self._db.execute("UPDATE dossier SET size = size + ? WHERE id = ?", (len(content), identifier))
        return digest

    def _used(self) -> int:
        """Bytes of the store in use: pages that erased files left are written again."""
        (pages,), (free,), (page,) = (
            self._db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * page)

    def content(self, identifier: str, digest: str) -> bytes | None:
        """A document or an exact answer of a file, by its SHA-256."""
        row = self._db.execute(
            "SELECT body FROM blob WHERE dossier = ? AND sha256 = ?", (identifier, digest)
        ).fetchone()
        return None if row is None else self._open(row[0], "blob", identifier, digest)

    def let_go(self, identifier: str, digest: str) -> None:
        """Keep it no more: what its file says does not hold it any longer."""
        self._db.execute(
            "UPDATE dossier SET size = size -"
            " (SELECT coalesce(sum(size), 0) FROM blob WHERE dossier = ? AND sha256 = ?) WHERE id = ?",
            (identifier, digest, identifier),
        )
        self._db.execute("DELETE FROM blob WHERE dossier = ? AND sha256 = ?", (identifier, digest))

    def happened(self, identifier: str, at: int, name: str, facts: dict[str, Any]) -> Event:
        """Add an event to a file's history; the oldest beyond a limit leave."""
        (last,) = self._db.execute(
            "SELECT coalesce(max(seq), 0) FROM event WHERE dossier = ?", (identifier,)
        ).fetchone()
        event = Event(identifier, last + 1, at, name, facts)
        body = self._seal(orjson.dumps(facts), "event", identifier, str(event.seq))
        self._db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", (identifier, event.seq, at, name, body))
        self._db.execute("DELETE FROM event WHERE dossier = ? AND seq <= ?", (identifier, event.seq - EVENTS_KEPT))
        return event

    def events(self, identifier: str, after: int, limit: int = 200) -> list[Event]:
        """What happened after an event, oldest first."""
        rows = self._db.execute(
            "SELECT seq, at, name, body FROM event WHERE dossier = ? AND seq > ? ORDER BY seq LIMIT ?",
            (identifier, after, limit),
        ).fetchall()
        return [
            Event(identifier, seq, at, name, orjson.loads(self._open(body, "event", identifier, str(seq))))
            for seq, at, name, body in rows
        ]

    def answered(self, habilitation: str, key: str) -> tuple[str, str] | None:
        """The digest of the request this idempotency key came with first, and the file it opened."""
        row = self._db.execute(
            "SELECT digest, dossier FROM request WHERE key = ?", (self.hidden(habilitation, key),)
        ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def remember(self, habilitation: str, key: str, digest: str, dossier: str, at: int) -> None:
        """Bind an idempotency key to the file it opened."""
        self._db.execute(
            "INSERT INTO request VALUES (?, ?, ?, ?)", (self.hidden(habilitation, key), digest, dossier, at)
        )

    def _head(self, dossier: Candidature) -> tuple[str, int, int, bytes]:
        unsettled = sum(not item.state.settled for item in dossier.items)
        bare = replace(dossier, items=(), declarations=(), contests=(), signatories=())
        body = self._seal(canonical(bare), "dossier", dossier.id)
        return dossier.standing.value, dossier.until, unsettled, body

    def _put(self, dossier: str, kind: str, one: Any) -> None:
        # An item's name holds a SIRET, so it is hidden as well.
        name = self.hidden(dossier, one.siret if kind == "signatory" else one.id)
        body = self._seal(canonical(one), kind, dossier, name)
        self._db.execute(
            "INSERT INTO part(dossier, kind, id, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT(dossier, kind, id) DO UPDATE SET body = excluded.body",
            (dossier, kind, name, body),
        )

    def hidden(self, *parts: str) -> str:
        """A keyed digest, by which something is found without being in the clear."""
        return hmac.digest(self._lookup, "\0".join(parts).encode(), "sha256").hex()

    def _seal(self, clear: bytes, *place: str) -> bytes:
        nonce = self._random(12)
        return nonce + self._cipher.encrypt(nonce, clear, "\0".join(place).encode())

    def _open(self, body: bytes, *place: str) -> bytes:
        try:
            return self._cipher.decrypt(body[:12], body[12:], "\0".join(place).encode())
        except (InvalidTag, ValueError):  # changed, or cut short
            raise problem("00500", detail="Ce dossier ne peut pas être lu.") from None
