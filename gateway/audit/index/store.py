# SPDX-License-Identifier: EUPL-1.2
"""The index's file, written: records are taken in order, in one transaction with how far the reading has come.

One writer at a time; any number of readers beside it, each with a connection of its own. Nothing here is worth a disk
flush: what the power takes away is read again from the log.
"""

import os
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from gateway.audit.index.bits import BLOCK, packed
from gateway.audit.index.lines import OTHER, TERMS, Line, line_of
from gateway.audit.index.schema import ANY, COLUMNS, FORMAT, SCHEMA, TERM_SHIFT
from gateway.audit.index.tallies import Tallies
from gateway.audit.merkle import Frontier
from gateway.audit.vocabulary import OUTCOMES

_MOST_TERMS = 100_000
CACHE_KIB = 65_536  # what is read again and again while an index of millions is built
_PLACES = ",".join("?" * len(COLUMNS))
_INSERT_LINE = f"INSERT INTO line VALUES ({_PLACES})"  # noqa: S608 — question marks only
_INSERT_PENDING = f"INSERT INTO pending VALUES ({_PLACES})"  # noqa: S608 — question marks only
_EXCHANGE = COLUMNS.index("exchange")
Row = tuple[int | None, ...]


class Record(Protocol):
    """A record as a log hands it: its number, its bytes (None once erased), the hash of its leaf."""

    @property
    def seq(self) -> int: ...
    @property
    def entry(self) -> bytes | None: ...
    @property
    def leaf(self) -> bytes: ...


