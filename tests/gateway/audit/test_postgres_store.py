# SPDX-License-Identifier: EUPL-1.2
"""A database that promises less than it keeps is refused, and so is one that holds anything but our tables."""

import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from gateway.audit.ledger import Ledger, LogUnavailable
from gateway.audit.stores.address import BadPlace
from gateway.audit.stores.writers import store_at
from tests.gateway.audit.audit_world import SIGNER, entry, verified
from tests.postgres import Server, new_server


def refusal(address: str) -> str:
    """Why the log cannot be opened there."""
    with closing(Ledger(store_at(address), SIGNER)) as ledger, pytest.raises(LogUnavailable) as refused:
        ledger.append([entry(0)])
    return str(refused.value)


@pytest.fixture
def address(postgres: Server) -> str:
    """A database with a log of one record."""
    found = postgres.database()
    with closing(Ledger(store_at(found), SIGNER)) as ledger:
        ledger.append([entry(0)])
    assert verified(found).problem is None
    return found


@pytest.mark.parametrize("value", ["off", "local", "remote_write"])
def test_a_commit_that_does_not_wait_for_the_disk_is_refused(address: str, value: str) -> None:
    said = refusal(f"{address}?options=-c%20synchronous_commit%3D{value}")
    assert f"synchronous_commit={value}" in said


def test_a_server_that_does_not_flush_is_refused() -> None:
    with tempfile.TemporaryDirectory(prefix="dlnuf-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        server = new_server(Path(folder) / "server", fsync="off")
        server.start()
        try:
            assert "fsync=off" in refusal(server.database())
        finally:
            server.stop()


def test_a_database_that_cannot_be_written_is_refused(address: str) -> None:
    assert "lecture seule" in refusal(f"{address}?options=-c%20default_transaction_read_only%3Don")


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE dlnuf_log.autre (a int)",
        "CREATE VIEW dlnuf_log.vue AS SELECT 1 AS un",
        "CREATE INDEX rang ON dlnuf_log.record (chain)",
        "ALTER TABLE dlnuf_log.record ADD COLUMN autre text",
        "ALTER TABLE dlnuf_log.record ALTER COLUMN chain DROP NOT NULL",
        "ALTER TABLE dlnuf_log.record ENABLE ROW LEVEL SECURITY",
        "CREATE RULE oubli AS ON INSERT TO dlnuf_log.record DO ALSO DELETE FROM dlnuf_log.record WHERE seq = 0",
        "CREATE FUNCTION dlnuf_log.rien() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
        "CREATE TRIGGER oubli BEFORE INSERT ON dlnuf_log.record FOR EACH ROW EXECUTE FUNCTION dlnuf_log.rien()",
    ],
)
def test_anything_but_our_tables_is_refused_and_found(address: str, change: str) -> None:
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute(change.encode())
    assert "ne se vérifie plus" in refusal(address)
    problem = verified(address).problem
    assert problem is not None
    assert problem.kind == "schema"


def test_tables_of_a_later_version_are_left_alone(address: str) -> None:
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute("INSERT INTO dlnuf_log.migration VALUES ((SELECT max(number) + 1 FROM dlnuf_log.migration))")
    assert "autre version de la passerelle" in refusal(address)


def test_no_message_ever_shows_the_password() -> None:
    secret = "motdepasse-a-moi"
    assert secret not in refusal(f"postgresql://dlnuf:{secret}@127.0.0.1:1/journal")
    assert secret not in refusal(f"postgresql://dlnuf:{secret}@127.0.0.1:1/journal?sslmod=require")
    with pytest.raises(BadPlace) as refused:
        store_at(f"mysql://dlnuf:{secret}@127.0.0.1/journal")
    assert secret not in str(refused.value)
