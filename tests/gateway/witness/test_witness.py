# SPDX-License-Identifier: EUPL-1.2
"""The witness decides: it signs what continues, remembers before it signs, and keeps what contradicts."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.addition import MAX_HASHES, Addition
from gateway.audit.cosignature import ED25519, CosigningKey
from gateway.audit.note import Checkpoint, Signer
from gateway.witness.memory import MAX_CONFLICTS, Memory, MemoryLost
from gateway.witness.witness import Reply, Witness
from tests.gateway.audit.audit_world import SIGNER
from tests.gateway.audit.memory_log import MemoryLog

KEY = CosigningKey("temoin.test/w1", ED25519, b"w" * 32)
NOW = 1_795_000_000


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    found = Memory(tmp_path / "witness.db", create=True)
    yield found
    found.close()


@pytest.fixture
def witness(memory: Memory) -> Witness:
    return Witness(KEY, {SIGNER.name: SIGNER.verifier}, memory, lambda: NOW)


def grown(count: int, fork_at: int | None = None) -> MemoryLog:
    """A log of so many records; from `fork_at` on they are others than those of its namesake."""
    log = MemoryLog()
    for number in range(count):
        word = b"autre" if fork_at is not None and number >= fork_at else b"enregistrement"
        log.append(word + b" %d" % number)
    return log


def present(witness: Witness, log: MemoryLog, old: int, new: int | None = None) -> Reply:
    """Present a head of the log, with a true proof."""
    tiles = log.tiles(new)
    return witness.add_checkpoint(Addition(old, tuple(tiles.consistency(old)), log.head(new)).text().encode())


def test_heads_that_continue_each_other_are_signed_with_the_time(witness: Witness) -> None:
    log = grown(700)
    old = 0
    for size in (0, 1, 2, 255, 256, 257, 600, 600, 700):
        reply = present(witness, log, old, size)
        assert reply.status == 200, reply
        assert KEY.cosigner.seen_at(log.head(size) + reply.text) == NOW
        old = size
    assert witness.memory.seen(SIGNER.name).size == 700
    assert "700" in witness.about()


def test_a_log_that_does_not_know_where_the_witness_stands_is_told(witness: Witness) -> None:
    log = grown(10)
    assert present(witness, log, 0, 6).status == 200
    for old in (0, 5, 7):
        reply = present(witness, log, old, 10)
        assert (reply.status, reply.text, reply.media_type) == (409, "6\n", "text/x.tlog.size")
    assert witness.memory.conflicts() == []


def test_a_smaller_head_is_never_signed(witness: Witness) -> None:
    log = grown(10)
    present(witness, log, 0, 8)
    reply = present(witness, log, 0, 5)
    assert (reply.status, reply.text) == (409, "8\n")
    assert present(witness, log, 8, 10).status == 200


def test_another_head_of_the_same_size_is_refused_and_kept_as_evidence(witness: Witness) -> None:
    log, other = grown(8), grown(8, fork_at=3)
    present(witness, log, 0)
    for old in (8, 0):
        reply = present(witness, other, old)
        assert (reply.status, reply.text) == (409, "8\n")
    (conflict,) = witness.memory.conflicts()
    assert (conflict.proved, conflict.note, conflict.known, conflict.at) == (True, other.head(), log.head(), NOW)


def test_a_larger_head_that_does_not_continue_is_refused_and_kept_to_be_explained(witness: Witness) -> None:
    log, other = grown(8), grown(12, fork_at=3)
    present(witness, log, 0)
    assert present(witness, other, 8).status == 422
    (conflict,) = witness.memory.conflicts()
    assert (conflict.proved, conflict.note, conflict.known) == (False, other.head(), log.head())
    assert witness.memory.seen(SIGNER.name).size == 8


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_false_proof_is_refused(witness: Witness, kept: int) -> None:
    log = grown(12)
    present(witness, log, 0, 7)
    proof = log.tiles().consistency(7)
    wrong = (proof[1:], [*proof, bytes(32)], [bytes(32), *proof[1:]])[kept]
    assert witness.add_checkpoint(Addition(7, tuple(wrong), log.head()).text().encode()).status == 422
    assert not any(conflict.proved for conflict in witness.memory.conflicts())  # anybody can send a false proof


def test_a_first_head_needs_no_proof_and_takes_none(witness: Witness) -> None:
    log = grown(3)
    assert witness.add_checkpoint(Addition(0, (bytes(32),), log.head()).text().encode()).status == 422
    empty = SIGNER.sign(Checkpoint(SIGNER.name, 0, bytes(32)).text())
    assert witness.add_checkpoint(Addition(0, (), empty).text().encode()).status == 409
    assert present(witness, log, 0).status == 200


def test_a_log_that_is_not_followed_and_a_key_that_is_not_the_log_s_are_refused(witness: Witness) -> None:
    text = Checkpoint(SIGNER.name, 0, grown(0).tiles().root()).text()
    namesake = Signer.from_seed(SIGNER.name, b"n" * 32)
    assert witness.add_checkpoint(Addition(0, (), namesake.sign(text)).text().encode()).status == 403
    stranger = Signer.from_seed("autre.test", bytes(32))
    unknown = stranger.sign(text.replace(SIGNER.name, "autre.test"))
    assert witness.add_checkpoint(Addition(0, (), unknown).text().encode()).status == 404
    swapped = SIGNER.sign(text).replace("\n0\n", "\n1\n")
    assert witness.add_checkpoint(Addition(0, (), swapped).text().encode()).status == 403


def test_other_signatures_on_the_note_are_ignored(witness: Witness) -> None:
    log = grown(4)
    note = log.head() + CosigningKey("autre", ED25519, bytes(32)).cosign("rien\n", 1)
    assert witness.add_checkpoint(Addition(0, (), note).text().encode()).status == 200


HEAD = grown(1).head()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 0", b"old 0\n\n", b"old 00\n\n" + HEAD.encode(), b"old -1\n\n" + HEAD.encode(),
        b"old x\n\n" + HEAD.encode(), b"new 0\n\n" + HEAD.encode(), b"old 0\n" + HEAD.encode(),
        b"old 0\nAAAA\n\n" + HEAD.encode(), b"old 0\n!\n\n" + HEAD.encode(), b"old 0\r\n\r\n" + HEAD.encode(),
        b"old 2\n\n" + HEAD.encode(), b"old 0\n\n" + b"\xff" * 40, b"old 0\n\n" + HEAD.encode()[:-3],
        b"old 0\n" + b"KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * (MAX_HASHES + 1) + b"\n" + HEAD.encode(),
        b"old 0\n\n" + b"x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status == 400


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"old 0\n\n{text}".encode()))
def test_any_bytes_are_refused_and_nothing_is_signed(witness: Witness, body: bytes) -> None:
    reply = witness.add_checkpoint(body)
    assert reply.status in (400, 403, 404)
    assert "—" not in reply.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(moves=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from([None, 5, 20]))))
def test_whatever_is_presented_signed_heads_only_grow_and_agree(
    tmp_path: Path, moves: list[tuple[int, int, int | None]]
) -> None:
    """Three logs of one name and key, forked at 5 and at 20, presented in any order with true proofs."""
    path = tmp_path / "witness.db"
    path.unlink(missing_ok=True)
    memory = Memory(path, create=True)
    try:
        witness = Witness(KEY, {SIGNER.name: SIGNER.verifier}, memory, lambda: NOW)
        logs = {fork: grown(40, fork) for fork in (None, 5, 20)}
        signed: list[tuple[int, bytes]] = [(0, logs[None].tiles(0).root())]
        for old, new, fork in moves:
            known = memory.seen(SIGNER.name).size
            if old % 2:
                old = known
            if old > new:
                continue
            if present(witness, logs[fork], old, new).status == 200:
                signed.append((new, logs[fork].tiles(new).root()))
        assert [size for size, _ in signed] == sorted(size for size, _ in signed)
        last = signed[-1]
        assert any(all(log.tiles(size).root() == root for size, root in signed) for log in logs.values() if last), (
            signed
        )
    finally:
        memory.close()


def test_of_two_that_come_at_once_one_is_signed(witness: Witness) -> None:
    """The race of the specification: the shorter head must not be written over the longer one."""
    log = grown(64)
    present(witness, log, 0, 1)
    replies: dict[int, Reply] = {}

    def ask(size: int) -> None:
        replies[size] = present(witness, log, 1, size)

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(2, 34)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(reply.status for reply in replies.values())
    assert statuses == [200] + [409] * 31
    (winner,) = [size for size, reply in replies.items() if reply.status == 200]
    assert witness.memory.seen(SIGNER.name).size == winner


def test_evidence_has_a_limit(witness: Witness) -> None:
    present(witness, grown(2), 0)
    for number in range(MAX_CONFLICTS + 5):
        note = SIGNER.sign(Checkpoint(SIGNER.name, 2, number.to_bytes(32, "big")).text())
        assert witness.add_checkpoint(Addition(2, (), note).text().encode()).status == 409
    assert len(witness.memory.conflicts()) == MAX_CONFLICTS
    log = grown(60 + MAX_CONFLICTS)
    for size in range(3, 20):
        assert witness.add_checkpoint(Addition(2, (bytes(32),), log.head(size)).text().encode()).status == 422
    assert [conflict.proved for conflict in witness.memory.conflicts()] == [True] * MAX_CONFLICTS + [False] * 17


def test_a_memory_that_is_not_there_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(MemoryLost, match="n'existe pas"):
        Memory(tmp_path / "witness.db")
    assert not (tmp_path / "witness.db").exists()


@pytest.mark.parametrize("content", [b"n'importe quoi", b"SQLite format 3\x00" + b"\xff" * 200])
def test_a_memory_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "witness.db").write_bytes(content)
    with pytest.raises(MemoryLost):
        Memory(tmp_path / "witness.db")


def test_a_memory_of_another_version_is_refused(tmp_path: Path) -> None:
    Memory(tmp_path / "witness.db", create=True).close()
    with closing(sqlite3.connect(tmp_path / "witness.db")) as connection:
        connection.execute("PRAGMA user_version=2")
    with pytest.raises(MemoryLost, match="version"):
        Memory(tmp_path / "witness.db")


def test_without_its_memory_nothing_is_signed(witness: Witness, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "witness.db")) as connection:
        connection.execute("DROP TABLE seen")
    with pytest.raises(MemoryLost):
        present(witness, grown(1), 0)
