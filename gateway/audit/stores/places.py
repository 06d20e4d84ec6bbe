# SPDX-License-Identifier: EUPL-1.2
"""From where the log is kept to who can read it. The PostgreSQL client is loaded only by those who have an address."""

from pathlib import Path

from gateway.audit.stores.address import Place, expect_address
from gateway.audit.stores.rows import Source
from gateway.audit.stores.sqlite_rows import SqliteSource


def source_at(place: Place) -> Source:
    """Who reads there."""
    if isinstance(place, Path):
        return SqliteSource(place)
    expect_address(place)
    from gateway.audit.stores.postgres_rows import PostgresSource

    return PostgresSource(place)
