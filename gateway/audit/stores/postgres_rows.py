# SPDX-License-Identifier: EUPL-1.2
"""The rows of the log's PostgreSQL tables, and the database as a source to read from."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from gateway.audit.stores.postgres import NAME, SCHEMA, Connection, connected, latest
from gateway.audit.stores.rows import Rows

_AT_ONCE = 2000
_READING_MS = 30_000
_COLUMNS = {
    ("head", "size", "bigint", True), ("head", "root", "bytea", True), ("head", "chain", "bytea", True),
    ("head", "frontier", "bytea", True), ("head", "note", "text", True),
    ("migration", "number", "integer", True),
    ("published", "size", "bigint", True), ("published", "note", "text", True), ("published", "at", "bigint", True),
    ("record", "seq", "bigint", True), ("record", "leaf", "bytea", True), ("record", "entry", "bytea", False),
    ("record", "chain", "bytea", True),
    ("tile", "level", "smallint", True), ("tile", "idx", "bigint", True), ("tile", "hashes", "bytea", True),
}  # fmt: skip
_FOUND_COLUMNS = """
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind <> 'i' AND a.attnum > 0 AND NOT a.attisdropped
"""
_FOUND_MORE = """
SELECT 'un index', i.relname::text FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid
WHERE i.relnamespace = to_regnamespace(%(schema)s) AND NOT x.indisprimary
UNION ALL
SELECT 'un déclencheur', t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND NOT t.tgisinternal
UNION ALL
SELECT 'une règle', r.rulename::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = to_regnamespace(%(schema)s)
UNION ALL
SELECT 'une politique d''accès', c.relname::text FROM pg_class c
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relrowsecurity
"""


class PostgresRows:
    """What a connection sees. See rows.Rows."""

    def __init__(self, connection: Connection, *, checked: bool = False) -> None:
        self._connection = connection
        self._checked = checked

    def schema_complaint(self) -> str | None:
        """Anything but our tables as the migrations make them. `checked`: they were, when this was connected."""
        if self._checked:
            return None
        found = set(self._all(_FOUND_COLUMNS, (SCHEMA,)))
        for table, column, kind, required in sorted(found ^ _COLUMNS):
            words = "manque" if (table, column, kind, required) in _COLUMNS else "n'est pas des nôtres"
            return f"la colonne {table}.{column} ({kind}) {words}"
        for kind, name in self._all(_FOUND_MORE, {"schema": SCHEMA}):
            return f"la base contient autre chose que nos tables : {kind}, {name}"
        numbers = [number for (number,) in self._all("SELECT number FROM dlnuf_log.migration ORDER BY number")]
        if numbers != list(range(1, latest() + 1)):
            return f"migrations {numbers}, au lieu de 1 à {latest()}"
        return None

    def heads(self) -> list[tuple[object, ...]]:
        """See Rows."""
        return self._all("SELECT size, root, chain, frontier, note FROM dlnuf_log.head")

    def records(self, start: int | None = None) -> Iterable[tuple[object, object, object, object]]:
        """See Rows. Without `start`, a few at a time: within a transaction."""
        if start is not None:
            later = "SELECT seq, leaf, entry, chain FROM dlnuf_log.record WHERE seq >= %s ORDER BY seq"
            yield from self._all(later, (start,))
            return
        with self._connection.cursor("records") as cursor:
            cursor.itersize = _AT_ONCE
            everything = "SELECT seq, leaf, entry, chain FROM dlnuf_log.record ORDER BY seq"
            yield from cursor.execute(everything, binary=True)

    def last_record(self) -> tuple[object, object] | None:
        """See Rows."""
        found: tuple[object, object] | None = self._one(
            "SELECT seq, chain FROM dlnuf_log.record ORDER BY seq DESC LIMIT 1"
        )
        return found

    def entries(self, start: int, stop: int) -> list[tuple[int, bytes | None, bytes]]:
        """See Rows."""
        some = "SELECT seq, entry, leaf FROM dlnuf_log.record WHERE seq >= %s AND seq < %s ORDER BY seq"
        return self._all(some, (start, stop))

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """See Rows."""
        some = "SELECT leaf FROM dlnuf_log.record WHERE seq >= %s AND seq < %s ORDER BY seq"
        return [leaf for (leaf,) in self._all(some, (start, stop))]

    def tile(self, level: int, index: int) -> bytes | None:
        """See Rows."""
        row: Any = self._one("SELECT hashes FROM dlnuf_log.tile WHERE level = %s AND idx = %s", (level, index))
        return row[0] if row else None

    def tiles(self) -> Iterable[tuple[object, object, object]]:
        """See Rows."""
        return self._all("SELECT level, idx, hashes FROM dlnuf_log.tile")

    def published(self) -> Iterable[tuple[object, object, object]]:
        """See Rows."""
        return self._all("SELECT size, note, at FROM dlnuf_log.published ORDER BY size")

    def last_published(self) -> tuple[int, str, int] | None:
        """See Rows."""
        found: tuple[int, str, int] | None = self._one(
            "SELECT size, note, at FROM dlnuf_log.published ORDER BY size DESC LIMIT 1"
        )
        return found

    def _all(self, query: str, values: Sequence[object] | dict[str, object] = ()) -> list[Any]:
        return self._connection.execute(query.encode(), values, binary=True).fetchall()

    def _one(self, query: str, values: Sequence[object] = ()) -> Any:
        return self._connection.execute(query.encode(), values, binary=True).fetchone()


class PostgresSource:
    """A database to read from: one connection, one reading at a time. See rows.Source."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """Without the address, which may hold a password."""
        return NAME

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """See Source. A connection that was lost since the last reading is made again, once."""
        with self._turn:
            try:
                connection = self._begun()
            except psycopg.OperationalError:
                self.close()
                connection = self._begun()
            try:
                yield PostgresRows(connection)
            except BaseException:
                self.close()
                raise
            connection.execute("COMMIT")

    def state(self) -> object:
        """A transaction is never disturbed."""
        return None

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _begun(self) -> Connection:
        if self._connection is None:
            self._connection = connected(self._address, statement_timeout=_READING_MS)
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return self._connection
