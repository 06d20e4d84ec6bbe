# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench`: measures the whole way on one core, beside HAProxy and the plain gateway, and checks the load.

It measures, it does not judge: goals that are missed do not change the exit status. A load that is not what it claims
to be does.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.evidence import Dishonest
from bench.figures import Ratio, Row
from bench.load import LoadFailed
from bench.proc import Cores, NotReady, cores, resident_mb
from bench.report import Summary, conclusions, markdown, refreshed, save, table
from bench.rounds import FULL, QUICK, Rounds, Scenario
from bench.sandbox import ready_s
from bench.state import ROOT, CommandFailed, State, dlnuf, prepared
from bench.systems import complaints, everything
from bench.tools import ToolsMissing, ready

OUT = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
COMPANIES = 2000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Mesure la passerelle entière sur un cœur, à côté de HAProxy et d'une passerelle simple.",
        epilog="Exemple : python -m bench --quick",
    )
    parser.add_argument(
        "--quick", "--short", action="store_true", help="3 fenêtres au lieu de 24, et rien n'est écrit sans --out"
    )
    parser.add_argument("--out", type=Path, help="fichier des résultats (bench/results.json pour la mesure entière)")
    chosen = parser.parse_args(arguments)
    out: Path | None = chosen.out or (None if chosen.quick else OUT)
    started = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="dlnuf-bench-") as name:
            rows, summary = _run(ready(), Path(name), QUICK if chosen.quick else FULL, starts=1 if chosen.quick else 3)
    except (ToolsMissing, CommandFailed, NotReady, LoadFailed, Dishonest) as error:
        print(f"bench : {error}", file=sys.stderr)
        return 1
    print(f"\n{table(rows)}\n\n{conclusions(summary)}")
    print(f"\n{len(rows)} lignes en {time.perf_counter() - started:.0f} s", end="")
    if out is not None:
        save(rows, summary, out)
        print(f", écrites dans {out}", end="")
    if out == OUT:
        PAGE.write_text(refreshed(PAGE.read_text("utf-8"), markdown(rows, summary)), "utf-8")
    print(".")
    return 0


def _run(
    tools: dict[str, str], folder: Path, scenarios: Sequence[Scenario], *, starts: int
) -> tuple[list[Row], Summary]:
    where = cores()
    _say(f"Systèmes mesurés sur le cœur {where.system}, registre sur le {where.registry}, charge sur le {where.load}.")
    sandbox = ready_s(folder, starts)
    state = prepared(folder, COMPANIES)
    rows, summary = _measured(tools, folder, state, where, scenarios, sandbox)
    _say(dlnuf("audit", "verify", "--state", str(state.folder)).splitlines()[0])
    return rows, summary


def _measured(
    tools: dict[str, str], folder: Path, state: State, where: Cores, scenarios: Sequence[Scenario], sandbox: float
) -> tuple[list[Row], Summary]:
    rows: list[Row] = []
    ratios: list[Ratio] = []
    answers = records = 0
    disturbed = 0.0
    with everything(tools["haproxy"], state, COMPANIES, where, folder) as bench:
        if wrong := complaints(bench, state):
            raise Dishonest(" ; ".join(f"{name} a répondu {told}" for name, told in wrong.items()))
        rounds = Rounds(bench, state, tools["wrk"], where)
        ceiling = rounds.ceiling()
        for scenario in scenarios:
            for found in rounds.of(scenario):
                _say(table(found.rows).partition("\n")[2])
                rows += found.rows
                ratios += found.ratios
                answers += found.answers
                records += found.records
                disturbed = max(disturbed, found.disturbed)
        memory = {name: round(resident_mb(system.pid), 1) for name, system in bench.systems.items()}
    return rows, Summary(ratios, memory, round(sandbox, 2), round(ceiling), answers, records, round(disturbed, 3))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
