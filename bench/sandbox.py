# SPDX-License-Identifier: EUPL-1.2
"""How long the sandbox takes from the command to the line that says it is ready, its state made anew each time."""

import subprocess
import time
from pathlib import Path
from statistics import median

from bench.proc import NotReady, free_port
from bench.state import clean, command

READY = b"Bac \xc3\xa0 sable pr\xc3\xaat"


def ready_s(folder: Path, times: int) -> float:
    """The median of so many starts, in seconds. Raises NotReady."""
    return median(_start(folder / f"sandbox-{rank}") for rank in range(times))


def _start(state: Path) -> float:
    words = [command(), "sandbox", "--state", str(state), "--port", str(free_port())]
    started = time.perf_counter()
    with subprocess.Popen(words, env=clean(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            line = child.stdout.readline() if child.stdout else b""
            took = time.perf_counter() - started
        finally:
            child.terminate()
    if not line.startswith(READY):
        raise NotReady("le bac à sable n'a pas démarré.")
    return took
