# SPDX-License-Identifier: EUPL-1.2
"""An export: a ZIP that holds the records as CSV or Parquet, the proof of all of them, and the signed checkpoint.

Written as it is sent, in memory that does not grow with it. Each row has the record's number, the hash of its leaf and
its canonical bytes, so that `dlnuf audit verify-export` (or anybody) recomputes the tree. A CSV cell never begins like
a formula, whatever a caller stated.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol

import orjson

from gateway.audit.index.bits import BLOCK, BLOCK_BITS
from gateway.audit.reader import Entry, LogReader
from gateway.audit.show import readable
from gateway.console.together import lines_of

TEXTS = (
    *(
        "at",
        "event",
        "id",
        "consumer",
        "recipient",
        "purpose",
        "registry",
        "product",
        "code",
        "habilitation",
        "context",
    ),
    *("object", "subject", "agent", "policy", "digest"),
)
NUMBERS = ("version", "status", "latency_ms", "size")
COLUMNS = ("seq", "leaf", *TEXTS, *NUMBERS, "record")
CHECKPOINT, PROOF, README = "point-de-controle.txt", "preuve.txt", "LISEZ-MOI.txt"
FORMATS = {"csv": "enregistrements.csv", "parquet": "enregistrements.parquet"}
ROWS = 2_000
_CROWDED = 48
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")
_BOM = "\ufeff"
_README = """Export du journal d'audit « {origin} »

Recherche : {query}
Enregistrements : {count}, du plus ancien au plus récent.

{rows}
    un enregistrement par ligne : son numéro (seq), l'empreinte de sa feuille (leaf), ses faits,
    et ses octets canoniques (record), dont leaf est le SHA-256 précédé de l'octet 0.
{proof}
    les sous-arbres qui ne sont pas dans l'export : avec les feuilles, ils mènent à la racine.
{checkpoint}
    le point de contrôle signé par le journal, qui contient cette racine.

Tout vérifier, sans réseau et sans nous croire :
    dlnuf audit verify-export CE-FICHIER.zip --key "{key}"
"""


class Rows(Protocol):
    """Where rows are written."""

    def write(self, records: Sequence[Entry]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported. `bits`: the records, by block in ascending order, all of them under the checkpoint."""

    bits: Sequence[tuple[int, int]]
    kind: str
    query: str
    checkpoint: str
    size: int
    origin: str
    key: str

    @property
    def count(self) -> int:
        """How many records."""
        return sum(bits.bit_count() for _, bits in self.bits)

    def numbers(self) -> Iterator[int]:
        """Their numbers, in ascending order."""
        for block, bits in self.bits:
            first, left = block << BLOCK_BITS, bits
            while left:
                low = left & -left
                yield first + low.bit_length() - 1
                left ^= low