class Store:
    """The writing hand on `index.db`. Not for several threads at once."""

    def __init__(self, path: Path, cache_kib: int = CACHE_KIB) -> None:
        """Open the file; one that is missing, damaged or of another format is begun anew.

        `cache_kib`: how much of it may stay in memory. Raises OSError, sqlite3.Error.
        """
        self._path, self._cache_kib = path, cache_kib
        self._connection = self._opened()
        self._terms: dict[tuple[int, str], int] = {}
        self._counts: dict[int, int] = {}
        self.frontier = Frontier()
        self.why_rebuilt = ""
        """Why the index was last thrown away and begun again, in French; empty when it never was."""
        self._load()

    @property
    def size(self) -> int:
        """How many records of the log have been read."""
        return self.frontier.size

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def refresh(self) -> None:
        """Notice what another process did to the file: read on, or began anew. Raises OSError, sqlite3.Error."""
        if _identity(self._path) != self._file:
            self._connection.close()
            self._connection = self._opened()
            self._load()
        elif self._connection.execute("SELECT size FROM state").fetchone() != (self.size,):
            self._load()

    def begin_again(self, reason: str) -> None:
        """Throw everything away. `reason`, in French, is kept for whoever asks why."""
        self._connection.close()
        removed(self._path)
        self._connection = self._opened()
        self._connection.execute("UPDATE state SET rebuilt = ?", (reason,))
        self._load()

    def take(self, records: Sequence[Record]) -> None:
        """Read these records, the next ones of the log, all or none. Raises ValueError when they are not the next."""
        if not records:
            return
        frontier = self.frontier.copy()
        tallies = Tallies()
        lines: list[Row] = []
        asked: dict[int, Row] = {}
        sweep: int | None = None
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            if self._connection.execute("SELECT size FROM state").fetchone() != (frontier.size,):
                raise ValueError("another process has read on")
            for record in records:
                seq, entry = record.seq, record.entry
                if seq != frontier.size:
                    raise ValueError(f"record {seq} where {frontier.size} was expected")
                frontier.append(record.leaf)
                line = line_of(entry) if entry is not None else None
                if line is None:
                    continue
                if line.event == "erased":
                    sweep = 0
                row = self._row(seq, line)
                exchange = row[_EXCHANGE]
                if line.event == "asked" and exchange is not None:
                    asked[exchange] = row
                    continue
                if line.event in OUTCOMES and exchange is not None:
                    row = (seq, self._question(exchange, asked), *row[2:])
                lines.append(row)
                tallies.count(line, row)
            self._connection.executemany(_INSERT_LINE, lines)
            self._connection.executemany(_INSERT_PENDING, asked.values())
            tallies.write(self._connection)
            for block in range(self.frontier.size // BLOCK, frontier.size // BLOCK):
                self.seal(block)
            self._connection.execute(
                "UPDATE state SET size = ?, frontier = ?, leaf = ?, sweep = coalesce(?, sweep)",
                (frontier.size, frontier.to_bytes(), records[-1].leaf, sweep),
            )
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            self._terms.clear()  # numbers given in a transaction that did not happen
            self._load()
            raise
        self.frontier = frontier

    def forget(self, start: int, erased: Sequence[int]) -> None:
        """Remove the lines of records that were erased in the log since; `start` is where the next look begins."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for seq in erased:
                self._connection.execute("DELETE FROM line WHERE seq = ?", (seq,))
                self._connection.execute("DELETE FROM pending WHERE seq = ?", (seq,))
            full = self.size // BLOCK
            for block in sorted({seq // BLOCK for seq in erased}):
                if block < full:
                    self.seal(block)
            self._connection.execute("UPDATE state SET sweep = ?", (start if start < self.size else None,))
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    @property
    def last_leaf(self) -> bytes:
        """The leaf of the last record read; empty when there is none."""
        (found,) = self._connection.execute("SELECT leaf FROM state").fetchone()
        return bytes(found)

    @property
    def sweep(self) -> int | None:
        """Where the look for erased records has come to; None when none is under way."""
        (found,) = self._connection.execute("SELECT sweep FROM state").fetchone()
        return None if found is None else int(found)

    def seal(self, block: int) -> None:
        """Write the bits of a full block from its lines."""
        first = block << 16
        columns = ", ".join(("seq", "at", *TERMS))
        offsets: dict[int, array[int]] = defaultdict(lambda: array("H"))  # a tenth of what lists of a block would take
        first_at: int | None = None
        last_at: int | None = None
        rows = self._connection.execute(
            f"SELECT {columns} FROM line WHERE seq BETWEEN ? AND ? ORDER BY seq",  # noqa: S608 — our own column names
            (first, first + BLOCK - 1),
        )
        for seq, at, *terms in rows:
            offset = seq - first
            offsets[ANY].append(offset)
            for term in terms:
                if term is not None:
                    offsets[term].append(offset)
            first_at = at if first_at is None or at < first_at else first_at
            last_at = at if last_at is None or at > last_at else last_at
        old = self._connection.execute("SELECT 1 FROM block WHERE block = ?", (block,)).fetchone()
        if old:
            known = self._connection.execute("SELECT id FROM term").fetchall()
            self._connection.executemany(
                "DELETE FROM posting WHERE key = ?", [(posting_key(term, block),) for (term,) in (*known, (ANY,))]
            )
        self._connection.executemany(
            "INSERT INTO posting VALUES (?, ?, ?)",
            [(posting_key(term, block), len(found), packed(found)) for term, found in sorted(offsets.items())],
        )
        self._connection.execute(
            "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?)", (block, len(offsets[ANY]), first_at, last_at)
        )

    def _row(self, seq: int, line: Line) -> Row:
        terms = (
            None if text is None else self._terms.get((field, text)) or self._number(field, text)
            for field, text in enumerate(line.terms)
        )
        return (seq, None, line.at, *terms, *line.keys, line.status, line.latency_ms, int(line.cached))

    def _question(self, exchange: int, asked: dict[int, Row]) -> int | None:
        """The number of the question of this exchange, which now has its outcome."""
        found = asked.pop(exchange, None)
        if found is not None:
            return found[0]
        row = self._connection.execute("SELECT seq FROM pending WHERE exchange = ?", (exchange,)).fetchone()
        if row is None:
            return None
        self._connection.execute("DELETE FROM pending WHERE exchange = ?", (exchange,))
        return int(row[0])

    def _number(self, field: int, text: str) -> int:
        """The number of a term, a new one when it has none and its field has not too many."""
        if self._counts.get(field, 0) >= _MOST_TERMS:
            text = OTHER
        number = self._terms.get((field, text))
        if number is None:
            cursor = self._connection.execute("INSERT INTO term(field, text) VALUES (?, ?)", (field, text))
            number = self._terms[field, text] = int(cursor.lastrowid or 0)
            self._counts[field] = self._counts.get(field, 0) + 1
        return number

    def _load(self) -> None:
        rows = self._connection.execute("SELECT id, field, text FROM term").fetchall()
        self._terms = {(field, text): number for number, field, text in rows}
        self._file = _identity(self._path)
        self._counts = {field: sum(1 for _, other, _ in rows if other == field) for field in range(len(TERMS))}
        frontier, self.why_rebuilt = self._connection.execute("SELECT frontier, rebuilt FROM state").fetchone()
        self.frontier = Frontier.from_bytes(frontier)

    def _opened(self) -> sqlite3.Connection:
        if self._path.exists():
            with suppress(sqlite3.DatabaseError, OSError):
                return self._known()
            removed(self._path)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        connection.execute("PRAGMA page_size=8192")
        self._prepare(connection)
        connection.executescript(f"BEGIN;{SCHEMA}")
        connection.execute("INSERT INTO state VALUES (0, ?, x'', NULL, '')", (Frontier().to_bytes(),))
        connection.execute("COMMIT")
        return connection

    def _known(self) -> sqlite3.Connection:
        """The file as it stands, if it is one of ours. Raises sqlite3.DatabaseError when it is not."""
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        try:
            self._prepare(connection)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != FORMAT:
                raise sqlite3.DatabaseError("another format")
            size, frontier = connection.execute("SELECT size, frontier FROM state").fetchone()
            if Frontier.from_bytes(frontier).size != size:
                raise sqlite3.DatabaseError("a frontier of another size")
        except (ValueError, TypeError) as error:
            connection.close()
            raise sqlite3.DatabaseError("not an index") from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"cache_size=-{self._cache_kib}",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def posting_key(term: int, block: int) -> int:
    """Where the bits of a term in a block stand."""
    return term << TERM_SHIFT | block


def reading(path: Path, *, mapped: bool = True) -> sqlite3.Connection:
    """A connection that only reads; `mapped`: with the file in memory, for searches. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=2, check_same_thread=False
    )
    if mapped:
        connection.execute("PRAGMA cache_size=-16384")
        connection.execute("PRAGMA mmap_size=1073741824")
    return connection


def removed(path: Path) -> None:
    """Remove the file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
