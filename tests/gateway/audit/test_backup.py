# SPDX-License-Identifier: EUPL-1.2
"""A backup holds together whatever is written meanwhile, can be gone on from, and an older one is noticed."""

import re
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.audit.log import ANCHOR, AuditLog
from gateway.audit.note import Signer
from gateway.audit.recording import written_at
from gateway.audit.verify import verify
from gateway.cli.main import parser
from gateway.identity.keys import load
from tests.gateway.audit.aged_world import Aged, aged
from tests.gateway.audit.audit_world import entry
from tests.gateway.audit.forger import change

OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


@pytest.fixture
def world(tmp_path: Path) -> Aged:
    found = aged(tmp_path)
    assert found.run("hold", "place", "--since", "2026-10-01", "--reason", "essai") == 0
    return found


def opened(state: Path) -> AuditLog:
    return AuditLog.open(state / "audit.db", Signer("dlnuf", load(state / "keys").audit))


def test_a_backup_taken_while_records_are_written_verifies(world: Aged, capsys: pytest.CaptureFixture[str]) -> None:
    log, done = opened(world.state), threading.Event()
    number = [0]

    def write() -> None:
        while not done.is_set():
            log.append_now([entry(20_000 + number[0], at=written_at(datetime.now(UTC)))])
            number[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    out = world.state.parent / "copie"
    try:
        assert world.run("backup", "--out", out) == 0
    finally:
        done.set()
        writer.join()
        log.close()
    size = verify(out / "audit.db", world.verifier).size
    assert 14 <= size <= world.size()
    assert f"Copie vérifiée : {size} enregistrements" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {"audit.db", "holds.db", "audit.pub"}
    assert out.stat().st_mode & 0o077 == 0


def test_the_subjects_keys_are_only_copied_elsewhere(world: Aged) -> None:
    log, keys = world.state.parent / "journal", world.state.parent / "clés"
    assert world.run("backup", "--out", log, "--subjects-out", keys) == 0
    assert [path.name for path in keys.iterdir()] == ["subjects.db"]
    assert not (log / "subjects.db").exists()


def test_what_names_people_is_only_copied_elsewhere(world: Aged) -> None:
    for name in ("people.db", "dossiers.db"):
        with closing(sqlite3.connect(world.state / name)) as db:
            db.execute("CREATE TABLE kept(name TEXT)")
            db.execute("INSERT INTO kept VALUES ('Camille Fictive')")
            db.commit()
    log, named = world.state.parent / "journal", world.state.parent / "personnes"
    assert world.run("backup", "--out", log, "--people-out", named) == 0
    assert {path.name for path in named.iterdir()} == {"people.db", "dossiers.db"}
    with closing(sqlite3.connect(named / "dossiers.db")) as db:
        assert db.execute("SELECT name FROM kept").fetchall() == [("Camille Fictive",)]
    assert not {path.name for path in log.iterdir()} & {"people.db", "dossiers.db"}


def test_no_backup_replaces_another(world: Aged) -> None:
    out = world.state.parent / "copie"
    assert world.run("backup", "--out", out) == 0
    before = (out / "audit.db").read_bytes()
    assert world.run("backup", "--out", out) == 1
    assert (out / "audit.db").read_bytes() == before


def test_a_log_that_does_not_hold_is_not_called_a_backup(world: Aged, capsys: pytest.CaptureFixture[str]) -> None:
    change(world.state / "audit.db", "UPDATE record SET chain = zeroblob(32) WHERE seq = 3")
    assert world.run("backup", "--out", world.state.parent / "copie") == 1
    assert "ne se vérifie pas" in capsys.readouterr().err


def test_a_restored_backup_goes_on_where_it_stopped(world: Aged) -> None:
    out, keys = world.state.parent / "journal", world.state.parent / "clés"
    assert world.run("backup", "--out", out, "--subjects-out", keys) == 0
    restored = world.state.parent / "restauré"
    again = Aged(restored, restored / "audit.db")
    shutil.copytree(out, again.state)
    shutil.copy(keys / "subjects.db", again.state)
    shutil.copytree(world.state / "keys", again.state / "keys")
    size = again.size()
    tomorrow = datetime.now(UTC) + timedelta(days=1)  # after the hold, which was placed today
    again.write([again.exchange(f"{tomorrow:%Y-%m-%d}")])
    assert (again.verified().problem, again.size()) == (None, size + 2)
    assert again.run("hold", "list") == 0


def test_an_older_backup_is_refused_by_whoever_remembers_a_later_head(world: Aged) -> None:
    out = world.state.parent / "journal"
    assert world.run("backup", "--out", out) == 0
    world.write([world.exchange("2026-11-07")])
    world.exported("2026-11")  # which publishes the head
    assert (world.state / ANCHOR).exists()
    later = world.checkpoint()
    for path in world.state.glob("audit.db*"):
        path.unlink()
    shutil.copy(out / "audit.db", world.state / "audit.db")
    log = opened(world.state)
    try:
        assert log.reason
    finally:
        log.close()
    problem = world.verified(later).problem
    assert problem is not None
    assert problem.kind == "truncated"


def test_a_destroyed_key_that_came_back_from_a_backup_is_destroyed_again(world: Aged) -> None:
    keys = world.state.parent / "clés"
    assert world.run("backup", "--out", world.state.parent / "journal", "--subjects-out", keys) == 0
    exports = [word for month in ("2020-02", "2020-03") for word in ("--export", world.exported(month))]
    assert world.run("erase", "--due", *exports) == 0
    shutil.copy(keys / "subjects.db", world.state / "subjects.db")
    assert world.keys.all()["2020-02"] is not None
    assert world.run("erase", "--due") == 0
    assert world.keys.all()["2020-02"] is None


def test_every_command_of_the_operations_page_exists() -> None:
    """Each is read by the real command line; lines that go on after a backslash are one."""
    text = OPERATIONS.read_text("utf-8").replace("\\\n", " ")
    commands = re.findall(r"^dlnuf (.+?)(?: >.*)?$", text, re.MULTILINE)
    assert len(commands) >= 8
    for command in commands:
        parser().parse_args(re.sub(r"[…]", "x", command).split())
