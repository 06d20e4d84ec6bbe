# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.audit`: what the log costs: records a second on both stores, and what it takes from the exchange.

stores      durable records a second, and how long a commit takes, by how many records share it
exchange    the whole gateway with its log, beside the same without: pairs of windows in ABAB order
growth      a log of millions of records: size, append rate at its beginning and end, proofs, verification
"""

import argparse
import json
import resource
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.audit_exchange import exchange_ratio
from gateway.audit.canonical import canonical
from gateway.audit.ledger import Ledger
from gateway.audit.merkle import verify_consistency, verify_inclusion
from gateway.audit.note import Signer, open_checkpoint
from gateway.audit.reader import StoreReader
from gateway.audit.stores.address import Place
from gateway.audit.stores.writers import store_at
from gateway.audit.tiles import Tiles
from gateway.audit.verify import verify
from tests.postgres import new_server

BATCHES = (1, 10, 100, 512)
SECONDS = 2.0
GROWTH_BATCH = 5000
PROOFS = 200
HEX = "5a" * 32
RECORD: dict[str, object] = {
    "v": 1, "event": "refused", "at": "2026-11-22T10:00:00.123Z", "product": "insee/unite_legale", "version": 4,
    "registry": "insee", "subject": f"hmac-sha256:{HEX}", "habilitation": "banc", "token": "banc",
    "consumer": "13002526500013", "purpose": "marches_publics", "policy": HEX, "recipient": "13002526500013",
    "context": "Marchés publics", "object": "marche-127", "address": "192.0.2.1", "status": 403, "code": "00103",
    "latency_ms": 1,
}  # fmt: skip
"""As many bytes as a record of a question has."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One store at one batch size: medians over the commits of a measurement."""

    store: str
    batch: int
    records_per_second: float
    commit_p50_ms: float
    commit_p99_ms: float


@dataclass(frozen=True, slots=True)
class Growth:
    """A log of `records` records. Rates in records a second, times in milliseconds but for `verify_s`."""

    store: str
    records: int
    bytes_per_record: float
    first_rate: float
    last_rate: float
    inclusion_ms: float
    consistency_ms: float
    verify_s: float
    verify_mb: float


def entries(start: int, count: int) -> list[bytes]:
    """Records of invented exchanges, each with an identity of its own."""
    whole = canonical({**RECORD, "id": "00000000-0000-4000-8000-000000000000"})
    head, tail = whole.split(b"000000000000", 1)
    return [b"%b%012x%b" % (head, number, tail) for number in range(start, start + count)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("stores", "exchange", "growth"))
    parser.add_argument("--records", type=int, default=1_000_000, help="growth : combien (1 000 000 par défaut)")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite", help="growth : où")
    parser.add_argument("--pairs", type=int, default=24, help="exchange : combien de paires de fenêtres")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="dlnuf-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        if chosen.what == "stores":
            for store in ("sqlite", "postgres"):
                with place_of(store, folder) as place:
                    for batch in BATCHES:
                        print(json.dumps(asdict(rate(store, place, batch))), flush=True)
        elif chosen.what == "growth":
            with place_of(chosen.store, folder) as place:
                print(json.dumps(asdict(growth(chosen.store, place, chosen.records, print_progress))), flush=True)
        else:
            print(json.dumps(asdict(exchange_ratio(folder, chosen.pairs))), flush=True)
    return 0


@contextmanager
def place_of(store: str, folder: Path) -> Iterator[Place]:
    """Somewhere to found a log."""
    if store == "sqlite":
        yield folder / "audit.db"
        return
    server = new_server(folder / "server")
    server.start()
    try:
        yield server.database()
    finally:
        server.stop()


def rate(store: str, place: Place, batch: int) -> Rate:
    """Commit batches of this size for a while."""
    with closing(Ledger(store_at(place), Signer.from_seed("banc", bytes(32)))) as ledger:
        ledger.open()
        times: list[float] = []
        written = ledger.written
        number = written.tree.size if written else 0
        started = time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            content = entries(number, batch)
            number += batch
            before = time.perf_counter()
            ledger.append(content)
            times.append(time.perf_counter() - before)
    times.sort()
    per_second = batch * len(times) / sum(times)
    return Rate(store, batch, round(per_second), _ms(median(times)), _ms(times[int(len(times) * 0.99)]))


def growth(store: str, place: Place, records: int, tell: Callable[[int, float], None]) -> Growth:
    """Write so many records, then prove and verify."""
    signer = Signer.from_seed("banc", bytes(32))
    rates = []
    with closing(Ledger(store_at(place), signer)) as ledger:
        ledger.open()
        for start in range(0, records, GROWTH_BATCH):
            content = entries(start, min(GROWTH_BATCH, records - start))
            before = time.perf_counter()
            ledger.append(content)
            rates.append(len(content) / (time.perf_counter() - before))
            if start % 500_000 == 0:
                tell(start, rates[-1])
        note = ledger.publish().note
    head = open_checkpoint(note, signer.verifier)
    inclusion, consistency = [], []
    with closing(StoreReader.at(place)) as reader:
        for _ in range(PROOFS):
            index = secrets.randbelow(records)
            before = time.perf_counter()
            proof = Tiles(reader.tile, records).inclusion(index)
            inclusion.append(time.perf_counter() - before)
            (leaf,) = reader.leaves(index, index + 1)
            verify_inclusion(leaf, index, records, proof, head.root)
            old = secrets.randbelow(records - 1) + 1
            old_root = Tiles(reader.tile, old).root()
            before = time.perf_counter()
            proof = Tiles(reader.tile, records).consistency(old)
            consistency.append(time.perf_counter() - before)
            verify_consistency(old, records, old_root, head.root, proof)
    before = time.perf_counter()
    report = verify(place, signer.verifier, [note])
    assert report.problem is None, report.problem
    tenth = max(1, len(rates) // 10)
    return Growth(
        store, records, round(_bytes(place) / records, 1), round(median(rates[:tenth])), round(median(rates[-tenth:])),
        _ms(median(inclusion)), _ms(median(consistency)), round(time.perf_counter() - before, 1),
        round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )  # fmt: skip


def print_progress(written: int, rate: float) -> None:
    """To the terminal, not among the results."""
    print(f"{written} enregistrements, {rate:.0f}/s", file=sys.stderr, flush=True)


def _bytes(place: Place) -> int:
    if isinstance(place, Path):
        return sum(path.stat().st_size for path in place.parent.glob("audit.db*"))
    import psycopg

    with closing(psycopg.connect(place)) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


if __name__ == "__main__":
    assert shutil.disk_usage(tempfile.gettempdir()).free > 1 << 30, "trop peu de place sur le disque"
    sys.exit(main())
