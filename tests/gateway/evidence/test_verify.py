# SPDX-License-Identifier: EUPL-1.2
"""The offline verifier: what it proves, what it says it does not, and that nothing else passes."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import canonical
from gateway.audit.cosignature import ML_DSA_44, CosigningKey
from gateway.audit.merkle import leaf_hash
from gateway.audit.note import Checkpoint, Signer
from gateway.audit.proof import ProofFile
from gateway.audit.quorum import WitnessPolicy
from gateway.verify import Refused, Stamped, verify
from tests.gateway.audit.audit_world import REFUSED, SIGNER, entry, identity
from tests.gateway.audit.authority import Authority, refusal
from tests.gateway.audit.evidence_world import (
    ANSWER,
    AT,
    OWN,
    POLICY,
    QUORUM,
    QUORUM_TEXT,
    exchanges,
    growth,
    receipt,
    seen,
)
from tests.gateway.audit.memory_log import MemoryLog

LOG = exchanges(40)
RECEIPT = receipt(LOG, 7)
HEAD = LOG.head()
HOUR = datetime.fromtimestamp(AT, UTC)


def refusal_of(content: str | bytes, policy: WitnessPolicy = POLICY, **given: object) -> str:
    """Why this is refused; it must be."""
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(Refused) as refused:
        verify(raw, policy, **given)  # type: ignore[arg-type]  # the names are those of verify, one at a time
    return str(refused.value)


@pytest.mark.parametrize("index", range(40))
def test_a_receipt_proves_its_record_and_its_answer(index: int) -> None:
    findings = verify(receipt(LOG, index).encode(), POLICY, answer=ANSWER if index % 2 else None)
    assert findings.facts["index"] == index
    assert findings.facts["size"] == 40
    assert findings.facts["record"] == json.loads(LOG.records[index])
    assert f"n° {index} du journal" in findings.proved[0]
    assert ("octet près" in " ".join(findings.proved)) is bool(index % 2)


def test_what_is_not_proved_is_said() -> None:
    findings = verify(RECEIPT.encode(), POLICY)
    said = " ".join(findings.not_proved)
    for part in ("--reponse", "autre histoire", "horloge", "ce qui est vrai"):
        assert part in said


def test_witnesses_and_a_time_stamp_are_proved_when_they_are_there() -> None:
    authority = Authority(at=datetime(2026, 11, 22, 10, 30, tzinfo=UTC))
    note = seen(HEAD, 1, 3)
    text = note.split("\n\n")[0] + "\n"
    stamped = Stamped(authority.stamp(sha256(text.encode()).digest()), authority.certificates)
    findings = verify(receipt(LOG, 7, note).encode(), QUORUM, answer=ANSWER, stamped=stamped)
    said = " ".join(findings.proved)
    assert "w1 (22/11/2026 à 10:00:04 UTC), w3" in said
    assert "horodatage l'a vu le 22/11/2026 à 10:30:00 UTC" in said
    assert "autre histoire" not in " ".join(findings.not_proved)
    assert findings.facts["stamped_at"] == "2026-11-22T10:30:00+00:00"


def test_too_few_witnesses_are_refused() -> None:
    assert "trop peu de témoins" in refusal_of(receipt(LOG, 7, seen(HEAD, 2)), QUORUM)
    assert "trop peu de témoins" in refusal_of(RECEIPT, QUORUM)


def test_another_answer_is_refused() -> None:
    for other in (ANSWER + b"\n", ANSWER[:-1], b"", ANSWER.replace(b"8", b"9")):
        assert "n'est pas celle du reçu" in refusal_of(RECEIPT, answer=other)
    assert "ne parle d'aucune réponse" in refusal_of(receipt(LOG, 6), answer=ANSWER)


def test_a_record_later_than_those_who_saw_it_is_refused() -> None:
    later = exchanges(8)
    later.append(entry(4, OWN, at="2026-11-22T10:30:00.000Z"))
    assert "après ceux qui l'ont vu" in refusal_of(receipt(later, 8, seen(later.head(), 1, 2)), QUORUM)
    stamp = Authority(at=HOUR).stamp(sha256(later.head().split("\n\n")[0].encode() + b"\n").digest())
    stamped = Stamped(stamp, Authority().certificates)
    assert "après ceux qui l'ont vu" in refusal_of(receipt(later, 8), stamped=stamped)


def test_a_record_changed_in_the_receipt_is_refused() -> None:
    proof = ProofFile.parse(RECEIPT)
    assert proof.extra is not None
    changed = proof.extra.replace(b"marche-127", b"marche-128")
    forged = ProofFile(proof.index, proof.hashes, proof.checkpoint, changed).text()
    assert "n'est pas celui que le journal a signé" in refusal_of(forged)
    for index in (6, 8, 39, 40, 10**15):
        moved = ProofFile(index, proof.hashes, proof.checkpoint, proof.extra).text()
        assert "n'est pas celui que le journal a signé" in refusal_of(moved)


@pytest.mark.parametrize(
    "record",
    [
        b"", b"n'importe quoi", b"[]", b'"texte"', b'{"at":"2026-11-22T10:00:00.123Z","at":"2026-11-22T10:00:00.123Z"}',
        b'{ "at":"2026-11-22T10:00:00.123Z"}', b'{"v":1}', b'{"at":"hier"}', b'{"at":"2026-11-22"}', b'{"at":12}',
        b'{"a":"\xff"}', b'{"a":"\\ud800"}', b"[" * 100_000, b"9" * 5_000, '{"at":"2026"}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_a_record_that_can_be_read_in_two_ways_or_none_is_refused(record: bytes) -> None:
    assert "l'enregistrement" in refusal_of(receipt(MemoryLog([record]), 0))


def test_a_record_cannot_play_tricks_on_a_terminal() -> None:
    tricky = canonical({**REFUSED, "id": identity(1), "code": "\x1b[2J\n\u202etop", "product": "x" * 1_500})
    said = " ".join(verify(receipt(MemoryLog([tricky]), 0).encode(), POLICY).proved)
    assert "\x1b" not in said
    assert "\n" not in said
    assert "\u202e" not in said
    assert len(said) < 1_000


def test_a_receipt_without_its_record_proves_nothing() -> None:
    proof = ProofFile.parse(RECEIPT)
    assert "ne contient pas l'enregistrement" in refusal_of(ProofFile(7, proof.hashes, proof.checkpoint).text())


def test_another_key_another_log_and_a_namesake_are_refused() -> None:
    for signer in (Signer.from_seed(SIGNER.name, b"n" * 32), Signer.from_seed("autre.test", b"a" * 32)):
        forged = exchanges(40)
        forged.signer = signer
        assert "journal connu" in refusal_of(receipt(forged, 7))
        assert verify(receipt(forged, 7).encode(), WitnessPolicy.of_log(signer.verifier)).proved


def test_a_head_signed_with_ml_dsa_alone_is_verified_with_that_key() -> None:
    key = CosigningKey(SIGNER.name, ML_DSA_44, b"q" * 32)
    note = HEAD + key.cosign(HEAD.split("\n\n")[0] + "\n", 0)
    findings = verify(receipt(LOG, 7, note).encode(), WitnessPolicy.of_log(key.cosigner), answer=ANSWER)
    assert findings.facts["key"] == key.cosigner.text()
    assert "journal connu" in refusal_of(RECEIPT, WitnessPolicy.of_log(key.cosigner))


@pytest.mark.parametrize("old", [0, 1, 8, 31, 32, 39, 40])
def test_growth_is_proved_against_a_checkpoint_kept(old: int) -> None:
    findings = verify(growth(LOG, old).encode(), POLICY, kept=LOG.head(old).encode())
    assert f"par les {old}" in findings.proved[0]
    assert (findings.facts["old_size"], findings.facts["size"]) == (old, 40)


def test_growth_of_another_history_is_refused() -> None:
    fork = exchanges(20)
    for number in range(20):
        fork.append(entry(100 + number))
    assert "ne prolonge pas" in refusal_of(growth(fork, 32), kept=LOG.head(32).encode())
    assert verify(growth(fork, 20).encode(), POLICY, kept=LOG.head(20).encode()).proved
    assert "part de la taille" in refusal_of(growth(LOG, 31), kept=LOG.head(32).encode())
    assert "--ancien" in refusal_of(growth(LOG, 31))
    assert "ancien point de contrôle" in refusal_of(growth(LOG, 31), kept=b"rien")


def test_two_heads_of_one_size_are_one_history_or_a_fraud() -> None:
    fork = exchanges(39)
    fork.append(entry(100))
    for content in (RECEIPT, HEAD):
        assert "même histoire" in " ".join(verify(content.encode(), POLICY, kept=HEAD.encode()).proved)
        assert "deux histoires" in refusal_of(content, kept=fork.head().encode())
        aside = verify(content.encode(), POLICY, kept=LOG.head(32).encode())
        assert "preuve de cohérence" in " ".join(aside.not_proved)


def test_a_false_time_stamp_is_refused() -> None:
    authority, text = Authority(), HEAD.split("\n\n")[0] + "\n"
    good = authority.stamp(sha256(text.encode()).digest())
    other = authority.stamp(sha256(b"autre chose").digest())
    stranger = Authority("Autre autorité").certificates
    for reply, certificates in (
        (other, authority.certificates),
        (good, stranger),
        (good, b"rien"),
        (refusal(), authority.certificates),
        (b"", authority.certificates),
        (good[:-1], authority.certificates),
        (bytes(200_000), authority.certificates),
    ):
        assert "horodatage" in refusal_of(HEAD, stamped=Stamped(reply, certificates))


@given(st.integers(0, 5_000), st.integers(1, 255))
def test_a_time_stamp_with_one_byte_changed_tells_no_other_time(place: int, mask: int) -> None:
    authority, text = Authority(at=HOUR), HEAD.split("\n\n")[0] + "\n"
    reply = bytearray(authority.stamp(sha256(text.encode()).digest()))
    reply[place % len(reply)] ^= mask
    try:
        findings = verify(HEAD.encode(), POLICY, stamped=Stamped(bytes(reply), authority.certificates))
    except Refused:
        return
    assert findings.facts["stamped_at"] == HOUR.isoformat(timespec="seconds")


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_with_a_sentence(content: bytes) -> None:
    assert refusal_of(content)


@given(st.text(max_size=200), st.sampled_from(["c2sp.org/tlog-proof@v1\n", "old 3\n", "dlnuf\n3\n", "a\n\n— b "]))
def test_any_text_that_begins_well_is_refused_with_a_sentence(text: str, beginning: str) -> None:
    assert refusal_of(beginning + text, kept=HEAD.encode())


@given(st.integers(0, 10_000), st.characters(codec="utf-8"))
def test_a_receipt_with_one_character_changed_says_the_same_or_is_refused(place: int, letter: str) -> None:
    place %= len(RECEIPT)
    changed = RECEIPT[:place] + letter + RECEIPT[place + 1 :]
    try:
        findings = verify(changed.encode(), POLICY, answer=ANSWER)
    except Refused:
        return
    assert changed == RECEIPT
    assert findings.facts["index"] == 7


@given(st.data())
def test_a_receipt_with_bytes_cut_repeated_or_moved_is_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(RECEIPT) - 1))
    stop = data.draw(st.integers(start + 1, len(RECEIPT)))
    at = data.draw(st.integers(0, len(RECEIPT)))
    piece = RECEIPT[start:stop]
    for changed in (RECEIPT[:start] + RECEIPT[stop:], RECEIPT[:at] + piece + RECEIPT[at:]):
        if changed != RECEIPT:
            try:
                verify(changed.encode(), POLICY, answer=ANSWER)
            except Refused:
                continue
            # A signature line said twice is the one change that changes nothing.
            assert set(changed.split("\n")) == set(RECEIPT.split("\n"))


def dlnuf(*arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """The command, in a process of its own."""
    command = [sys.executable, "-c", "from gateway.cli.main import entry; entry()", "verify", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A receipt and what goes with it, as files."""
    note = seen(HEAD, 1, 2)
    authority = Authority(at=HOUR)
    for name, content in {
        "recu.tlog-proof": receipt(LOG, 7, note).encode(),
        "coherence.txt": growth(LOG, 32).encode(),
        "point.txt": HEAD.encode(),
        "ancien.txt": LOG.head(32).encode(),
        "reponse.json": ANSWER,
        "journal.pub": SIGNER.verifier.text().encode() + b"\n",
        "temoins.policy": QUORUM_TEXT.encode(),
        "40.tsr": authority.stamp(sha256(HEAD.split("\n\n")[0].encode() + b"\n").digest()),
        "autorite.pem": authority.certificates,
    }.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_the_command_says_what_is_proved_and_what_is_not(files: Path) -> None:
    found = dlnuf(
        files / "recu.tlog-proof", "--reponse", files / "reponse.json", "--politique", files / "temoins.policy",
        "--horodatage", files / "40.tsr", "--certificats", files / "autorite.pem",
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, b"")
    said = found.stdout.decode()
    assert said.startswith("VÉRIFIÉ.")
    assert "Ce qui ne l'est pas :" in said
    pinned = dlnuf(files / "coherence.txt", "--ancien", files / "ancien.txt", "--cle", SIGNER.verifier.text(), "--json")
    assert json.loads(pinned.stdout)["verified"] is True
    piped = dlnuf("-", "--cle", files / "journal.pub", stdin=HEAD.encode())
    assert piped.returncode == 0


