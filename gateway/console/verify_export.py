# SPDX-License-Identifier: EUPL-1.2
"""The verification of an export, offline: each row against its leaf, all leaves against the signed root."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gateway.audit.merkle import leaf_hash
from gateway.audit.note import BadNote, Verifier, open_checkpoint
from gateway.console.export import CHECKPOINT, FORMATS, PROOF
from gateway.console.together import BadExport, root_of

_NOTE_BYTES = 65_536
_CELL = 1 << 20
Row = tuple[int, bytes]


def verify_export(path: Path, verifier: Verifier) -> tuple[int, int]:
    """How many records the export holds, and how many the log counted. Raises BadExport, whatever the file contains."""
    counted = 0

    def counting(rows: Iterator[Row]) -> Iterator[Row]:
        nonlocal counted
        for row in rows:
            counted += 1
            yield row

    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = next((kind for kind, name in FORMATS.items() if name in names), None)
            if kind is None or not {CHECKPOINT, PROOF} <= names:
                raise BadExport("ce fichier n'est pas un export du journal")
            with archive.open(CHECKPOINT) as file:
                point = open_checkpoint(file.read(_NOTE_BYTES).decode(), verifier)
            with archive.open(FORMATS[kind]) as rows, archive.open(PROOF) as proof:
                leaves = _csv_rows(rows) if kind == "csv" else _parquet_rows(rows)
                size, root = root_of(counting(leaves), io.TextIOWrapper(proof, "ascii"))
    except BadNote as error:
        raise BadExport(f"le point de contrôle ne se vérifie pas : {error}") from error
    except (
        OSError,
        zipfile.BadZipFile,
        UnicodeDecodeError,
        csv.Error,
        ValueError,
        KeyError,
        NotImplementedError,
    ) as error:
        raise BadExport(f"le fichier ne se lit pas : {error}") from error
    if (size, root) != (point.size, point.root):
        raise BadExport("les enregistrements ne mènent pas à la racine signée : l'un d'eux a été changé, ôté ou ajouté")
    return counted, size


def _csv_rows(file: IO[bytes]) -> Iterator[Row]:
    csv.field_size_limit(_CELL)
    rows = csv.DictReader(io.TextIOWrapper(file, "utf-8-sig", newline=""), delimiter=";")
    for row in rows:
        yield _row(row["seq"], row["leaf"], row["record"])


def _parquet_rows(file: IO[bytes]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(file).iter_batches(2_000, columns=["seq", "leaf", "record"]):
            for row in batch.to_pylist():
                yield _row(str(row["seq"]), row["leaf"], row["record"])
    except (OSError, ValueError, TypeError) as error:
        raise BadExport(f"le fichier Parquet ne se lit pas : {error}") from error


def _row(seq: str, leaf: str, record: str) -> Row:
    """A row's leaf; an erased record has no bytes left, and its leaf alone stands for it."""
    found = bytes.fromhex(leaf)
    if len(found) != 32 or (record and leaf_hash(record.encode()) != found):
        raise BadExport(f"l'enregistrement {seq} n'est pas celui de sa feuille")
    return int(seq), found
