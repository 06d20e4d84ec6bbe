# SPDX-License-Identifier: EUPL-1.2
"""Each kind of tampering against each way of verifying: what is found, where, and in which words.

Whoever tampers here holds the log's key and signs everything again (but for « wrong key »): the strongest forger there
is. What stands against them was kept elsewhere before: a checkpoint of 24 records that two witnesses saw, a receipt,
a witness's memory. Two cells hold by nature, and say what they do not prove: a tree that only grew, with a lying clock
inside, is a tree that only grew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.audit.addition import Addition
from gateway.audit.export import export
from gateway.audit.ledger import Ledger
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer
from gateway.audit.quorum import WitnessPolicy
from gateway.audit.reader import SqliteReader
from gateway.audit.stores.writers import store_at
from gateway.audit.verify import verify as verify_file
from gateway.cli.main import main
from gateway.verify import Findings, Refused, verify
from gateway.witness.memory import Memory
from gateway.witness.witness import Witness
from tests.gateway.audit.audit_world import ASKED, SIGNER, entry
from tests.gateway.audit.evidence_world import OWN, QUORUM, QUORUM_TEXT, WITNESSES, growth, receipt, seen
from tests.gateway.audit.memory_log import MemoryLog

COUNT, LATER = 24, 30


def told(numbers: range, **changed: object) -> list[bytes]:
    """Exchanges as they happen: a question and its answer each."""
    return [entry(number // 2, (ASKED, OWN)[number % 2], **changed) for number in numbers]


HONEST = told(range(COUNT))
HEAD = seen(MemoryLog(HONEST).head(), 1, 2)
RECEIPT = receipt(MemoryLog(HONEST), 21, HEAD)
OTHERS = told(range(100, 130))
EDITED = [*HONEST[:7], HONEST[7].replace(b"marche-127", b"marche-128"), *HONEST[8:]]
BACK = {"at": "2026-11-22T08:00:00.123Z"}


@dataclass(frozen=True)
class Tampered:
    """The records of the log afterwards: as it stands, and once it has grown; and who signs it."""

    now: list[bytes]
    grown: list[bytes]
    signer: Signer = SIGNER


def changed(records: list[bytes]) -> Tampered:
    """A log that goes on after the change, as if nothing had happened."""
    grown = records + OTHERS
    return Tampered(grown[:COUNT], grown[:LATER])


TAMPERINGS: dict[str, Tampered] = {
    "edited": changed(EDITED),
    "removed": changed(HONEST[:6] + HONEST[8:]),
    "inserted": changed(HONEST[:6] + told(range(80, 82)) + HONEST[6:]),
    "reordered": changed([*HONEST[:6], *HONEST[8:10], *HONEST[6:8], *HONEST[10:]]),
    "wrong key": Tampered(HONEST, HONEST + OTHERS[:6], Signer.from_seed(SIGNER.name, b"n" * 32)),
    "clock set back": Tampered(HONEST + told(range(90, 92), **BACK), HONEST + told(range(90, 96), **BACK)),
    "truncated": Tampered(HONEST[:16], HONEST[:16]),
    "forked": changed(HONEST[:16] + OTHERS[10:18]),
    "rolled back": changed(HONEST[:16]),
    "replaced from backup": Tampered(HONEST[:8], HONEST[:8]),
}


def log_of(records: list[bytes], signer: Signer) -> MemoryLog:
    """The log in memory."""
    return MemoryLog(records, signer)


def by_receipt(case: Tampered, folder: Path) -> str:
    """A receipt of the log as it stands, or the one kept before where it has none, against the checkpoint kept."""
    log = log_of(case.now, case.signer)
    if log.size() < COUNT:
        assert verify(RECEIPT.encode(), QUORUM).facts["index"] == 21  # proves what the log has lost
        return told_of(lambda: verify(Addition(COUNT, (), log.head()).text().encode(), KEY_ONLY, kept=HEAD.encode()))
    note = seen(log.head(), 1, 2)
    return told_of(lambda: verify(receipt(log, log.size() - 1, note).encode(), QUORUM, kept=HEAD.encode()))


def by_growth(case: Tampered, folder: Path) -> str:
    """The proof that the log, once grown, continues the checkpoint kept."""
    log = log_of(case.grown, case.signer)
    proof = growth(log, COUNT) if log.size() >= COUNT else Addition(COUNT, (), log.head()).text()
    return told_of(lambda: verify(proof.encode(), KEY_ONLY, kept=HEAD.encode()))


def by_witness(case: Tampered, folder: Path) -> str:
    """A witness that signed the honest head, shown the log as it stands and once grown."""
    memory = Memory(folder / "witness.db", create=True)
    try:
        witness = Witness(WITNESSES[0], {SIGNER.name: SIGNER.verifier}, memory, lambda: 1_795_341_700)
        assert witness.add_checkpoint(Addition(0, (), MemoryLog(HONEST).head()).text().encode()).status == 200
        log, words = log_of(case.grown, case.signer), []
        for size in sorted({min(COUNT, log.size()), log.size()}):
            old = min(COUNT, size)
            proof = tuple(log.tiles(size).consistency(old))
            reply = witness.add_checkpoint(Addition(old, proof, log.head(size)).text().encode())
            words.append(f"{reply.status} {reply.text.strip()}" if reply.status == 409 else str(reply.status))
        proved = sum(conflict.proved for conflict in memory.conflicts())
        return f"{', '.join(words)} ; contradictions : {proved}"
    finally:
        memory.close()


def file_of(case: Tampered, folder: Path) -> SqliteReader:
    """The log in a file, written and published by whoever tampers."""
    log = AuditLog.open(folder / "audit.db", case.signer)
    log.append_now(case.now)
    log.close()
    ledger = Ledger(store_at(folder / "audit.db"), case.signer)
    ledger.publish()
    ledger.close()
    return SqliteReader(folder / "audit.db")


def by_file(case: Tampered, folder: Path) -> str:
    """The whole file, against the checkpoint kept."""
    file_of(case, folder)
    problem = verify_file(folder / "audit.db", SIGNER.verifier, [HEAD]).problem
    return problem.kind if problem else "tenu"


def by_export(case: Tampered, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The month's export, as its reader verifies it, against the checkpoint kept."""
    done = export(file_of(case, folder), "2026-11", case.signer.verifier, folder / "mois.zip")
    assert done.manifest.count == len(case.now)
    (folder / "point.txt").write_text(HEAD)
    (folder / "temoins.policy").write_text(QUORUM_TEXT.replace("quorum deux", "quorum none"))
    arguments = ["--ancien", str(folder / "point.txt"), "--politique", str(folder / "temoins.policy")]
    status = main(["verify", str(folder / "mois.zip"), *arguments])
    said = capsys.readouterr().out
    assert status == (1 if said.startswith("REFUSÉ") else 0)
    return said


