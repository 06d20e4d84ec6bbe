# SPDX-License-Identifier: EUPL-1.2
"""What the tests of the search index share: invented records by the thousand, and a log of them in memory."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.note import Checkpoint, Signer

START = datetime(2026, 11, 1, tzinfo=UTC)
SIGNER = Signer.from_seed("dlnuf.test/index", bytes(range(32)))
HEX = "5a" * 32
SIRETS = ("13002526500013", "21750001600019", "20005478100022")


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as a log hands it over."""

    seq: int
    entry: bytes | None
    leaf: bytes


def commitment(text: str) -> str:
    """An invented commitment."""
    return "hmac-sha256:" + hashlib.sha256(text.encode()).hexdigest()


def spelled(at: datetime) -> str:
    """An instant as records write it."""
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


def exchange(number: int, **changed: object) -> dict[str, object]:
    """The outcome of an invented exchange: who, for whom, about whom depend on its number."""
    refused = number % 7 == 3
    record: dict[str, object] = {
        "v": 1,
        "event": "refused" if refused else "answered",
        "id": str(uuid.UUID(bytes=hashlib.sha256(b"%d" % number).digest()[:16])),
        "at": spelled(START + timedelta(seconds=number * 2)),
        "product": ("insee/unite_legale", "urssaf/attestation_vigilance", "dgfip/chiffres_affaires")[number % 3],
        "registry": ("insee", "urssaf", "dgfip")[number % 3],
        "version": 4,
        "subject": commitment(f"company {number % 997}"),
        "agent": commitment(f"agent {number % 31}"),
        "habilitation": f"hab-{number % 5}",
        "consumer": SIRETS[number % 5 % 3],
        "purpose": ("marches_publics", "aides_publiques")[number % 5 % 2],
        "recipient": SIRETS[number % 3],
        "context": "Essai",
        "object": f"procédure {number % 211}",
        "status": 403 if refused else 200,
        "latency_ms": number % 300,
        **({"code": "00100"} if refused else {"cached": True, "fields": HEX, "digest": HEX, "size": 12}),
    }
    return {**record, **changed}


def kept(records: Iterator[dict[str, object]] | list[dict[str, object]]) -> list[Kept]:
    """These records as a log holds them."""
    entries = [orjson.dumps(record, option=orjson.OPT_SORT_KEYS) for record in records]
    return [Kept(seq, entry, leaf_hash(entry)) for seq, entry in enumerate(entries)]


class Log:
    """A log in memory. `published`: how many records its checkpoint counts; all when None."""

    def __init__(self, records: list[Kept]) -> None:
        self.records = records
        self.published: int | None = None
        self.root: bytes | None = None

    def size(self) -> int:
        return len(self.records)

    def entries(self, start: int, stop: int) -> list[Kept]:
        return self.records[start : min(stop, start + 4096)]

    def leaves(self, start: int, stop: int) -> list[bytes]:
        return [record.leaf for record in self.records[start:stop]]

    def checkpoint(self) -> str:
        size = len(self.records) if self.published is None else self.published
        root = self.root or root_of([record.leaf for record in self.records[:size]])
        return SIGNER.sign(Checkpoint(SIGNER.name, size, root).text())
