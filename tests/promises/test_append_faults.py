# SPDX-License-Identifier: EUPL-1.2
"""Record if and only if answer, whatever dies: the writer, its disk, the database, its server, the network between.

Two real processes write one log while something real is broken at a moment drawn from a seed, which is printed. Then
the log must verify, hold every record that was answered at the number that was answered, and hold no record twice. What
it holds besides was refused, or its writer was gone before it could say.
"""

import hashlib
import os
import random
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psycopg
import pytest

from gateway.audit.log import AuditLog
from gateway.audit.stores.address import Place
from tests.gateway.audit.audit_world import SIGNER, entry, stored, verified
from tests.postgres import Server, new_server
from tests.promises.proxies import Proxy

ROOT = Path(__file__).resolve().parents[2]
SOAK_RUNS = 40
PATIENCE_S = 120
SPAN = 10_000_000
"""Each writer's numbers are its own."""


@dataclass(slots=True)
class Writer:
    """A process that writes, and what it has said so far."""

    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)
    _reader: threading.Thread | None = None

    @classmethod
    def start(cls, place: Place, first: int, fault: str = "none") -> "Writer":
        """Start one whose first record has this number."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.promises.log_writer", str(place), str(first), fault],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        writer = cls(process)
        writer._reader = threading.Thread(target=writer._read, daemon=True)
        writer._reader.start()
        return writer

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    def answered(self) -> dict[int, int]:
        """Record number in the log → number of the writer, for each answer that was said whole."""
        words = [line.split() for line in list(self.lines) if line.endswith("\n")]
        return {int(word[1]): int(word[2]) for word in words if word[0] == "yes"}

    def wait_for(self, answers: int) -> None:
        """Wait until it got so many answers."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.answered()) < answers:
            assert time.monotonic() < deadline, ("too few answers", self.lines[-3:])
            assert self.process.poll() is None, "the writer is gone"
            time.sleep(0.005)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, and read what it still said."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=PATIENCE_S)
        assert self._reader is not None
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def assert_settled(place: Place, writers: list[Writer]) -> int:
    """Hold the log against all that the writers were told; how many answers there were."""
    report = verified(place)
    assert report.problem is None, report.problem
    records = [bytes(content) for content in stored(place) if content is not None]
    assert len(records) == report.size
    answers = {}
    for writer in writers:
        mine = writer.answered()
        assert not answers.keys() & mine.keys(), "one number was answered to two"
        answers |= mine
    wrong = [(seq, number) for seq, number in answers.items() if seq >= len(records) or records[seq] != entry(number)]
    assert not wrong, f"answered, and not in the log: {wrong[:3]}"
    twice = [one for one, count in Counter(orjson.loads(content)["id"] for content in records).items() if count > 1]
    assert not twice, f"in the log twice: {twice[:3]}"
    unanswered = len(records) - len(answers)
    refused = sum(line.startswith("no ") for writer in writers for line in writer.lines)
    in_flight = 16 * len(writers)
    assert unanswered <= refused + in_flight, "records that nobody asked for"
    return len(answers)


@dataclass(slots=True)
class Scene:
    """Where a fault is played: the log, who writes it, and chance."""

    place: Place
    folder: Path
    chance: random.Random
    writers: list[Writer] = field(default_factory=list)
    server: Server | None = None
    proxy: Proxy | None = None
    stack: ExitStack = field(default_factory=ExitStack)

    def writer(self, fault: str = "none", place: Place | None = None) -> Writer:
        """One more writer."""
        writer = Writer.start(place or self.place, SPAN * len(self.writers), fault)
        self.writers.append(writer)
        return writer

    def moment(self) -> None:
        """Let them write for a moment."""
        time.sleep(self.chance.random() * 0.3)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement as the operator would."""
        assert self.server is not None
        with closing(psycopg.connect(str(self.place), autocommit=True)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


def killed_writer(scene: Scene) -> None:
    """One of two writers is killed."""
    victim, other = scene.writer(), scene.writer()
    victim.wait_for(5)
    scene.moment()
    victim.end(signal.SIGKILL)
    other.wait_for(len(other.answered()) + 20)


def failed_flush(scene: Scene) -> None:
    """One writer's fsync fails from a moment on; then nothing of it is answered any more."""
    victim = scene.writer("fsync")
    victim.wait_for(5)
    scene.moment()
    victim.process.send_signal(signal.SIGUSR1)
    _after_breaking(scene, victim)


