# SPDX-License-Identifier: EUPL-1.2
"""A connection to the log's PostgreSQL: bounded waits, commits that mean what they say, and tables brought up to date.

The address is libpq's and decides of the host, the user and TLS (`sslmode=verify-full&sslrootcert=…`). Every wait has
an end, at the server (statement, lock, idle transaction) and here (connection, answer).
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql
from psycopg.abc import RV, PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gateway.audit.stores.address import BadPlace, expect_address

SCHEMA = "dlnuf_log"
NAME = "la base du journal"
_CONNECT_S, _ANSWER_S, _GONE_S = 3, 6.0, 2.0
_SERVER_MS = {"statement_timeout": 5000, "lock_timeout": 2000, "idle_in_transaction_session_timeout": 5000}
_DEFAULTS = {
    "connect_timeout": _CONNECT_S,
    "application_name": "dlnuf",
    "tcp_user_timeout": 5000,
    "keepalives_idle": 10,
}
_TABLES = ("record", "tile", "head", "published")  # what the first migration creates
_LOCK = 0x646C_6E75_66  # any number of our own, for those who create tables at the same time
_WRITTEN = 0x646C_6E75_67  # … shared by those who write the log
_KEPT = (
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'), "
    "pg_is_in_recovery(), current_setting('transaction_read_only')"
)


class Unsafe(OSError):
    """The database does not promise that what it confirms is on its disk, or cannot be written. In French."""


class Connection(psycopg.Connection[tuple[object, ...]]):
    """A connection that does not wait for ever for an answer."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """As psycopg's, with a time-out of our own when none is given: a silent network is a lost connection."""
        return super().wait(gen, interval, _ANSWER_S if timeout is None else timeout)


def connected(address: str, **server: int) -> Connection:
    """A connection that commits each statement. `server`: time-outs in ms instead of ours. Raises BadPlace, Error."""
    try:
        given: dict[str, Any] = conninfo_to_dict(expect_address(address))
        limits = " ".join(f"-c {name}={value}" for name, value in (_SERVER_MS | server).items())
        options = f"-c synchronous_commit=on {limits} {given.pop('options', '')}"
        info = make_conninfo("", **{**_DEFAULTS, **given, "options": options})
    except psycopg.ProgrammingError:
        # What it complains of may quote the address, and with it a password.
        raise BadPlace("l'adresse du journal ne peut pas être lue (DLNUF_LOG_URL)") from None
    return Connection.connect(info, autocommit=True)


def expect_safe(connection: Connection) -> None:
    """Check that a confirmed commit is on the disk, and that this server takes writes. Raises Unsafe."""
    fsync, pages, commit, standby, read_only = connection.execute(_KEPT).fetchone() or ()
    if (fsync, pages) != ("on", "on"):
        raise Unsafe(f"la base n'écrit pas vraiment sur son disque (fsync={fsync}, full_page_writes={pages})")
    if commit not in ("on", "remote_apply"):
        raise Unsafe(f"la base confirme avant d'avoir écrit (synchronous_commit={commit})")
    if standby or read_only != "off":
        raise Unsafe("la base est en lecture seule (réplique en attente ?)")


def migrate(connection: Connection, *, create: bool) -> None:
    """Bring the tables up to date. Raises FileNotFoundError when there are none and they may not be created, Unsafe."""
    known = list(_migrations())
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        (there, table) = connection.execute(
            "SELECT to_regnamespace(%s) IS NOT NULL, to_regclass(%s) IS NOT NULL", (SCHEMA, f"{SCHEMA}.migration")
        ).fetchone() or (False, False)
        if not table:
            if not create:
                raise FileNotFoundError(2, "no such schema", NAME)
            if not there:
                connection.execute("CREATE SCHEMA dlnuf_log")
            connection.execute("CREATE TABLE dlnuf_log.migration (number integer PRIMARY KEY)")
        rows = connection.execute("SELECT number FROM dlnuf_log.migration ORDER BY number").fetchall()
        done = [int(str(number)) for (number,) in rows]
        if done != list(range(1, len(done) + 1)) or len(done) > len(known):
            raise Unsafe(f"les tables du journal sont d'une autre version de la passerelle (migrations : {done})")
        for number, text in enumerate(known[len(done) :], len(done) + 1):
            connection.execute(text.encode())
            connection.execute("INSERT INTO dlnuf_log.migration VALUES (%s)", (number,))


def hold(connection: Connection) -> None:
    """Hold the log as one of its writers, until this connection ends. Raises Unsafe: another log is being begun."""
    if not _locked(connection, b"SELECT pg_try_advisory_lock_shared(%s)"):
        raise Unsafe("un autre journal y est commencé en ce moment (dlnuf audit recover)")


@contextmanager
def unwritten(address: str) -> Iterator[bool]:
    """Whether nobody holds the log, and for the time of the block nobody will if so. Raises BadPlace, Error."""
    with closing(connected(address)) as connection:
        free = _locked(connection, b"SELECT pg_try_advisory_lock(%s)")
        try:
            yield free
        finally:
            connection.execute("SELECT pg_advisory_unlock_all()")


def _locked(connection: Connection, wish: bytes) -> bool:
    """Whether the lock was had. The server takes a moment to notice that its last holder has gone."""
    until = time.monotonic() + _GONE_S
    while connection.execute(wish, (_WRITTEN,)).fetchone() != (True,):
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True


def put_aside(address: str, stamp: str) -> str:
    """Move the log's tables to a schema of their own, so that another log can be founded; its name.

    What else is kept beside the log stays. Raises BadPlace, Error.
    """
    aside = f"{SCHEMA}_{stamp.lower()}"
    with closing(connected(address)) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if connection.execute("SELECT to_regclass('dlnuf_log.record')").fetchone() != (None,):
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(aside)))
            for table in _TABLES:
                move = sql.SQL("ALTER TABLE dlnuf_log.{} SET SCHEMA {}")
                connection.execute(move.format(sql.Identifier(table), sql.Identifier(aside)))
            connection.execute(next(_migrations()).encode())
    return aside


def latest() -> int:
    """How many migrations there are."""
    return len(list(_migrations()))


def _migrations() -> Iterator[str]:
    folder = files(__package__) / "migrations"
    for file in sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name):
        yield file.read_text("utf-8")
