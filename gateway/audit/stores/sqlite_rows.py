# SPDX-License-Identifier: EUPL-1.2
"""The rows of `audit.db`, by a connection of any kind; and the file as a source to read from."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.audit.layout import SCHEMA, USER_VERSION
from gateway.audit.reading import opened, state_of
from gateway.audit.stores.rows import Rows


class SqliteRows:
    """What a connection sees. See rows.Rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def schema_complaint(self) -> str | None:
        """Anything but our tables, or another version of them."""
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if 0 < version < USER_VERSION:
            return (
                f"version {version} du format, au lieu de {USER_VERSION} : ce journal est d'une version antérieure de "
                "la passerelle ; gardez-le pour le vérifier avec elle, et commencez un autre journal"
            )
        if version != USER_VERSION:
            return f"version {version} du format, au lieu de {USER_VERSION}"
        schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid"
        names = []
        for kind, name, table, sql in self._connection.execute(schema):
            if (kind, table, sql) != ("table", name, SCHEMA.get(name)):
                return f"le fichier contient autre chose que nos tables, ou autrement : {name!r}"
            names.append(name)
        if sorted(names) != sorted(SCHEMA):
            return f"tables trouvées : {names!r}, au lieu de {sorted(SCHEMA)!r}"
        return None

    def heads(self) -> list[tuple[object, ...]]:
        """See Rows."""
        return self._connection.execute("SELECT size, root, chain, frontier, note FROM head").fetchall()

    def records(self, start: int | None = None) -> Iterable[tuple[object, object, object, object]]:
        """See Rows."""
        if start is None:
            return self._connection.execute("SELECT seq, leaf, entry, chain FROM record ORDER BY seq")
        later = "SELECT seq, leaf, entry, chain FROM record WHERE seq >= ? ORDER BY seq"
        return self._connection.execute(later, (start,))

    def last_record(self) -> tuple[object, object] | None:
        """See Rows."""
        last = "SELECT seq, chain FROM record ORDER BY seq DESC LIMIT 1"
        found: tuple[object, object] | None = self._connection.execute(last).fetchone()
        return found

    def entries(self, start: int, stop: int) -> list[tuple[int, bytes | None, bytes]]:
        """See Rows."""
        some = "SELECT seq, entry, leaf FROM record WHERE seq >= ? AND seq < ? ORDER BY seq"
        return self._connection.execute(some, (start, stop)).fetchall()

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """See Rows."""
        some = "SELECT leaf FROM record WHERE seq >= ? AND seq < ? ORDER BY seq"
        return [leaf for (leaf,) in self._connection.execute(some, (start, stop))]

    def tile(self, level: int, index: int) -> bytes | None:
        """See Rows."""
        one = "SELECT hashes FROM tile WHERE level=? AND idx=?"
        row = self._connection.execute(one, (level, index)).fetchone()
        return row[0] if row else None

    def tiles(self) -> Iterable[tuple[object, object, object]]:
        """See Rows."""
        return self._connection.execute("SELECT level, idx, hashes FROM tile")

    def published(self) -> Iterable[tuple[object, object, object]]:
        """See Rows."""
        return self._connection.execute("SELECT size, note, at FROM published ORDER BY size")

    def last_published(self) -> tuple[int, str, int] | None:
        """See Rows."""
        last = "SELECT size, note, at FROM published ORDER BY size DESC LIMIT 1"
        found: tuple[int, str, int] | None = self._connection.execute(last).fetchone()
        return found


class SqliteSource:
    """A file, live or dead, opened anew for each reading and never changed. See rows.Source."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """See Source."""
        with opened(self._path) as connection:
            yield SqliteRows(connection)

    def close(self) -> None:
        """Nothing is held between two readings."""

    def state(self) -> object:
        """See Source."""
        return state_of(self._path)
