# SPDX-License-Identifier: EUPL-1.2
"""A log in memory whose records are real exchanges, its witnesses, and the receipts it gives."""

from hashlib import sha256

from gateway.audit.addition import Addition
from gateway.audit.cosignature import ED25519, CosigningKey
from gateway.audit.proof import ProofFile
from gateway.audit.quorum import WitnessPolicy
from tests.gateway.audit.audit_world import ANSWERED, ASKED, SIGNER, entry
from tests.gateway.audit.memory_log import MemoryLog

ANSWER = b'{"data":{"siren":"999100118"},"links":{},"meta":{}}'
OWN = ANSWERED | {"digest": sha256(ANSWER).hexdigest(), "size": len(ANSWER)}
AT = 1_795_341_600  # 2026-11-22T10:00:00Z, the hour of the records
WITNESSES = [CosigningKey(f"temoin.test/w{number}", ED25519, bytes([number]) * 32) for number in (1, 2, 3)]
POLICY = WitnessPolicy.of_log(SIGNER.verifier)
NAMED = "".join(f"witness w{number} {key.cosigner.text()}\n" for number, key in enumerate(WITNESSES, 1))
QUORUM_TEXT = f"log {SIGNER.verifier.text()}\n{NAMED}group deux 2 w1 w2 w3\nquorum deux\n"
QUORUM = WitnessPolicy.parse(QUORUM_TEXT.encode())


def exchanges(count: int) -> MemoryLog:
    """A log of `count` records: questions and their answers."""
    return MemoryLog([entry(number // 2, (ASKED, OWN)[number % 2]) for number in range(count)])


def seen(note: str, *witnesses: int, at: int = AT + 4) -> str:
    """The note, cosigned by witnesses of these numbers."""
    text = note.split("\n\n")[0] + "\n"
    return note + "".join(WITNESSES[number - 1].cosign(text, at) for number in witnesses)


def receipt(log: MemoryLog, index: int, note: str | None = None, size: int | None = None) -> str:
    """The receipt of a record under a head of the log."""
    tiles = log.tiles(size)
    return ProofFile(index, tuple(tiles.inclusion(index)), note or log.head(size), log.records[index]).text()


def growth(log: MemoryLog, old: int, note: str | None = None, size: int | None = None) -> str:
    """The proof that a head of the log continues an older one."""
    return Addition(old, tuple(log.tiles(size).consistency(old)), note or log.head(size)).text()
