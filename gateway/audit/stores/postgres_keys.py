# SPDX-License-Identifier: EUPL-1.2
"""The subjects' monthly keys in the PostgreSQL of the log, for gateways that share it. See subject_keys.KeyStore."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg

from gateway.audit.stores.postgres import Connection, connected, expect_safe, migrate
from gateway.audit.subject_keys import KeysUnavailable
from gateway.audit.trouble import described


class PostgresKeys:
    """`address`: libpq's, `postgresql://…`. Connected for each call: there are a few a month."""

    def __init__(self, address: str) -> None:
        self._address = address

    def read(self, month: str) -> tuple[bytes | None, bool]:
        """See KeyStore."""
        with self._connected() as connection:
            row = connection.execute(
                "SELECT wrapped FROM dlnuf_subjects.subject_key WHERE month = %s", (month,)
            ).fetchone()
        return (_bytes(row[0]), True) if row else (None, False)

    def create(self, month: str, wrapped: bytes) -> None:
        """See KeyStore."""
        with self._connected() as connection:
            connection.execute(
                "INSERT INTO dlnuf_subjects.subject_key VALUES (%s, %s) ON CONFLICT (month) DO NOTHING",
                (month, wrapped),
            )

    def destroy(self, month: str) -> bool:
        """See KeyStore. The row's former version is swept away; what the server archives, its operator destroys."""
        with self._connected() as connection:
            changed = connection.execute(
                "UPDATE dlnuf_subjects.subject_key SET wrapped = NULL WHERE month = %s AND wrapped IS NOT NULL",
                (month,),
            )
            connection.execute("VACUUM dlnuf_subjects.subject_key")
            return changed.rowcount == 1

    def all(self) -> Mapping[str, bytes | None]:
        """See KeyStore."""
        with self._connected() as connection:
            rows = connection.execute(
                'SELECT month, wrapped FROM dlnuf_subjects.subject_key ORDER BY month COLLATE "C"'
            )
            return {str(month): _bytes(wrapped) for month, wrapped in rows}

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            connection = connected(self._address)
            try:
                expect_safe(connection)
                migrate(connection, create=True)
                yield connection
            finally:
                connection.close()
        except (psycopg.Error, OSError) as error:
            reason = described(error)
            raise KeysUnavailable(f"les clés des sujets ne peuvent pas être lues ou gardées : {reason}") from error


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None