def told_of(work: Callable[[], Findings]) -> str:
    """Why it was refused, or that it holds and what it does not prove."""
    try:
        found = work()
    except Refused as error:
        return str(error)
    return "tenu ; non prouvé : " + " ; ".join(found.not_proved)


KEY_ONLY = WitnessPolicy.of_log(SIGNER.verifier)
TWO, NOT_ONE, UNKNOWN, BACKWARDS = "deux histoires", "ne prolonge pas", "journal connu", "l'horloge a reculé"
CAUGHT, SHORTER = "409 24, 422 ; contradictions : 1", "409 24 ; contradictions : 0"
GREW, WAITS = (
    "tenu ; non prouvé : que le journal n'a pas montré une autre histoire",
    "il y faut une preuve de cohérence",
)
PATHS = ("file", "receipt", "growth", "witness", "export")
MATRIX: dict[str, tuple[str, ...]] = {
    "edited": ("rewritten", TWO, NOT_ONE, CAUGHT, TWO),
    "removed": ("rewritten", TWO, NOT_ONE, CAUGHT, TWO),
    "inserted": ("rewritten", TWO, NOT_ONE, CAUGHT, TWO),
    "reordered": ("rewritten", TWO, NOT_ONE, CAUGHT, TWO),
    "forked": ("rewritten", TWO, NOT_ONE, CAUGHT, TWO),
    "rolled back": ("rewritten", TWO, NOT_ONE, CAUGHT, TWO),
    "truncated": ("truncated", NOT_ONE, NOT_ONE, SHORTER, WAITS),
    "replaced from backup": ("truncated", NOT_ONE, NOT_ONE, SHORTER, WAITS),
    "wrong key": ("signature", UNKNOWN, UNKNOWN, "403, 403 ; contradictions : 0", UNKNOWN),
    "clock set back": ("clock", BACKWARDS, GREW, "200, 200 ; contradictions : 0", BACKWARDS),
}


def found_by(path: str, case: Tampered, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What a way of verifying finds."""
    ways = {"file": by_file, "receipt": by_receipt, "growth": by_growth, "witness": by_witness}
    return by_export(case, folder, capsys) if path == "export" else ways[path](case, folder)


def test_the_matrix_has_every_kind_and_every_way() -> None:
    assert MATRIX.keys() == TAMPERINGS.keys()
    assert all(len(cells) == len(PATHS) for cells in MATRIX.values())


@pytest.mark.parametrize("path", PATHS)
def test_an_honest_log_holds_every_way(path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    honest = Tampered(HONEST, HONEST + told(range(COUNT, LATER)))
    wanted = {"file": "tenu", "witness": "200, 200 ; contradictions : 0", "export": "VÉRIFIÉ"}.get(path, "tenu ; ")
    assert found_by(path, honest, tmp_path, capsys).startswith(wanted)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", TAMPERINGS)
def test_each_tampering_is_named_by_each_way(
    kind: str, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert MATRIX[kind][PATHS.index(path)] in found_by(path, TAMPERINGS[kind], tmp_path, capsys)
