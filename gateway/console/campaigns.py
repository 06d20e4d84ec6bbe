# SPDX-License-Identifier: EUPL-1.2
"""Control campaigns: a random sample of exchanges, which their consumers are asked to justify, and what is decided.

Nobody chooses the sample: its seed is the SHA-256 of the campaign's id and of the root of the published tree, both in
the log, and it takes the records whose SHA-256(seed:number) are the smallest. Whoever has the log draws the same one.
Every step is recorded before it counts.
"""

import hashlib
import heapq
import hmac
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.index.bits import BLOCK_BITS, offsets_of
from gateway.console.database import ConsoleStore
from gateway.console.desk import Desk, Looker
from gateway.console.export import below, facts_of
from gateway.console.question import Question

SAMPLE_MOST = 200
DAYS_MOST = 120
TITLE_CHARS, MESSAGE_CHARS, ANSWER_CHARS, REASON_CHARS = 120, 1_000, 2_000, 400
FILE_BYTES = 5 * 1024 * 1024
FILES_PER_ANSWER = 3
DECISIONS = {"conforme": "conforme", "non_conforme": "non conforme", "sans_suite": "sans suite"}
_MAGIC = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


class Refused(ValueError):
    """What is asked cannot be done. The message is in French, for whoever asked."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it is kept; epoch seconds. `size`: how many records the log had. `population`: drawn from."""

    id: str
    title: str
    message: str
    address: str
    told: str
    seed: str
    size: int
    population: int
    at: int
    by: str
    deadline: int
    state: str
    closed_at: int | None
    conclusion: str


@dataclass(frozen=True, slots=True)
class Item:
    """One exchange of a sample: what it was, what its consumer answered, what was decided."""

    seq: int
    exchange: str
    consumer: str
    at: str
    product: str
    object: str
    recipient: str
    answer: str | None
    answered_at: int | None
    decision: str | None
    decided_at: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A file that came with an answer, without its bytes."""

    id: str
    seq: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


def seed_of(campaign: str, root: bytes) -> str:
    """The seed of a campaign's sample, 64 hexadecimal digits."""
    return hashlib.sha256(f"{campaign}:{root.hex()}".encode()).hexdigest()


def drawn(numbers: Iterable[int], seed: str, count: int) -> list[int]:
    """The sample: so many of these record numbers, in ascending order; the same for the same seed."""
    weighed = ((hashlib.sha256(f"{seed}:{number}".encode()).digest(), number) for number in numbers)
    return sorted(number for _, number in heapq.nsmallest(count, weighed))


