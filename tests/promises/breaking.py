# SPDX-License-Identifier: EUPL-1.2
"""Breaking a running sandbox's disk from outside: the launcher's filter first, strace where the kernel refuses it."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.promises.faulty_disk import BROKEN, FAULTS
from tests.promises.sandboxes import Process

LAUNCHER = Path(__file__).with_name("faulty_disk.py")
ATTACH_S = 10


def launcher(fault: str) -> tuple[str, ...]:
    """The command to start instead of `dlnuf`."""
    return sys.executable, str(LAUNCHER), fault


@contextmanager
def broken(process: Process, fault: str) -> Iterator[None]:
    """Break the disk of a process started by `launcher`; on return every thread of it meets the fault.

    Raises AssertionError when this machine has no way to do so.
    """
    process.send_signal(signal.SIGUSR1)
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    if said == BROKEN:
        yield
        return
    with _traced(process.pid, fault, said) as tracer:
        yield
        tracer.terminate()


@contextmanager
def _traced(pid: int, fault: str, said: str) -> "Iterator[subprocess.Popen[bytes]]":
    """The same fault by strace, attached to every thread."""
    strace = shutil.which("strace")
    assert strace, f"cette machine ne permet ni seccomp ({said}) ni strace (absent) : la panne ne peut pas être jouée"
    error, names = FAULTS[fault]
    calls = ",".join(names)
    inject = f"inject={calls}:error={errno.errorcode[error]}"
    command = [strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}", "-e", inject, "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        try:
            deadline = time.monotonic() + ATTACH_S
            while not _all_traced(pid):
                assert tracer.poll() is None, f"ni seccomp ({said}) ni strace ne sont permis ici"
                assert time.monotonic() < deadline, "strace ne s'attache pas"
                time.sleep(0.02)
            yield tracer
        finally:
            tracer.terminate()


def _all_traced(pid: int) -> bool:
    """Whether every thread of the process has a tracer."""
    statuses = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status"))
    return all("TracerPid:\t0\n" not in status for status in statuses)
