# SPDX-License-Identifier: EUPL-1.2
"""One window of load with wrk, and what it says: how many answers, how fast, and whether each of them was a 200."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.proc import on_core
from bench.state import BODY, State, clean

SCRIPT = Path(__file__).with_name("load.lua")
PUBLIC = "/v3/insee/sirene/etablissements/"
STATED = f"context=March%C3%A9s%20publics&object=mesure-NUMBER&recipient={BODY}"
MARK = "BENCH "


class LoadFailed(Exception):
    """wrk did not report."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked: at which port, with the bearer in which file, the path before the SIRET and the query after it."""

    port: int
    token: Path
    path: str = PUBLIC
    query: str = STATED


@dataclass(frozen=True, slots=True)
class Window:
    """What happened in a window.

    sent: requests begun, those cut off by its end included. answers: those that came back, by status in `statuses`.
    broken: connections refused, cut or timed out. p50_ms, p99_ms: of the answers.
    """

    sent: int
    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    statuses: Mapping[int, int]
    broken: int

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    @property
    def honest(self) -> bool:
        """Whether every answer was a 200, and none was lost. A window may be too short for any answer to come."""
        return not self.broken and dict(self.statuses) == ({200: self.answers} if self.answers else {})


def window(wrk: str, target: Target, state: State, connections: int, seconds: int, seed: int, core: int) -> Window:
    """Load a target for a while, from one core. `seed`: makes the order and the requests' numbers unlike any other's.

    Raises LoadFailed.
    """
    flags = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "8s", "-s", str(SCRIPT)]
    given = [str(state.sirets), str(target.token), target.path, target.query or "-", str(seed)]
    command = [wrk, *flags, f"http://127.0.0.1:{target.port}", "--", *given]
    with on_core(core):
        done = subprocess.run(command, env=clean(), capture_output=True, text=True, timeout=seconds + 20, check=False)
    return parsed(done.stdout + done.stderr)


def parsed(output: str) -> Window:
    """The window that wrk's output tells of. Raises LoadFailed."""
    lines = [line.removeprefix(MARK) for line in output.splitlines() if line.startswith(MARK)]
    if len(lines) != 1:
        raise LoadFailed(f"wrk n'a rien mesuré : {output.strip()[-600:]}")
    told = json.loads(lines[0])
    return Window(
        # wrk calls the script once more than it sends, to see whether it pipelines.
        sent=told["sent"] - 1,
        answers=told["requests"],
        seconds=told["duration_us"] / 1e6,
        p50_ms=told["p50_us"] / 1e3,
        p99_ms=told["p99_us"] / 1e3,
        statuses={int(status): count for status, count in told["statuses"].items()},
        broken=sum(told[kind] for kind in ("connect", "read", "write", "timeout")),
    )
