# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.cost`: what one request costs the gateway in processor time, and what memory it holds, in a minute.

Processor time a request is steadier than requests a second when the machine has other things to do, so this is the
command to run before and after a change. `--beside FOLDER` runs another checkout of the project (with its `.venv`) in
turn with this one, ABBA, and tells the ratio with its interval. It measures, it does not judge.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import fmean, median

from bench.figures import SEED, interval
from bench.load import LoadFailed, Target, window
from bench.proc import Cores, NotReady, Running, cores, cpu_s, free_port, held_mb, resident_mb, running, settle
from bench.state import ROOT, CommandFailed, State, clean, prepared
from bench.tools import ToolsMissing, ready
from connectors.kit.contract import load_all
from gateway.source.simulated import addresses

COMPANIES = 2000
HERE, THERE = "here", "beside"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and tell; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.cost",
        description="Temps de processeur par requête et mémoire de la passerelle, seule.",
        epilog="Exemple : python -m bench.cost --windows 12 --beside ../main",
    )
    parser.add_argument("--windows", type=int, default=8, help="fenêtres d'une seconde pour chaque version (8)")
    parser.add_argument("--connections", type=int, default=32, help="connexions simultanées (32)")
    parser.add_argument("--beside", type=Path, help="dossier d'une autre version, mesurée tour à tour")
    chosen = parser.parse_args(arguments)
    trees = {HERE: ROOT} | ({THERE: chosen.beside.resolve()} if chosen.beside else {})
    try:
        with tempfile.TemporaryDirectory(prefix="dlnuf-cost-") as name:
            _measure(trees, Path(name), chosen.windows, chosen.connections)
    except (ToolsMissing, CommandFailed, NotReady, LoadFailed) as error:
        print(f"bench.cost : {error}", file=sys.stderr)
        return 1
    return 0


def _measure(trees: dict[str, Path], folder: Path, windows: int, connections: int) -> None:
    wrk, where = ready()["wrk"], cores()
    state = prepared(folder, COMPANIES)
    seeds = count(1)
    spent: dict[str, list[float]] = {name: [] for name in trees}
    rates: dict[str, list[float]] = {name: [] for name in trees}
    slowest: dict[str, list[float]] = {name: [] for name in trees}
    with _systems(trees, state, where, folder) as systems:
        idle = {name: held_mb(system.pid) for name, system in systems.items()}
        for turn in range(windows + 1):
            for name, system in list(systems.items())[:: -1 if turn % 2 else 1]:
                before = cpu_s(system.pid)
                done = window(wrk, Target(system.port, state.token), state, connections, 1, next(seeds), where.load)
                settle(system.pid, 0.05)
                if not done.honest:
                    raise LoadFailed(f"{name} : {dict(done.statuses)}, {done.broken} connexions rompues")
                if turn:  # the first window warms up
                    spent[name].append((cpu_s(system.pid) - before) / max(1, done.sent) * 1e6)
                    rates[name].append(done.per_second)
                    slowest[name].append(done.p99_ms)
        for name, system in systems.items():
            print(
                f"{name:<7} {median(spent[name]):6.0f} µs/req (least {min(spent[name]):.0f}, "
                f"{windows} windows, {connections} connections), "
                f"{fmean(rates[name]):.0f} answers/s and p99 {fmean(slowest[name]):.1f} ms on average; "
                f"memory {idle[name]:.0f} MB when ready, {held_mb(system.pid):.0f} MB now, "
                f"{resident_mb(system.pid):.0f} MB at the highest; ready in {system.ready_s:.2f} s"
            )
    if len(trees) == 2:
        for what, found in (("processor time", spent), ("answers a second", rates), ("p99", slowest)):
            pairs = zip(found[HERE], found[THERE], strict=True)
            each = [mine / theirs for mine, theirs in pairs if theirs]  # a window may be too short for any answer
            if not each:
                continue
            low, high = interval(each, SEED)
            print(f"here / beside, {what}: {median(each):.3f} (95 %: {low:.3f}–{high:.3f})")


@contextlib.contextmanager
def _systems(trees: dict[str, Path], state: State, where: Cores, folder: Path) -> Iterator[dict[str, Running]]:
    """The registry and a gateway of each tree, each on a state of its own, for the time of the block."""
    with contextlib.ExitStack() as stack:
        port = free_port()
        serve = [sys.executable, "-m", "bench.registry", "--port", str(port), "--companies", str(COMPANIES)]
        stack.enter_context(running("registry", serve, clean(), where.registry, port, folder))
        access = addresses({"insee": load_all()["insee"]}, f"http://127.0.0.1:{port}")
        systems = {}
        for name, tree in trees.items():
            mine = replace(state, folder=folder / f"state-{name}")
            shutil.copytree(state.folder, mine.folder)
            port = free_port()
            settings = {"DLNUF_STATE": str(mine.folder), "DLNUF_PORT": str(port), "DLNUF_REGISTRIES": "insee"}
            environment = clean({**access, **settings, "PYTHONPATH": str(tree)})
            words = [str(tree / ".venv/bin/dlnuf"), "serve"]
            systems[name] = stack.enter_context(running(name, words, environment, where.system, port, folder))
        yield systems


if __name__ == "__main__":
    raise SystemExit(main())