def read_only(scene: Scene) -> None:
    """One writer's disk becomes read-only."""
    victim = scene.writer("read-only")
    victim.wait_for(5)
    scene.moment()
    victim.process.send_signal(signal.SIGUSR1)
    _after_breaking(scene, victim)


def _after_breaking(scene: Scene, victim: Writer) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not any(line.startswith("no ") for line in victim.lines):
        if any(line.startswith(("seccomp", "prctl")) for line in victim.lines):
            pytest.fail("this machine has no way to break a disk")
        assert time.monotonic() < deadline, victim.lines[-3:]
        time.sleep(0.005)
    before = len(victim.answered())
    time.sleep(0.05)
    assert len(victim.answered()) == before, "answered on a broken disk"
    victim.end(signal.SIGKILL)
    scene.writer().wait_for(20)


def full_disk(scene: Scene) -> None:
    """No file of the writer may grow any more, and later it may again."""
    victim = scene.writer()
    victim.wait_for(5)
    scene.moment()
    assert isinstance(scene.place, Path)
    # Little is left: each file that exists may still fill up to the size of the largest.
    most = max(path.stat().st_size for path in scene.place.parent.glob("audit.db*"))
    resource.prlimit(victim.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    deadline = time.monotonic() + PATIENCE_S
    while not any(line.startswith("no ") for line in victim.lines):
        assert time.monotonic() < deadline, victim.lines[-3:]
        time.sleep(0.005)
    resource.prlimit(victim.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    victim.wait_for(len(victim.answered()) + 20)


def terminated_backends(scene: Scene) -> None:
    """An administrator ends the writers' sessions, several times."""
    writers = [scene.writer(), scene.writer()]
    for writer in writers:
        writer.wait_for(5)
    for _ in range(4):
        scene.moment()
        scene.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for writer in writers:
        writer.wait_for(len(writer.answered()) + 10)


def killed_backend(scene: Scene) -> None:
    """A backend is killed: the server stops all the others and recovers."""
    writers = [scene.writer(), scene.writer()]
    for writer in writers:
        writer.wait_for(5)
    scene.moment()
    rows = scene.sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    os.kill(int(str(scene.chance.choice(rows)[0])), signal.SIGKILL)
    for writer in writers:
        writer.wait_for(len(writer.answered()) + 10)


def crashed_server(scene: Scene) -> None:
    """All of the server is killed at once, and started again."""
    assert scene.server is not None
    writers = [scene.writer(), scene.writer()]
    for writer in writers:
        writer.wait_for(5)
    scene.moment()
    scene.server.crash()
    scene.moment()
    scene.server.start()
    for writer in writers:
        writer.wait_for(len(writer.answered()) + 10)


def full_database(scene: Scene) -> None:
    """No file of the server's processes may grow any more, and later they may again."""
    assert scene.server is not None
    victim = scene.writer()
    victim.wait_for(5)
    scene.moment()
    (row,) = scene.sql(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'dlnuf' AND datname = current_database()"
    )
    pid = int(str(row[0]))
    scene.server.limit(pid, "8192")
    deadline = time.monotonic() + PATIENCE_S
    while not any(line.startswith("no ") for line in victim.lines):
        assert time.monotonic() < deadline, victim.lines[-3:]
        time.sleep(0.005)
    scene.server.limit(pid, "unlimited")
    victim.wait_for(len(victim.answered()) + 10)


def read_only_database(scene: Scene) -> None:
    """The database refuses to be written, and later takes it again."""
    victim = scene.writer()
    victim.wait_for(5)
    name = scene.sql("SELECT current_database()")[0][0]
    scene.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    scene.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'dlnuf' AND datname = current_database()"
    )
    deadline = time.monotonic() + PATIENCE_S
    while not any("lecture seule" in line for line in victim.lines):
        assert time.monotonic() < deadline, victim.lines[-3:]
        time.sleep(0.005)
    scene.sql(f"SET transaction_read_only = off; ALTER DATABASE {name} RESET default_transaction_read_only")
    victim.wait_for(len(victim.answered()) + 10)


def cut_network(scene: Scene) -> None:
    """The connection is cut many times, before, within and after requests and answers."""
    assert scene.server is not None
    proxy = scene.stack.enter_context(Proxy.to(scene.server.port))
    address = str(scene.place).replace(f":{scene.server.port}/", f":{proxy.port}/")
    victim, other = scene.writer(place=address), scene.writer()
    victim.wait_for(5)
    for _ in range(12):
        time.sleep(scene.chance.random() * 0.05)
        proxy.cut(scene.chance.choice(("now", "requests", "answers")), scene.chance.randrange(1, 900))
    victim.wait_for(len(victim.answered()) + 10)
    other.wait_for(len(other.answered()) + 10)


Fault = Callable[[Scene], None]
FAULTS: dict[str, list[Fault]] = {
    "sqlite": [killed_writer, failed_flush, read_only, full_disk],
    "postgres": [
        killed_writer, terminated_backends, killed_backend, crashed_server, full_database, read_only_database,
        cut_network,
    ],
}  # fmt: skip
CASES = [(store, fault) for store, faults in FAULTS.items() for fault in faults]


@pytest.fixture(scope="module")
def breakable() -> Iterator[Server]:
    """A server of this module's own, which its tests break."""
    with tempfile.TemporaryDirectory(prefix="dlnuf-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        server = new_server(Path(folder) / "server")
        server.start()
        yield server
        server.stop()


def play(fault: Fault, store: str, folder: Path, request: pytest.FixtureRequest, seed: str) -> int:
    """One run of one fault; how many answers were held against the log."""
    print(f"DLNUF_TEST_SEED={seed} {store} {fault.__name__}")
    folder.mkdir(exist_ok=True)
    chance = random.Random(hashlib.sha256(f"{seed}/{store}/{fault.__name__}".encode()).digest())  # noqa: S311  # chance
    scene = Scene(folder / "audit.db", folder, chance)
    if store == "postgres":
        scene.server = request.getfixturevalue("breakable")
        scene.place = scene.server.database()
    with closing(AuditLog.open(scene.place, SIGNER)) as log:
        log.append_now([entry(SPAN * 99)])
    with scene.stack:
        try:
            fault(scene)
            for writer in scene.writers:
                writer.end()
        finally:
            for writer in scene.writers:
                writer.end(signal.SIGKILL)
    return assert_settled(scene.place, scene.writers)


@pytest.mark.parametrize(("store", "fault"), CASES, ids=[f"{store}-{fault.__name__}" for store, fault in CASES])
def test_what_was_answered_is_in_the_log_once(
    store: str, fault: Fault, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed = os.environ.get("DLNUF_TEST_SEED") or secrets.token_hex(4)
    assert play(fault, store, tmp_path, request, seed) > 20


@pytest.mark.slow
@pytest.mark.parametrize(("store", "fault"), CASES, ids=[f"{store}-{fault.__name__}" for store, fault in CASES])
def test_what_was_answered_is_in_the_log_once_over_many_runs(
    store: str, fault: Fault, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed = os.environ.get("DLNUF_TEST_SEED") or secrets.token_hex(4)
    runs = int(os.environ.get("DLNUF_TEST_RUNS", SOAK_RUNS))
    answers = sum(play(fault, store, tmp_path / str(run), request, f"{seed}-{run}") for run in range(runs))
    print(f"{store} {fault.__name__}: {runs} runs, {answers} answers held against the log")
