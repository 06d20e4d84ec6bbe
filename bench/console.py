# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.console`: fills a search index with invented records and times every combination of filters.

It drives the same store and the same searches as the gateway; nothing else runs. Times are of whole searches: first
page with its count, in one thread, each over a fresh connection, as a page of the console asks them.
"""

import argparse
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.console_world import PURPOSES, START, agent, company, records
from gateway.audit.index.criteria import Criteria
from gateway.audit.index.search import Search
from gateway.audit.index.store import Store, reading

BATCH = 4096
SEED = 20261124
MONTHS = [START.year * 12 + START.month + month for month in range(13)]


def main() -> int:
    """Fill, ask, tell."""
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3, help="combien de fois chaque combinaison est cherchée")
    parser.add_argument("--index", type=Path, help="fichier de l'index, gardé ; s'il est plein, il n'est pas refait")
    parser.add_argument("--out", type=Path, help="fichier JSON des résultats")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dlnuf-bench-console-") as folder:
        path = chosen.index or Path(folder, "index.db")
        filled = fill(path, chosen.records)
        found = timed(path, chosen.rounds)
    told = {"records": chosen.records, **filled, **found}
    print(json.dumps(told, indent=2, ensure_ascii=False))
    if chosen.out:
        chosen.out.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


def fill(path: Path, count: int) -> dict[str, float]:
    """Bring the index to so many records; how long that took, and how large the file is."""
    store = Store(path)
    began = time.perf_counter()
    already = store.size
    batch = []
    for made in itertools.islice(records(count, SEED), already, None):
        batch.append(made)
        if len(batch) == BATCH:
            store.take(batch)
            batch.clear()
            if store.size % (BATCH * 64) == 0:
                print(f"{store.size} / {count}", file=sys.stderr, flush=True)
    store.take(batch)
    spent = time.perf_counter() - began
    store.close()
    return {
        "fill_s": round(spent, 1),
        "records_per_s": round((count - already) / spent) if count > already else 0,
        "file_mb": round(path.stat().st_size / 1e6),
    }


def values(path: Path) -> Mapping[str, list[Criteria]]:
    """For each filter, a common value and a rare one."""
    search = Search(reading(path))
    at = int(START.timestamp() * 1000)
    consumers = search.values("consumer")
    terms = {
        "consumer": (consumers[0], consumers[-1]),
        "recipient": tuple(search.values("recipient")[:2]),
        "purpose": (PURPOSES[0], PURPOSES[-1]),
        "registry": ("insee", "msa"),
        "product": tuple(search.values("product")[:2]),
        "event": ("answered", "failed"),
        "code": ("00100", "01002"),
        "habilitation": ("hab-0", "hab-700"),
    }
    return {
        "company": [Criteria(subjects=tuple(company(rank, month) for month in MONTHS)) for rank in (0, 500)],
        "agent": [Criteria(agents=tuple(agent(rank, month) for month in MONTHS)) for rank in (0, 500)],
        "object": [Criteria(object=f"procedure {rank}") for rank in (0, 500)],
        "period": [
            Criteria(since=at + 40 * 86_400_000 + 7, until=at + 300 * 86_400_000 + 7),
            Criteria(since=at + 200 * 86_400_000 + 7, until=at + 201 * 86_400_000 + 7),
        ],
        **{name: [Criteria(terms={name: (text,)}) for text in found] for name, found in terms.items()},
    }


def together(parts: Iterable[Criteria]) -> Criteria:
    """All of these conditions at once."""
    whole = Criteria()
    for part in parts:
        whole = Criteria(
            subjects=part.subjects or whole.subjects,
            agents=part.agents or whole.agents,
            object=part.object or whole.object,
            since=part.since or whole.since,
            until=part.until or whole.until,
            terms={**whole.terms, **part.terms},
        )
    return whole


def timed(path: Path, rounds: int) -> dict[str, object]:
    """Milliseconds of the first page: of every combination of up to three filters, and of all of them."""
    filters = values(path)
    names = list(filters)
    chosen = [picked for size in range(4) for picked in itertools.combinations(names, size)] + [tuple(names)]
    by_count: dict[str, list[float]] = {}
    slowest: list[tuple[float, str]] = []
    processor: list[float] = []
    for picked in chosen:
        for kind, told in enumerate(("fréquents", "rares")):
            criteria = together(filters[name][kind] for name in picked)
            for _ in range(rounds):
                began, worked = time.perf_counter(), time.process_time()
                connection = reading(path)
                Search(connection).page(criteria)
                connection.close()
                spent = (time.perf_counter() - began) * 1000
                processor.append((time.process_time() - worked) * 1000)
                by_count.setdefault(f"{len(picked)} filtres", []).append(spent)
                slowest.append((spent, f"{' + '.join(picked) or 'aucun'} ({told})"))
    every = [spent for spents in by_count.values() for spent in spents]
    return {
        "searches": len(every),
        "combinations": len(chosen) * 2,
        "by_number_of_filters_ms": {name: _spread(spents) for name, spents in by_count.items()},
        "all_ms": _spread(every),
        "all_processor_ms": _spread(processor),
        "slowest_ms": [f"{spent:.1f} : {told}" for spent, told in sorted(slowest, reverse=True)[:8]],
    }


def _spread(spents: list[float]) -> dict[str, float]:
    ordered = sorted(spents)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
        "max": round(ordered[-1], 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())
