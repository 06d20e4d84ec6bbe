# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.log`: every figure of the log and of application files, one measure after the other.

Durable records a second on both stores and how long a commit takes; what the log takes from the exchange; proofs; the
console's searches; application files. Each is a command of its own, which says the same alone: this one only chooses
how long each may take. It measures, it does not judge: the exit status is 1 when a measure failed, not a goal.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from bench.state import ROOT

RECORDS, SHORT_RECORDS = 1_000_000, 100_000
PAIRS, SHORT_PAIRS = 24, 6
FILES, SHORT_FILES = 200, 20
PATIENCE_S = 1800


def measures(records: int, pairs: int, rounds: int, files: int) -> list[tuple[str, ...]]:
    """The words after `python -m`, in the order in which they are run."""
    return [
        ("bench.audit", "stores"),
        ("bench.audit", "exchange", "--pairs", str(pairs)),
        ("bench.proofs", "--records", str(records)),
        ("bench.console", "--records", str(records), "--rounds", str(rounds)),
        ("bench.files", "--files", str(files)),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them all, one after the other; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.log",
        description="Mesure le journal, ses preuves, les recherches de la console et un dossier de candidature.",
        epilog="Exemple : python -m bench.log --records 10000000",
    )
    parser.add_argument("--short", "--quick", action="store_true", help="pour une première idée")
    parser.add_argument("--records", type=int, help="taille du journal pour les preuves et les recherches")
    chosen = parser.parse_args(arguments)
    records = chosen.records or (SHORT_RECORDS if chosen.short else RECORDS)
    pairs, rounds, files = (SHORT_PAIRS, 1, SHORT_FILES) if chosen.short else (PAIRS, 3, FILES)
    failed = []
    for words in measures(records, pairs, rounds, files):
        print(f"\n{' '.join(words)}", flush=True)
        started = time.perf_counter()
        try:
            status = subprocess.run(
                [sys.executable, "-m", *words], cwd=ROOT, timeout=PATIENCE_S, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            status = 1
        print(f"{time.perf_counter() - started:.0f} s", flush=True)
        if status:
            failed.append(" ".join(words))
    for words in failed:
        print(f"bench.log : « {words} » a échoué", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
