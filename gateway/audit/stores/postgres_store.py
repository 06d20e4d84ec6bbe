# SPDX-License-Identifier: EUPL-1.2
"""The log in a PostgreSQL that several gateways write: one statement for each batch, and the head's row as their lock.

A batch and its head go in together, in one statement that does nothing unless the head is still the one the batch
starts from. Whoever finds another head there takes the row's lock, reads what was written since, and goes on from it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg

from gateway.audit.growth import Growth, Head
from gateway.audit.stores.postgres import NAME, Connection, connected, expect_safe, hold, migrate
from gateway.audit.stores.postgres_rows import PostgresRows
from gateway.audit.stores.rows import Rows
from gateway.audit.stores.store import Contradiction, Unsettled

_ADVANCE = b"""
WITH moved AS (
    UPDATE dlnuf_log.head SET size = %b, root = %b, chain = %b, frontier = %b, note = %b WHERE note = %b RETURNING 1
), written AS (
    INSERT INTO dlnuf_log.record
    SELECT %b::bigint + n - 1, leaf, entry, chain
    FROM moved, unnest(%b::bytea[], %b::bytea[], %b::bytea[]) WITH ORDINALITY AS batch(leaf, entry, chain, n)
), grown AS (
    INSERT INTO dlnuf_log.tile
    SELECT level, idx, hashes
    FROM moved, unnest(%b::smallint[], %b::bigint[], %b::bytea[]) AS longer(level, idx, hashes)
    ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes
)
SELECT count(*) FROM moved
"""
_THIN = b"""
DELETE FROM dlnuf_log.published
WHERE at < %s AND size NOT IN (SELECT min(size) FROM dlnuf_log.published GROUP BY at / 3600)
"""
_PUBLISH = b"""
INSERT INTO dlnuf_log.published VALUES (%s, %s, %s)
ON CONFLICT (size) DO UPDATE SET note = excluded.note, at = excluded.at
"""


class PostgresStore:
    """See store.Store. `address`: libpq's, `postgresql://…`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._open: Connection | None = None
        self._held = False

    @property
    def name(self) -> str:
        """Without the address, which may hold a password."""
        return NAME

    @property
    def rows(self) -> Rows:
        """See Store."""
        return PostgresRows(self._connection, checked=True)

    @property
    def connected(self) -> bool:
        """See Store."""
        return self._open is not None

    @property
    def _connection(self) -> Connection:
        if self._open is None:
            raise psycopg.OperationalError("not connected")
        return self._open

    def connect(self, *, new: bool, doubtful: bool) -> None:
        """See Store. What another connection can read is on the disk: nothing is ever doubtful here."""
        connection = self._open = connected(self._address)
        expect_safe(connection)
        hold(connection)
        migrate(connection, create=new)
        if complaint := PostgresRows(connection).schema_complaint():
            raise Contradiction(complaint)

    def disconnect(self) -> None:
        """See Store."""
        connection, self._open, self._held = self._open, None, False
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See Store."""
        connection = self._connection
        connection.execute("BEGIN")
        if connection.execute("SELECT 1 FROM dlnuf_log.head FOR UPDATE").fetchone() is None:
            connection.execute("LOCK TABLE dlnuf_log.head IN EXCLUSIVE MODE")  # there is no row to wait for yet
        self._held = True
        yield
        self._held = False
        with self._settling():
            connection.execute("COMMIT")

    def blank(self) -> bool:
        """See Store."""
        empty = "SELECT NOT EXISTS (TABLE dlnuf_log.head) AND NOT EXISTS (TABLE dlnuf_log.record)"
        return self._connection.execute(empty).fetchone() == (True,)

    def found(self, head: Head, at: int) -> None:
        """See Store."""
        self._connection.execute("INSERT INTO dlnuf_log.head VALUES (%s, %s, %s, %s, %s)", head.row())
        self.publish(head.tree.size, head.note, at)

    def touch(self) -> None:
        """See Store."""
        self._connection.execute("UPDATE dlnuf_log.head SET size = size")

    def advance(self, growth: Growth) -> bool:
        """See Store."""
        grown = sorted(growth.after.tree.grown.items())
        values = (
            *growth.after.row(),
            growth.before.note,
            growth.before.tree.size,
            growth.leaves,
            list(growth.entries),
            growth.chains,
            [level for (level, _), _ in grown],
            [index for (_, index), _ in grown],
            [hashes for _, hashes in grown],
        )
        with self._settling():
            found = self._connection.execute(_ADVANCE, values).fetchone()
        return found == (1,)

    def publish(self, size: int, note: str, at: int) -> None:
        """See Store."""
        self._connection.execute(_PUBLISH, (size, note, at))

    def thin(self, before: int) -> None:
        """See Store."""
        self._connection.execute(_THIN, (before,))

    def prune(self, numbers: Sequence[int]) -> int:
        """See Store. The bytes themselves go when the database next cleans up (VACUUM), and from its backups later."""
        erase = "UPDATE dlnuf_log.record SET entry = NULL WHERE seq = ANY(%s) AND entry IS NOT NULL"
        return self._connection.execute(erase, (list(numbers),)).rowcount

    def innocent(self, error: Exception) -> bool:
        """See Store."""
        return True

    @contextmanager
    def _settling(self) -> Iterator[None]:
        """A connection that is lost while it may be committing leaves a doubt; a refusal by the server does not."""
        try:
            yield
        except psycopg.Error as error:
            state = error.sqlstate
            if state is None or state[:2] == "08" or (state[:2] == "57" and state != "57014"):
                raise Unsettled(str(error)) from error
            raise