class Campaigns:
    """The campaigns of a console. `secret`: 32 bytes, from which the key of the files is derived."""

    def __init__(self, desk: Desk, store: ConsoleStore, secret: bytes, random: Callable[[int], bytes]) -> None:
        self._desk = desk
        self._store = store
        self._files = AESGCM(hmac.digest(secret, b"dlnuf console files", hashlib.sha256))
        self._random = random

    async def open(self, who: Looker, question: Question, title: str, message: str, count: int, days: int) -> str:
        """Draw a sample and open a campaign; its id. Raises Refused, 503 `00510`, ConsoleUnavailable."""
        desk, identifier = self._desk, str(uuid.uuid4())
        if not title or not 1 <= count <= SAMPLE_MOST or not 1 <= days <= DAYS_MOST:
            raise Refused(f"Donnez un titre, de 1 à {SAMPLE_MOST} échanges, et de 1 à {DAYS_MOST} jours pour répondre.")
        point = await desk.run(desk.published)
        if point is None:
            raise Refused("Le point de contrôle publié ne se vérifie pas : aucun tirage ne serait probant.")
        criteria = await desk.run(lambda: desk.criteria(question))
        bits = below(await desk.searching(lambda search: search.blocks(criteria)), point.size)
        population = sum(found.bit_count() for _, found in bits)
        seed = seed_of(identifier, point.root)
        rows = await desk.run(lambda: self._rows(drawn(_numbers(bits), seed, count)))
        if not rows:
            raise Refused("Aucun échange de cette recherche n'a de consommateur à interroger.")
        now = int(desk.clock().timestamp())
        told = desk.told(question)
        await desk.recorder.event(
            "campaign_opened", campaign=identifier, actor=desk.actor(who.account), role=who.role, count=len(rows),
            size=point.size, root=point.root.hex(), query=f"graine={seed} population={population} {told}",
        )  # fmt: skip

        def kept() -> None:
            with self._store.writing() as db:
                db.execute(
                    "INSERT INTO campaign VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', NULL, '')",
                    (
                        identifier, title, message, question.address(desk.seal, quoi=question.quoi), told, seed,
                        point.size, population, now, who.account, now + days * 86_400,
                    ),
                )  # fmt: skip
                db.executemany(
                    "INSERT INTO sample(campaign, seq, exchange, consumer, at, product, object, recipient) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [(identifier, *row) for row in rows],
                )

        await desk.run(kept)
        return identifier

    def _rows(self, numbers: Sequence[int]) -> list[tuple[int, str, str, str, str, str, str]]:
        rows = []
        for number in numbers:
            entry = self._desk.entry(number)
            facts = facts_of(entry) if entry is not None else {}
            if facts.get("consumer"):
                told = [str(facts.get(name, "")) for name in ("id", "consumer", "at", "product", "object", "recipient")]
                rows.append((number, told[0], told[1], told[2], told[3], told[4], told[5]))
        return rows

    def all(self) -> list[Campaign]:
        """Every campaign, the newest first."""
        return [Campaign(*row) for row in self._store.rows("SELECT * FROM campaign ORDER BY at DESC LIMIT 500")]

    def one(self, identifier: str) -> Campaign | None:
        """A campaign, if there is one of this id."""
        rows = self._store.rows("SELECT * FROM campaign WHERE id = ?", identifier)
        return Campaign(*rows[0]) if rows else None

    def items(self, campaign: str, consumer: str = "") -> list[Item]:
        """Its sample, or one consumer's part of it."""
        rows = self._store.rows(
            "SELECT seq, exchange, consumer, at, product, object, recipient, answer, answered_at, decision, "
            "decided_at, reason FROM sample WHERE campaign = ? AND (consumer = ? OR ? = '') ORDER BY consumer, seq",
            campaign, consumer, consumer,
        )  # fmt: skip
        return [Item(*row) for row in rows]

    def files(self, campaign: str) -> dict[int, list[Filed]]:
        """The files of its answers, by record."""
        rows = self._store.rows("SELECT id, seq, name, media_type, size FROM file WHERE campaign = ?", campaign)
        found: dict[int, list[Filed]] = {}
        for row in rows:
            found.setdefault(row[1], []).append(Filed(*row))
        return found

    def door(self, campaign: str, consumer: str) -> str:
        """A new secret that opens one consumer's part; an older one no longer does. Raises Refused."""
        if not self.items(campaign, consumer):
            raise Refused("Ce consommateur n'a aucun échange dans cette campagne.")
        secret = self._random(32).hex()
        with self._store.writing() as db:
            db.execute("DELETE FROM door WHERE campaign = ? AND consumer = ?", (campaign, consumer))
            at = int(self._desk.clock().timestamp())
            db.execute("INSERT INTO door VALUES (?, ?, ?, ?)", (_digest(secret), campaign, consumer, at))
        return secret

    def behind(self, secret: str) -> tuple[Campaign, str] | None:
        """The campaign and consumer that a secret opens, while the campaign is open."""
        if len(secret) != 64 or not secret.isascii():
            return None
        rows = self._store.rows("SELECT campaign, consumer FROM door WHERE digest = ?", _digest(secret))
        found = self.one(rows[0][0]) if rows else None
        return (found, rows[0][1]) if found and found.state == "open" else None

    async def answer(self, campaign: Campaign, consumer: str, seq: int, text: str, upload: Upload | None) -> None:
        """Take in a consumer's answer about one exchange. Raises Refused, 503 `00510`, ConsoleUnavailable."""
        mine = [item for item in await self._desk.run(lambda: self.items(campaign.id, consumer)) if item.seq == seq]
        if not mine or mine[0].decision:
            raise Refused("Cet échange n'attend pas de réponse de votre part.")
        if not text:
            raise Refused("Écrivez votre réponse.")
        known = await self._desk.run(lambda: self.files(campaign.id).get(seq, []))
        kind = _kind(upload, len(known)) if upload else ""
        digest = hashlib.sha256(text.encode() + b"\0" + (upload.content if upload else b"")).hexdigest()
        await self._desk.recorder.event(
            "campaign_answered", campaign=campaign.id, consumer=consumer, seq=seq, digest=digest,
            count=1 if upload else 0,
        )  # fmt: skip
        await self._desk.run(lambda: self._keep(campaign.id, seq, text, upload, kind))

    def _keep(self, campaign: str, seq: int, text: str, upload: Upload | None, kind: str) -> None:
        now = int(self._desk.clock().timestamp())
        with self._store.writing() as db:
            db.execute(
                "UPDATE sample SET answer = ?, answered_at = ? WHERE campaign = ? AND seq = ?",
                (text, now, campaign, seq),
            )
            if upload is not None:
                identifier, nonce = str(uuid.uuid4()), self._random(12)
                sealed = self._files.encrypt(nonce, upload.content, identifier.encode())
                digest = hashlib.sha256(upload.content).hexdigest()
                size = len(upload.content)
                row = (identifier, campaign, seq, upload.name[:120], kind, size, digest, nonce, sealed, now)
                db.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def content(self, campaign: str, identifier: str) -> tuple[Filed, bytes] | None:
        """A file of a campaign, in clear. None when there is none, or it cannot be opened."""
        rows = self._store.rows(
            "SELECT id, seq, name, media_type, size, nonce, content FROM file WHERE campaign = ? AND id = ?",
            campaign, identifier,
        )  # fmt: skip
        if not rows:
            return None
        *told, nonce, sealed = rows[0]
        try:
            return Filed(*told), self._files.decrypt(nonce, sealed, identifier.encode())
        except InvalidTag:
            return None

    async def decide(self, who: Looker, campaign: Campaign, seq: int, decision: str, reason: str) -> None:
        """Decide about one exchange, with a reason. Raises Refused, 503 `00510`, ConsoleUnavailable."""
        mine = [item for item in await self._desk.run(lambda: self.items(campaign.id)) if item.seq == seq]
        if campaign.state != "open" or not mine:
            raise Refused("Cet échange n'est pas, ou plus, à décider.")
        if decision not in DECISIONS or not reason:
            raise Refused("Choisissez une décision et donnez-en le motif.")
        await self._desk.recorder.event(
            "campaign_decided", campaign=campaign.id, consumer=mine[0].consumer, seq=seq,
            actor=self._desk.actor(who.account), role=who.role, reason=f"{DECISIONS[decision]} : {reason}",
        )  # fmt: skip
        now = int(self._desk.clock().timestamp())
        await self._desk.run(
            lambda: self._change(
                "UPDATE sample SET decision = ?, decided_at = ?, decided_by = ?, reason = ? "
                "WHERE campaign = ? AND seq = ?",
                decision, now, who.account, reason, campaign.id, seq,
            )
        )  # fmt: skip

    async def close(self, who: Looker, campaign: Campaign, conclusion: str) -> None:
        """Close a campaign: its doors open no longer. Raises Refused, 503 `00510`, ConsoleUnavailable."""
        if campaign.state != "open" or not conclusion:
            raise Refused("Écrivez une conclusion ; une campagne ne se clôt qu'une fois.")
        items = await self._desk.run(lambda: self.items(campaign.id))
        answered = sum(1 for item in items if item.answer)
        await self._desk.recorder.event(
            "campaign_closed", campaign=campaign.id, actor=self._desk.actor(who.account), role=who.role,
            count=answered, reason=conclusion,
        )  # fmt: skip
        now = int(self._desk.clock().timestamp())
        await self._desk.run(
            lambda: self._change(
                "UPDATE campaign SET state = 'closed', closed_at = ?, conclusion = ? WHERE id = ?",
                now, conclusion, campaign.id,
            )
        )  # fmt: skip

    def _change(self, statement: str, *values: object) -> None:
        with self._store.writing() as db:
            _executed(db, statement, values)


def _executed(db: sqlite3.Connection, statement: str, values: tuple[object, ...]) -> None:
    db.execute(statement, values)


def _numbers(bits: Sequence[tuple[int, int]]) -> Iterable[int]:
    for block, found in bits:
        for offset in offsets_of(found):
            yield (block << BLOCK_BITS) + offset


def _kind(upload: Upload, already: int) -> str:
    """The media type that a file's first bytes say. Raises Refused."""
    if already >= FILES_PER_ANSWER:
        raise Refused(f"Une réponse porte {FILES_PER_ANSWER} fichiers au plus.")
    if len(upload.content) > FILE_BYTES:
        raise Refused(f"Un fichier ne dépasse pas {FILE_BYTES // 1024 // 1024} Mio.")
    for magic, kind in _MAGIC:
        if upload.content.startswith(magic):
            return kind
    raise Refused("Un fichier est un PDF, une image PNG ou JPEG.")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
