# SPDX-License-Identifier: EUPL-1.2
"""The gateway's side of witnesses and time stamps: nothing unchecked is believed, nothing slow is waited for twice."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.audit.addition import Addition
from gateway.audit.authority import Authority
from gateway.audit.cosignature import ED25519, CosigningKey
from gateway.audit.countersign import FIRST_REST_S, LONGEST_REST_S, Asked, Diverged, Failed
from gateway.audit.fetching import Reply, post
from gateway.audit.ledger import Published
from gateway.audit.reader import LogReader, LogUnreadable
from gateway.audit.stamps import Stamps, StoredStamp
from gateway.audit.timestamp import BadTimestamp, check, request_for
from gateway.audit.witnesses import Witness
from gateway.witness.memory import Memory
from gateway.witness.witness import Witness as WitnessProgram
from tests.gateway.audit.audit_world import SIGNER, entry
from tests.gateway.audit.authority import Authority as Stamper
from tests.gateway.audit.authority import refusal, serving
from tests.gateway.audit.evidence_world import exchanges
from tests.gateway.audit.memory_log import MemoryLog
from tests.gateway.witness.running_witness import witness as running_witness

KEY = CosigningKey("temoin.test/w1", ED25519, b"w" * 32)
NOW = 1_795_341_600


class Desk:
    """A witness without a network: its program, and what was posted to it. `answer` replaces its reply."""

    def __init__(self, path: Path, key: CosigningKey = KEY) -> None:
        self.memory = Memory(path, create=True)
        self.program = WitnessProgram(key, {SIGNER.name: SIGNER.verifier}, self.memory, lambda: NOW)
        self.posted: list[Addition] = []
        self.answer: Callable[[Reply], Reply] = lambda reply: reply

    def __call__(self, url: str, content: bytes, media_type: str, most: int) -> Reply:
        assert url == "http://temoin.test/add-checkpoint"
        self.posted.append(Addition.parse(content))
        reply = self.program.add_checkpoint(content)
        return self.answer(Reply(reply.status, reply.media_type, reply.text.encode()))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "witness.db")


@pytest.fixture
def witness(desk: Desk) -> Witness:
    return Witness("greffe", "http://temoin.test/", KEY.cosigner, desk)


def countersigned(witness: Witness, log: MemoryLog, size: int | None = None) -> list[str]:
    """The lines of the witness under a head of the log."""
    return list(witness.countersign(log.publish(size), log))


def test_each_published_head_is_shown_with_the_proof_from_the_last(witness: Witness, desk: Desk) -> None:
    log = exchanges(300)
    for size in (0, 2, 40, 300):
        (line,) = countersigned(witness, log, size)
        assert KEY.cosigner.seen_at(log.published + line) == NOW
    assert [one.old for one in desk.posted] == [0, 0, 2, 40]
    assert witness.state() == {"kind": "witness", "size": 300, "at": NOW}


def test_after_a_restart_the_proof_starts_where_the_witness_stands(witness: Witness, desk: Desk) -> None:
    log = exchanges(60)
    countersigned(witness, log, 20)
    restarted = Witness("greffe", "http://temoin.test", KEY.cosigner, desk)
    assert countersigned(restarted, log, 60)
    assert [one.old for one in desk.posted] == [0, 0, 20]


def test_a_head_that_another_gateway_has_passed_is_left_at_that(witness: Witness, desk: Desk) -> None:
    log = exchanges(60)
    countersigned(Witness("greffe", "http://temoin.test", KEY.cosigner, desk), log, 50)
    assert countersigned(witness, log, 40) == []
    assert countersigned(witness, log, 60)


def test_a_witness_that_knows_more_than_the_log_ends_it(witness: Witness, desk: Desk) -> None:
    countersigned(witness, exchanges(60))
    restored = exchanges(40)
    with pytest.raises(Diverged, match="a vu 60 enregistrements et le journal n'en compte que 40"):
        countersigned(Witness("greffe", "http://temoin.test", KEY.cosigner, desk), restored)


def test_a_witness_that_knows_other_records_ends_it(witness: Witness, desk: Desk) -> None:
    countersigned(witness, exchanges(40))
    fork = exchanges(30)
    for number in range(30):
        fork.append(entry(900 + number))
    with pytest.raises(Diverged, match="réécrit"):
        countersigned(Witness("greffe", "http://temoin.test", KEY.cosigner, desk), fork, 60)
    with pytest.raises(Diverged, match="autre histoire"):
        countersigned(Witness("greffe", "http://temoin.test", KEY.cosigner, desk), fork, 40)


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, "text/plain", b""),
        Reply(200, "text/plain", b"\xff\xfe"),
        Reply(200, "text/plain", b"n'importe quoi\n"),
        Reply(200, "text/plain", CosigningKey("autre", ED25519, bytes(32)).cosign("x\n", 1).encode()),
        Reply(200, "text/plain", KEY.cosign("une autre tête\n", NOW).encode()),
        Reply(409, "text/x.tlog.size", b"douze\n"),
        Reply(409, "text/x.tlog.size", b""),
        Reply(404, "text/plain", b""),
        Reply(403, "text/plain", b""),
        Reply(500, "text/plain", b""),
        Reply(302, "text/plain", b""),
    ],
)
def test_an_answer_that_is_not_a_cosignature_is_a_failure_and_no_more(
    witness: Witness, desk: Desk, answer: Reply
) -> None:
    desk.answer = lambda _: answer
    with pytest.raises(Failed):
        countersigned(witness, exchanges(10))
    desk.answer = lambda reply: reply
    assert witness.state()["size"] == 0


def test_what_others_sign_in_the_answer_is_left_out(witness: Witness, desk: Desk) -> None:
    stranger = CosigningKey("autre", ED25519, bytes(32)).cosign("x\n", 1)
    desk.answer = lambda reply: reply._replace(content=stranger.encode() + reply.content)
    (line,) = countersigned(witness, exchanges(10))
    assert line.startswith("— temoin.test/w1 ")


def test_a_witness_whose_size_dances_is_given_up(witness: Witness, desk: Desk) -> None:
    sizes = iter(range(1, 100))
    desk.answer = lambda _: Reply(409, "text/x.tlog.size", b"%d\n" % next(sizes))
    with pytest.raises(Failed, match="sans cesse"):
        countersigned(witness, exchanges(50))
    assert len(desk.posted) <= 5


def test_no_head_is_shown_whose_proof_does_not_hold(witness: Witness, desk: Desk) -> None:
    """A store that lost its inner nodes, or leads to another root than it published."""
    log = exchanges(40)
    other = exchanges(40)
    other.levels[0][3] = bytes(32)
    countersigned(witness, log, 20)
    with pytest.raises(Failed, match="preuve"):
        witness.countersign(log.head(), other)
    assert len(desk.posted) == 1


def published(log: MemoryLog, size: int | None = None) -> Published:
    """A head as the publisher hands it to countersigners."""
    note = log.publish(size)
    return Published(log.tiles(size).size, note, NOW, True)


class Scripted:
    """An outsider that does what its script says, one word a call."""

    name = "scénario"

    def __init__(self, *script: Exception | str) -> None:
        self.script = list(script)
        self.gate = threading.Event()
        self.gate.set()

    def countersign(self, note: str, reader: LogReader) -> list[str]:
        self.gate.wait(10)
        found = self.script.pop(0)
        if isinstance(found, Exception):
            raise found
        return [found]

    def state(self) -> dict[str, object]:
        return {"kind": "script"}


async def test_one_that_fails_is_left_alone_longer_each_time_and_asked_again() -> None:
    log, clock, told = exchanges(4), [1_000.0], list[str]()
    one = Scripted(*[Failed("panne")] * 9, "ligne\n", "ligne\n")
    asked = Asked(one, log, told.append, lambda: clock[0])
    rest = FIRST_REST_S
    for left in range(8, -1, -1):
        with pytest.raises(Failed, match="panne"):
            await asked.countersign(published(log))
        assert len(one.script) == left + 2
        clock[0] += rest - 0.1
        with pytest.raises(Failed, match="panne"):
            await asked.countersign(published(log))
        assert len(one.script) == left + 2, "it was asked while it should rest"
        clock[0] += 0.2
        rest = min(rest * 2, LONGEST_REST_S)
    assert asked.state()["trouble"] == "panne"
    assert await asked.countersign(published(log)) == ["ligne"]
    assert await asked.countersign(published(log)) == ["ligne"]
    assert asked.state() == {"name": "scénario", "kind": "script", "trouble": None}
    assert told == []


async def test_another_history_is_told_at_once() -> None:
    log, told = exchanges(4), list[str]()
    asked = Asked(Scripted(Diverged("une autre histoire")), log, told.append, lambda: 0.0)
    with pytest.raises(Failed, match="autre histoire"):
        await asked.countersign(published(log))
    assert told == ["une autre histoire"]


async def test_an_unforeseen_error_is_said_and_stays_with_its_countersigner() -> None:
    log, told = exchanges(4), list[str]()
    asked = Asked(Scripted(ZeroDivisionError("x")), log, told.append, lambda: 0.0)
    with pytest.raises(Failed, match="imprévue"):
        await asked.countersign(published(log))
    assert told == []


def test_a_post_is_bounded_and_its_failures_are_said() -> None:
    with serving(Stamper()) as url, pytest.raises(Failed, match="trop longue"):
        post(url, request_for("texte")[0], "application/timestamp-query", 100)
    with pytest.raises(Failed, match="injoignable"):
        post(url, b"", "text/plain", 100)
    with pytest.raises(Failed, match="injoignable"):
        post("mailto:personne", b"", "text/plain", 100)


def test_a_real_witness_countersigns_and_stops_a_restored_log(tmp_path: Path) -> None:
    log = exchanges(90)
    with running_witness(tmp_path, SIGNER.verifier.text()) as running:
        one = Witness("greffe", running.url, running.cosigner)
        for size in (10, 90):
            (line,) = countersigned(one, log, size)
            assert running.cosigner.seen_at(log.published + line)
        with pytest.raises(Diverged, match="copie plus ancienne"):
            countersigned(Witness("greffe", running.url, running.cosigner), exchanges(50))
        running.kill()
        with pytest.raises(Failed, match="injoignable"):
            countersigned(one, log, 90)


class Told:
    """Who is told of stamps."""

    def __init__(self) -> None:
        self.facts: list[tuple[int, bytes, str]] = []
        self.error: Failed | None = None

    def __call__(self, size: int, root: bytes, digest: str) -> None:
        if self.error:
            raise self.error
        self.facts.append((size, root, digest))


@pytest.fixture
def stamps(tmp_path: Path) -> Stamps:
    return Stamps(tmp_path / "stamps.db")


def test_a_head_is_stamped_kept_and_told_at_most_once_an_hour(stamps: Stamps) -> None:
    log, told, clock = exchanges(60), Told(), [float(NOW)]
    stamper = Stamper()

    def send(url: str, content: bytes, media_type: str, most: int) -> Reply:
        stamper.at = datetime.fromtimestamp(clock[0], UTC)
        return Reply(200, "application/timestamp-reply", stamper.reply(content))

    authority = Authority("http://tsa.test", stamper.certificates, stamps, told, lambda: clock[0], send=send)
    assert authority.countersign(log.publish(0), log) == ()
    assert stamps.sizes() == []
    for size, after, known in ((10, 0, [10]), (20, 1_800, [10]), (30, 3_601, [30, 10]), (30, 9_000, [30, 10])):
        clock[0] = NOW + after
        assert authority.countersign(log.publish(size), log) == ()
        assert stamps.sizes() == known
    stored = stamps.find(30)
    assert stored is not None
    assert (stored.note, stored.at) == (log.head(30), NOW + 3_601)
    assert check(stored.reply, log.head(30).split("\n\n")[0] + "\n", stamper.certificates)
    assert told.facts[-1] == (30, log.tiles(30).root(), sha256(stored.reply).hexdigest())
    assert authority.state() == {"kind": "timestamp", "size": 30, "at": NOW + 3_601}


@pytest.mark.parametrize("case", ["another text", "no nonce", "refusal", "stranger", "garbage", "not a stamp", "404"])
def test_a_stamp_that_does_not_verify_is_not_kept(stamps: Stamps, case: str) -> None:
    log, told, stamper = exchanges(10), Told(), Stamper()
    certificates = Stamper("Une autre autorité").certificates if case == "stranger" else stamper.certificates

    def send(url: str, content: bytes, media_type: str, most: int) -> Reply:
        text = (log.head(9 if case == "another text" else None).split("\n\n")[0] + "\n").encode()
        reply = {
            "refusal": refusal(),
            "garbage": b"\x30\x03\x02\x01",
            "stranger": stamper.reply(content),
        }.get(case, stamper.stamp(sha256(text).digest()))
        kind = "text/html" if case == "not a stamp" else "application/timestamp-reply"
        return Reply(404 if case == "404" else 200, kind, reply)

    authority = Authority("http://tsa.test", certificates, stamps, told, lambda: NOW, send=send)
    with pytest.raises(Failed):
        authority.countersign(log.publish(), log)
    assert (stamps.sizes(), told.facts) == ([], [])


def test_an_authority_over_http_stamps(stamps: Stamps) -> None:
    log, told, stamper = exchanges(10), Told(), Stamper()
    with serving(stamper) as url:
        Authority(url, stamper.certificates, stamps, told, lambda: NOW).countersign(log.publish(), log)
    assert [size for size, _, _ in told.facts] == [10] == stamps.sizes()


def test_a_file_of_stamps_that_is_damaged_is_said(tmp_path: Path) -> None:
    (tmp_path / "stamps.db").write_bytes(b"n'importe quoi" * 100)
    damaged = Stamps(tmp_path / "stamps.db")
    with pytest.raises(LogUnreadable):
        damaged.keep(StoredStamp(1, "", b"", 0))
    authority = Authority("http://tsa.test", b"", damaged, Told(), lambda: NOW)
    assert authority.state()["size"] is None
    with pytest.raises(Failed, match="gardé"):
        authority.countersign(exchanges(2).publish(), exchanges(2))


@pytest.mark.parametrize(
    "certificates", [b"", b"rien", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_certificates_that_do_not_read_are_refused(certificates: bytes) -> None:
    with pytest.raises(BadTimestamp):
        check(Stamper().stamp(bytes(32)), "texte", certificates)
