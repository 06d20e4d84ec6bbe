# SPDX-License-Identifier: EUPL-1.2
"""From where the log is kept to who can write it: apart from places.py, so that readers know nothing of writers."""

from pathlib import Path

from gateway.audit.stores.address import Place, expect_address
from gateway.audit.stores.sqlite_store import SqliteStore
from gateway.audit.stores.store import Store


def store_at(place: Place) -> Store:
    """Who writes there."""
    if isinstance(place, Path):
        return SqliteStore(place)
    expect_address(place)
    from gateway.audit.stores.postgres_store import PostgresStore

    return PostgresStore(place)
