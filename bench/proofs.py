# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.proofs`: how long proofs take in a large log, from its tiles in a SQLite file, and in what order.

Leaves are made up and their tree is a true one; only tiles and leaves are stored, in the log's own tables. Each proof
opens the store as the gateway does, and is verified once made.
"""

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from gateway.audit.layout import SCHEMA, USER_VERSION
from gateway.audit.merkle import node_hash, verify_consistency, verify_inclusion
from gateway.audit.reader import SqliteReader
from gateway.audit.tiles import HASH_BYTES, WIDTH, Tiles

BATCH = WIDTH * 64


def proof_figures(records: int, proofs: int, folder: Path) -> dict[str, float]:
    """Median and 99th centile, in milliseconds, of inclusion and consistency proofs in a log of so many records."""
    path = folder / "audit.db"
    filled = _filled(path, records)
    reader, chance = SqliteReader(path), random.Random(9162)  # noqa: S311 -- places to prove, the same each time
    root = Tiles(reader.tile, records).root()

    def included() -> None:
        index = chance.randrange(records)
        proof = Tiles(reader.tile, records).inclusion(index)
        verify_inclusion(_leaf(index), index, records, proof, root)

    def grown() -> None:
        old = chance.randrange(1, records)
        proof = Tiles(reader.tile, records).consistency(old)
        verify_consistency(old, records, Tiles(reader.tile, old).root(), root, proof)

    found = {"records": float(records), "filled_s": filled}
    for name, work in (("inclusion", included), ("consistency", grown)):
        times = _timed(work, proofs)
        found[f"{name}_p50_ms"] = round(statistics.median(times), 3)
        found[f"{name}_p99_ms"] = round(times[min(len(times) - 1, len(times) * 99 // 100)], 3)
    return found


def main() -> int:
    """Fill, prove, tell."""
    parser = argparse.ArgumentParser(prog="python -m bench.proofs", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--proofs", type=int, default=1_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dlnuf-bench-proofs-") as folder:
        print(json.dumps(proof_figures(chosen.records, chosen.proofs, Path(folder)), indent=1))
    return 0


def _timed(work: Callable[[], None], count: int) -> list[float]:
    times = []
    for _ in range(count):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def _leaf(number: int) -> bytes:
    return sha256(number.to_bytes(8, "big")).digest()


def _filled(path: Path, records: int) -> float:
    """Write leaves and tiles; the seconds it took. The entries are left out: proofs do not read them."""
    started = time.perf_counter()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        for table in SCHEMA.values():
            connection.execute(table)
        connection.execute(f"PRAGMA user_version={USER_VERSION}")
        connection.execute("BEGIN")
        level: list[bytes] = []
        for start in range(0, records, BATCH):
            leaves = [_leaf(number) for number in range(start, min(start + BATCH, records))]
            rows = [(start + at, leaf, b"") for at, leaf in enumerate(leaves)]
            connection.executemany("INSERT INTO record VALUES (?, ?, NULL, ?)", rows)
            full = len(leaves) - len(leaves) % WIDTH
            level += [_folded(leaves[at : at + WIDTH]) for at in range(0, full, WIDTH)]
        number = 1
        while level:
            tiles = [(number, at // WIDTH, b"".join(level[at : at + WIDTH])) for at in range(0, len(level), WIDTH)]
            connection.executemany("INSERT INTO tile VALUES (?, ?, ?)", tiles)
            whole = [tile for _, _, tile in tiles if len(tile) == WIDTH * HASH_BYTES]
            level = [_folded([tile[at : at + 32] for at in range(0, len(tile), 32)]) for tile in whole]
            number += 1
        connection.execute("COMMIT")
    return round(time.perf_counter() - started, 1)


def _folded(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


if __name__ == "__main__":
    sys.exit(main())