def below(bits: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """The same records, without those from number `size` on."""
    kept = []
    for block, found in bits:
        room = size - (block << BLOCK_BITS)
        mine = found if room >= BLOCK else found & ((1 << max(room, 0)) - 1)
        if mine:
            kept.append((block, mine))
    return kept


def written(export: Export, log: LogReader, progress: Callable[[int], None]) -> Iterator[bytes]:
    """The ZIP, piece by piece. `progress` is told how many records were written. Raises LogUnreadable."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:  # type: ignore[call-overload]  # any writer will do
        archive.writestr(README, _readme(export))
        archive.writestr(CHECKPOINT, export.checkpoint)
        with archive.open(FORMATS[export.kind], "w", force_zip64=True) as file:
            rows: Rows = _Csv(file) if export.kind == "csv" else _Parquet(file)
            done = 0
            for records in entries_of(export.numbers(), log):
                rows.write(records)
                done += len(records)
                progress(done)
                yield sink.taken()
            rows.close()
        with archive.open(PROOF, "w", force_zip64=True) as file:
            for line in lines_of(export.numbers(), export.size, log.tile):
                file.write(line.encode("ascii") + b"\n")
                if sink.waiting > 65_536:
                    yield sink.taken()
    yield sink.taken()


def entries_of(numbers: Iterator[int], log: LogReader) -> Iterator[list[Entry]]:
    """The records of these ascending numbers, some thousands at a time. Raises LogUnreadable."""
    part: list[int] = []
    for number in numbers:
        part.append(number)
        if len(part) == ROWS:
            yield _entries(part, log)
            part = []
    if part:
        yield _entries(part, log)


def _entries(numbers: list[int], log: LogReader) -> list[Entry]:
    """Near ones are read together, far ones by themselves."""
    found: list[Entry] = []
    at = 0
    while at < len(numbers):
        start = numbers[at]
        stop = at
        while stop < len(numbers) and numbers[stop] - start < ROWS:
            stop += 1
        wanted = numbers[at:stop]
        if len(wanted) >= _CROWDED or wanted[-1] - start < len(wanted) * 4:
            kept = set(wanted)
            found += [entry for entry in log.entries(start, wanted[-1] + 1) if entry.seq in kept]
            at = stop
        else:
            found += log.entries(start, start + 1)
            at += 1
    return found


def cell(value: object) -> str:
    """A value as a spreadsheet may show it: one line, nothing invisible, and never a formula."""
    if value is None or value == "":
        return ""
    text = readable(value)
    return f"'{text}" if text.lstrip(" '\"\u00a0\u202f").startswith(_FORMULA) else text


def facts_of(record: Entry) -> dict[str, Any]:
    """What a record says; nothing once it is erased."""
    try:
        found = orjson.loads(record.entry or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


class _Csv:
    """UTF-8 with a byte-order mark, semicolons: what spreadsheets open in France."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._write([*COLUMNS], _BOM)

    def write(self, records: Sequence[Entry]) -> None:
        rows = []
        for record in records:
            facts = facts_of(record)
            told = [cell(facts.get(name)) for name in (*TEXTS, *NUMBERS)]
            rows.append([str(record.seq), record.leaf.hex(), *told, (record.entry or b"").decode("utf-8", "replace")])
        self._write(*rows)

    def _write(self, *rows: Any) -> None:
        buffer = io.StringIO()
        if rows and rows[-1] == _BOM:
            buffer.write(_BOM)
            rows = rows[:-1]
        csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows(rows)
        self._file.write(buffer.getvalue().encode())

    def close(self) -> None:
        return


class _Parquet:
    """Apache Parquet, a group of rows for each part."""

    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._arrow = pa
        text, number = pa.string(), pa.int64()
        fields = [
            ("seq", number),
            ("leaf", text),
            *((name, text) for name in TEXTS),
            *((name, number) for name in NUMBERS),
        ]
        self._schema = pa.schema([*fields, ("record", text)])
        self._writer = pq.ParquetWriter(pa.PythonFile(file, mode="w"), self._schema, compression="zstd")

    def write(self, records: Sequence[Entry]) -> None:
        rows = []
        for record in records:
            facts = facts_of(record)
            row: dict[str, Any] = {"seq": record.seq, "leaf": record.leaf.hex()}
            row |= {name: readable(facts[name]) if name in facts else None for name in TEXTS}
            row |= {name: facts[name] if type(facts.get(name)) is int else None for name in NUMBERS}
            rows.append(row | {"record": (record.entry or b"").decode("utf-8", "replace")})
        self._writer.write_table(self._arrow.Table.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


class _Sink:
    """Takes what the archive writes, until it is taken away to be sent."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.waiting = 0

    def write(self, content: bytes) -> int:
        self._parts.append(bytes(content))
        self.waiting += len(content)
        return len(content)

    def flush(self) -> None:
        return

    def taken(self) -> bytes:
        """All that waits."""
        found = b"".join(self._parts)
        self._parts.clear()
        self.waiting = 0
        return found


def _readme(export: Export) -> str:
    return _README.format(
        origin=export.origin,
        query=export.query,
        count=export.count,
        rows=FORMATS[export.kind],
        proof=PROOF,
        checkpoint=CHECKPOINT,
        key=export.key,
    )