def test_the_command_refuses_with_status_1_and_no_traceback(files: Path) -> None:
    for name, extra in (("autorite.pem", []), ("40.tsr", []), ("coherence.txt", []), ("reponse.json", [])):
        found = dlnuf(files / name, "--cle", files / "journal.pub", *extra)
        assert (found.returncode, found.stderr) == (1, b""), name
        assert found.stdout.decode().startswith("REFUSÉ : ")
        as_json = dlnuf(files / name, "--cle", files / "journal.pub", "--json")
        assert json.loads(as_json.stdout)["verified"] is False


def test_the_command_tells_a_wrong_use_from_a_refusal(files: Path) -> None:
    good = files / "recu.tlog-proof"
    for arguments in (
        [good],
        [good, "--cle", "rien"],
        [good, "--cle", files / "absent"],
        [good, "--cle", files / "40.tsr"],
        [files / "absent", "--cle", files / "journal.pub"],
        [good, "--politique", files / "reponse.json"],
        [good, "--cle", files / "journal.pub", "--horodatage", files / "40.tsr"],
    ):
        found = dlnuf(*arguments)
        assert (found.returncode, found.stdout) == (2, b""), arguments
        assert b"Traceback" not in found.stderr


def test_the_verifier_loads_nothing_of_the_gateway_but_public_formats() -> None:
    """What it may import is what an auditor must read: formats, and no store, no server, no client."""
    code = "import sys, gateway.verify; print('\\n'.join(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    ours = {name for name in loaded if name.split(".")[0] in ("gateway", "connectors")}
    formats = ("addition", "cosignature", "day", "day_proof", "merkle", "note", "proof", "quorum", "timestamp")
    assert ours == {"gateway", "gateway.audit", "gateway.verify", *(f"gateway.audit.{name}" for name in formats)}
    assert not {"sqlite3", "orjson", "fastapi", "aiohttp", "httpx", "uvicorn", "rfc3161_client"} & set(loaded)


def test_a_receipt_s_leaf_is_the_hash_of_its_record() -> None:
    """The format, said once more without our code: base64 of the record after `extra`, its leaf in the tree."""
    line = RECEIPT.split("\n")[1].removeprefix("extra ")
    assert leaf_hash(base64.b64decode(line)) == LOG.levels[0][7] == sha256(b"\x00" + LOG.records[7]).digest()
    assert Checkpoint.parse(HEAD.split("\n\n")[0] + "\n").size == 40
