# SPDX-License-Identifier: EUPL-1.2
"""The rows of a log's store as they stand, believed in nothing: what a verification is made from."""

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from gateway.audit.layout import SCHEMA, USER_VERSION


class Rows(Protocol):
    """One state of a store, whatever is written meanwhile. A column may hold anything. Raises trouble.UNREADABLE."""

    def schema_complaint(self) -> str | None:
        """What the store holds other than our tables, in French; None when it holds nothing else."""
        ...

    def heads(self) -> list[tuple[object, ...]]:
        """size, root, chain, frontier, note of each row of `head`: there should be one."""
        ...

    def records(self) -> Iterable[tuple[object, object, object, object]]:
        """seq, leaf, entry, chain, in the order of seq."""
        ...

    def tiles(self) -> Iterable[tuple[object, object, object]]:
        """level, index, hashes."""
        ...

    def published(self) -> Iterable[tuple[object, object, object]]:
        """size, note, at, in the order of size."""
        ...


class SqliteRows:
    """The rows that a connection of reading.opened sees."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def schema_complaint(self) -> str | None:
        """Anything but our tables, or another version of them."""
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
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
        """The head, if there is one."""
        return self._connection.execute("SELECT size, root, chain, frontier, note FROM head").fetchall()

    def records(self) -> Iterable[tuple[object, object, object, object]]:
        """Every record, in order."""
        return self._connection.execute("SELECT seq, leaf, entry, chain FROM record ORDER BY seq")

    def tiles(self) -> Iterable[tuple[object, object, object]]:
        """Every tile."""
        return self._connection.execute("SELECT level, idx, hashes FROM tile")

    def published(self) -> Iterable[tuple[object, object, object]]:
        """Every head that was published."""
        return self._connection.execute("SELECT size, note, at FROM published ORDER BY size")
