# SPDX-License-Identifier: EUPL-1.2
"""What the tests of the audit room share: a signer, and well-formed records of invented exchanges."""

import uuid
from contextlib import closing
from pathlib import Path

from gateway.audit.canonical import canonical
from gateway.audit.note import Signer
from gateway.audit.report import Report
from gateway.audit.stores.address import Place
from gateway.audit.stores.places import source_at
from gateway.audit.verify import verify

SIGNER = Signer.from_seed("dlnuf.test/journal", bytes(range(32)))
HEX = "5a" * 32
ASKED: dict[str, object] = {
    "v": 1,
    "event": "asked",
    "at": "2026-11-22T10:00:00.123Z",
    "product": "insee/unite_legale",
    "version": 4,
    "registry": "insee",
    "subject": f"hmac-sha256:{HEX}",
    "habilitation": "hab-1",
    "token": "jeton-1",
    "consumer": "13002526500013",
    "purpose": "marche_public",
    "policy": HEX,
    "recipient": "13002526500013",
    "context": "Marchés publics",
    "object": "marche-127",
}
ANSWERED = ASKED | {
    "event": "answered",
    "cached": False,
    "fields": HEX,
    "digest": HEX,
    "size": 812,
    "status": 200,
    "latency_ms": 37,
}
REFUSED: dict[str, object] = {
    "v": 1,
    "event": "refused",
    "at": "2026-11-22T10:00:00.123Z",
    "status": 401,
    "code": "00101",
}


def identity(number: int) -> str:
    """The UUID of the invented exchange `number`."""
    return str(uuid.UUID(int=number))


def entry(number: int, record: dict[str, object] = REFUSED, **changed: object) -> bytes:
    """The bytes of a record of exchange `number`; by default a refusal, which tells a whole story alone."""
    return canonical({**record, "id": identity(number), **changed})


def verified(place: Place, *kept: str) -> Report:
    """The verification of the log at this place, or in this folder, with the tests' key."""
    if isinstance(place, Path) and place.is_dir():
        place = place / "audit.db"
    return verify(place, SIGNER.verifier, kept)


def stored(place: Place) -> list[bytes | None]:
    """What the records say, in order."""
    with closing(source_at(place)) as source, source.reading() as rows:
        return [entry for _, entry, _ in rows.entries(0, 1 << 40)]
