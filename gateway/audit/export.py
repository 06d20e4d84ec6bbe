# SPDX-License-Identifier: EUPL-1.2
"""Writing a month of the log into a file that proves itself (bundle.py), before anything of it may be erased.

The head in the file is one that was published: whoever kept that one elsewhere finds it here again.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.bundle import CHECKPOINT, ENTRIES, MANIFEST, TILES, Manifest, needed, packed
from gateway.audit.note import Verifier, open_checkpoint
from gateway.audit.reader import LogReader
from gateway.audit.retention import PAGE
from gateway.audit.tiles import WIDTH, Tile

_DATE = (1980, 1, 1, 0, 0, 0)  # the same records make the same file
_AT = b'"at":"'


class NothingToExport(Exception):
    """The month has no record under a published head. The message is French."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `digest`: SHA-256 hex of the file."""

    manifest: Manifest
    digest: str


def export(log: LogReader, month: str, verifier: Verifier, out: Path) -> Exported:
    """Write the records of a month that are still there; the file appears whole or not at all, for its owner only.

    Raises NothingToExport, BadNote (the log has another key), LogUnreadable, OSError, FileExistsError.
    """
    note = log.checkpoint()
    checkpoint = open_checkpoint(note, verifier)
    places = _months_records(log, month, checkpoint.size)
    if not places:
        raise NothingToExport(f"aucun enregistrement de {month} sous la dernière tête publiée")
    first, last = min(map(min, places.values())), max(map(max, places.values()))
    count = sum(map(len, places.values()))
    manifest = Manifest(month, checkpoint.origin, checkpoint.size, count, first, last)
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                for name, content in _members(log, note, manifest, places):
                    archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.link(draft, out)  # refuses to replace what is there
    finally:
        draft.unlink(missing_ok=True)
    return Exported(manifest, digest)


def _months_records(log: LogReader, month: str, size: int) -> dict[int, set[int]]:
    """The numbers of the month's records, by the index of their bundle."""
    wanted, found, start = month.encode(), dict[int, set[int]](), 0
    while start < size:
        page = log.entries(start, min(start + PAGE, size))
        if not page:
            break
        for entry in page:
            if entry.entry is None:
                continue
            # A quote inside a value is escaped, so this is the key itself; no object nests in a record.
            place = entry.entry.find(_AT) + len(_AT)
            if entry.entry[place : place + 7] == wanted:
                found.setdefault(entry.seq // WIDTH, set()).add(entry.seq)
        start = page[-1].seq + 1
    return found


def _members(log: LogReader, note: str, manifest: Manifest, places: dict[int, set[int]]) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, manifest.content()
    yield CHECKPOINT, note.encode()
    for tile in needed(sorted(places), manifest.size):
        yield TILES + tile.path(), log.tile(tile.level, tile.index, tile.width)
    for index, numbers in sorted(places.items()):
        start = index * WIDTH
        stop = min(start + WIDTH, manifest.size)
        entries = [entry.entry if entry.seq in numbers else None for entry in log.entries(start, stop)]
        yield ENTRIES + Tile(0, index, stop - start).path().removeprefix("0/"), packed(entries)
