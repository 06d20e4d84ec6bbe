# SPDX-License-Identifier: EUPL-1.2
"""From where the log is kept to who can write it or read it: a path is a file of SQLite, an address a PostgreSQL.

The PostgreSQL client is loaded only by those who have an address.
"""

from pathlib import Path

from gateway.audit.stores.rows import Source
from gateway.audit.stores.sqlite_rows import SqliteSource

Place = Path | str
"""A file, or an address `postgresql://…` (libpq's: host, user, TLS options), which may hold a password: never shown."""

SCHEMES = ("postgresql://", "postgres://")


class BadPlace(ValueError):
    """What is given as the log's address is not one. The message is in French."""


def source_at(place: Place) -> Source:
    """Who reads there."""
    if isinstance(place, Path):
        return SqliteSource(place)
    expect_address(place)
    from gateway.audit.stores.postgres_rows import PostgresSource

    return PostgresSource(place)


def expect_address(address: str) -> str:
    """The address, if it is one. Raises BadPlace."""
    if not address.startswith(SCHEMES):
        raise BadPlace("l'adresse du journal commence par postgresql://")
    return address
