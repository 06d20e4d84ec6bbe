# SPDX-License-Identifier: EUPL-1.2
"""From where the log is kept to where its subjects' keys are: a file beside the log's, or a table of its database."""

from pathlib import Path

from gateway.audit.stores.address import Place, expect_address
from gateway.audit.subject_keys import KeyStore, SqliteKeys

FILE = "subjects.db"


def keys_at(log: Place) -> KeyStore:
    """The keys that go with the log kept there. Raises BadPlace."""
    if isinstance(log, Path):
        return SqliteKeys(log.with_name(FILE))
    expect_address(log)
    from gateway.audit.stores.postgres_keys import PostgresKeys

    return PostgresKeys(log)
