# SPDX-License-Identifier: EUPL-1.2
"""What the log takes from the exchange: the gateway as it ships, beside the same whose log forgets everything.

Both run on one core, on the registry and under the load of `python -m bench`, in pairs of windows, ABAB.
"""

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median

from bench.figures import SEED, interval
from bench.load import Target, window
from bench.proc import Cores, Running, busy_s, cores, cpu_s, free_port, running, settle
from bench.state import State, clean, command, prepared
from bench.tools import ready
from connectors.kit.contract import load_all
from gateway.source.simulated import addresses

COMPANIES = 2000
CONNECTIONS = 32
NAMES = ("with", "without")
GOAL = 0.75


@dataclass(frozen=True, slots=True)
class LogCost:
    """Throughput with the log over without, with its 95 % interval; medians of answers a second; processor time.

    met: whether the low end of the interval meets the goal, less than a quarter lost. disturbed: the share of the
    core, 0 to 1, that processes other than the one measured took meanwhile.
    """

    pairs: int
    ratio: float
    low: float
    high: float
    with_per_second: float
    without_per_second: float
    with_cpu_us: float
    without_cpu_us: float
    met: bool
    disturbed: float


def exchange_ratio(folder: Path, pairs: int, connections: int = CONNECTIONS) -> LogCost:
    """Measure it. Raises what `python -m bench` does."""
    wrk, where = ready()["wrk"], cores()
    state = prepared(folder, COMPANIES)
    seeds = count(1)
    rates: dict[str, list[float]] = {name: [] for name in NAMES}
    spent: dict[str, list[float]] = {name: [] for name in NAMES}
    used = others = 0.0
    with _both(state, where, folder) as systems:
        for turn in range(pairs + 1):
            for name, system in systems.items():
                target = Target(system.port, state.token)
                before, busy, started = cpu_s(system.pid), busy_s(where.system), time.monotonic()
                found = window(wrk, target, state, connections, 1, next(seeds), where.load)
                settle(system.pid, 0.05)
                mine = cpu_s(system.pid) - before
                others += max(0.0, busy_s(where.system) - busy - mine)
                used += time.monotonic() - started
                if turn:  # the first pair warms up
                    rates[name].append(found.answers / found.seconds)
                    spent[name].append(mine / max(1, found.answers) * 1e6)
    each = [kept / lost for kept, lost in zip(rates["with"], rates["without"], strict=True)]
    low, high = interval(each, SEED)
    return LogCost(
        pairs, round(median(each), 3), round(low, 3), round(high, 3),
        round(median(rates["with"])), round(median(rates["without"])),
        round(median(spent["with"]), 1), round(median(spent["without"]), 1), low >= GOAL, round(others / used, 3),
    )  # fmt: skip


@contextlib.contextmanager
def _both(state: State, where: Cores, folder: Path) -> Iterator[dict[str, Running]]:
    """The registry and the two gateways, each on a state of its own, for the time of the block."""
    with contextlib.ExitStack() as stack:
        port = free_port()
        serve = [sys.executable, "-m", "bench.registry", "--port", str(port), "--companies", str(COMPANIES)]
        stack.enter_context(running("registry", serve, clean(), where.registry, port, folder))
        access = addresses({"insee": load_all()["insee"]}, f"http://127.0.0.1:{port}")
        systems = {}
        for name in NAMES:
            mine = replace(state, folder=folder / f"state-{name}")
            shutil.copytree(state.folder, mine.folder)
            port = free_port()
            words = [command()] if name == "with" else [sys.executable, "-m", "bench.forgetful"]
            settings = {"DLNUF_STATE": str(mine.folder), "DLNUF_PORT": str(port), "DLNUF_REGISTRIES": "insee"}
            environment = clean({**access, **settings})
            systems[name] = stack.enter_context(
                running(name, [*words, "serve"], environment, where.system, port, folder)
            )
        yield systems
