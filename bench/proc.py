# SPDX-License-Identifier: EUPL-1.2
"""Processes of the benchmark: started on a core of their own, watched through /proc, ended by their number."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_S = 60.0
IDLE_S = 8.0
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class NotReady(Exception):
    """A process ended or did not answer. The message, in French, holds the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Which cores do what: one for the systems under test, one each for the registry and the load where there are."""

    system: int
    registry: int
    load: int


@dataclass(frozen=True, slots=True)
class Running:
    """A process that answers. `ready_s`: how long it took."""

    name: str
    pid: int
    port: int
    ready_s: float


def cores() -> Cores:
    """The cores this process may use, shared out."""
    mine = sorted(os.sched_getaffinity(0))
    others = mine[1:] or mine
    return Cores(mine[0], others[0], others[-1])


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started in the block, with all their threads, stay on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str], environment: Mapping[str, str], core: int, port: int, folder: Path
) -> Iterator[Running]:
    """Run a program for the time of the block, once it answers HTTP on `port`. Raises NotReady."""
    written = folder / f"{name}.log"
    started = time.perf_counter()
    with written.open("wb") as log, on_core(core):
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    try:
        _await(child, port, written)
        yield Running(name, child.pid, port, time.perf_counter() - started)
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def cpu_s(pid: int) -> float:
    """Seconds of processor, user and system, that a process and its threads have used (proc_pid_stat(5), 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def busy_s(core: int) -> float:
    """Seconds that a core has spent on anybody's work, what the host took for others included (proc_stat(5))."""
    rows = Path("/proc/stat").read_text("ascii").splitlines()
    user, nice, system, _idle, _iowait, _irq, _softirq, steal, *_ = next(
        [int(text) for text in row.split()[1:]] for row in rows if row.startswith(f"cpu{core} ")
    )
    return (user + nice + system + steal) * _TICK_S


def resident_mb(pid: int) -> float:
    """Resident memory at its highest, in MB."""
    return _told_mb(pid, "VmHWM:")


def held_mb(pid: int) -> float:
    """Resident memory now, in MB."""
    return _told_mb(pid, "VmRSS:")


def settle(pid: int, pause_s: float = 0.03) -> None:
    """Wait until a process has nothing left to do: requests cut off by the end of a window are worked off."""
    end = time.monotonic() + IDLE_S
    before = _ran_ns(pid)
    while time.monotonic() < end:
        time.sleep(pause_s)
        now = _ran_ns(pid)
        # A process that another one keeps from running is not idle: it is waiting for its turn.
        if now - before < pause_s * 1e9 * 0.05 and not _wants_to_run(pid):
            return
        before = now


def _told_mb(pid: int, row: str) -> float:
    rows = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(one.split()[1]) * 1024 / 1e6 for one in rows if one.startswith(row))


def _ran_ns(pid: int) -> int:
    """Nanoseconds that the threads have run: finer than the ticks of `cpu_s`."""
    return sum(int(path.read_text("ascii").split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def _wants_to_run(pid: int) -> bool:
    stats = (path.read_text("ascii") for path in Path(f"/proc/{pid}/task").glob("*/stat"))
    return any(text.rpartition(")")[2].split()[0] == "R" for text in stats)


def _await(child: "subprocess.Popen[bytes]", port: int, written: Path) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if child.poll() is not None:
            break
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=2.0, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.02)
            continue
        return
    said = written.read_text("utf-8", "replace")[-1500:]
    raise NotReady(f"« {written.stem} » ne répond pas sur le port {port}.\n{said}")
