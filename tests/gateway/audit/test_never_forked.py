# SPDX-License-Identifier: EUPL-1.2
"""No second history is ever signed: not on an older copy, not on a fork, not on nothing; only under another name."""

import argparse
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gateway.audit.anchor import Anchor
from gateway.audit.ledger import Ledger, LogUnavailable
from gateway.audit.log import AuditLog
from gateway.audit.note import Checkpoint, Signer, open_checkpoint
from gateway.audit.recovery import NotRecovered, recover
from gateway.audit.stores.address import Place
from gateway.audit.stores.writers import store_at
from gateway.audit.verify import verify
from gateway.cli.audit import register
from gateway.identity.keys import create_missing
from gateway.identity.keys import load as load_keys
from tests.gateway.audit.audit_world import SIGNER, entry, identity, stored, verified

TABLES = ("record", "tile", "head", "published")
Backup = Callable[[], None]


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    """Where the log's memory is, which no backup of the store brings back."""
    return tmp_path / "ailleurs.anchor"


def opened(place: Place, anchor: Path | None, signer: Signer = SIGNER, *notes: str) -> Ledger:
    return Ledger(store_at(place), signer, Anchor(anchor) if anchor else None, notes)


def written(place: Place, anchor: Path | None, *numbers: int) -> str:
    """Append these records and publish; the note."""
    with closing(opened(place, anchor)) as ledger:
        ledger.append([entry(number) for number in numbers])
        return ledger.publish().note


def backup(place: Place, name: str = "sauvegarde") -> Backup:
    """Keep the store as it is now; calling what is returned puts it back."""
    if isinstance(place, Path):
        copy = shutil.copyfile(place, place.with_name(name))
        return lambda: _replaced(place, copy)
    with closing(psycopg.connect(place)) as connection:
        kept = {table: connection.execute(f"TABLE dlnuf_log.{table}".encode()).fetchall() for table in TABLES}

    def put_back() -> None:
        with closing(psycopg.connect(place)) as connection:
            for table, rows in kept.items():
                connection.execute(f"TRUNCATE dlnuf_log.{table}".encode())
                for row in rows:
                    into = f"INSERT INTO dlnuf_log.{table} VALUES ({','.join(['%s'] * len(row))})"  # noqa: S608  # our names
                    connection.execute(into.encode(), row)
            connection.commit()

    return put_back


def _replaced(place: Path, copy: Path) -> None:
    gone(place)
    shutil.copyfile(copy, place)


def gone(place: Place) -> None:
    """Remove the store."""
    if isinstance(place, Path):
        for path in place.parent.glob(f"{place.name}*"):
            path.unlink()
    else:
        with closing(psycopg.connect(place, autocommit=True)) as connection:
            connection.execute("DROP SCHEMA dlnuf_log CASCADE")


def assert_refused(place: Place, anchor: Path | None, complaint: str, *notes: str) -> None:
    """Every record is refused, with the reason and what to do about it, and nothing is written."""
    with closing(opened(place, anchor, SIGNER, *notes)) as ledger:
        for _ in range(2):
            with pytest.raises(LogUnavailable, match=complaint):
                ledger.append([entry(99)])
            with pytest.raises(LogUnavailable, match=r"remettez le bon journal.*dlnuf audit recover"):
                ledger.publish()


def test_an_older_copy_is_refused_at_start_and_the_right_one_is_accepted_again(place: Place, anchor: Path) -> None:
    written(place, anchor, 0, 1)
    old = backup(place)
    written(place, anchor, 2, 3, 4)
    right = backup(place, "bonne")
    old()
    assert_refused(place, anchor, "compte 2 enregistrements, et ailleurs.anchor en a vu 5")
    assert stored(place) == [entry(0), entry(1)]
    with closing(opened(place, anchor)) as ledger:
        with pytest.raises(LogUnavailable):
            ledger.open()
        right()
        assert ledger.append([entry(5)]) == 5, "no restart is needed"
    assert verified(place).problem is None


def test_without_a_memory_the_older_copy_would_be_continued(place: Place, anchor: Path) -> None:
    """The refusal comes from the anchor, and from nothing else: a copy is complete in itself."""
    written(place, anchor, 0, 1)
    old = backup(place)
    written(place, anchor, 2)
    old()
    written(place, None, 3)
    assert verified(place).problem is None
    assert_refused(place, anchor, "les 3 premiers enregistrements")


def test_a_fork_that_grew_longer_is_refused(place: Place, anchor: Path) -> None:
    written(place, anchor, *range(300))
    old = backup(place)
    written(place, anchor, *range(300, 310))
    old()
    written(place, None, *range(500, 900))
    assert_refused(
        place, anchor, "les 310 premiers enregistrements .* ne sont pas ceux que ailleurs.anchor a vu signer"
    )


def test_what_a_witness_remembers_counts_as_well(place: Place, tmp_path: Path) -> None:
    written(place, None, 0, 1)
    old = backup(place)
    seen = written(place, None, 2)
    old()
    assert_refused(place, None, "un témoin en a vu 3", seen)
    written(place, None, 7)
    assert_refused(place, None, "les 3 premiers enregistrements .* ne sont pas ceux que un témoin a vu signer", seen)


def test_a_store_that_is_gone_is_not_founded_again(place: Place, anchor: Path) -> None:
    written(place, anchor, 0, 1)
    gone(place)
    assert_refused(place, anchor, "manque ou est vide, alors que ailleurs.anchor se souvient de 2 enregistrements")
    if isinstance(place, Path):
        assert not place.exists()


def test_the_first_start_founds_a_log_and_remembers_it(place: Place, anchor: Path) -> None:
    with closing(opened(place, anchor)) as ledger:
        ledger.open()
    assert open_checkpoint(anchor.read_text("utf-8"), SIGNER.verifier).size == 0
    assert anchor.stat().st_mode & 0o077 == 0
    assert written(place, anchor, 0) == anchor.read_text("utf-8")


@pytest.mark.parametrize("content", [b"", b"rien", b"\xff\xfe"])
def test_a_memory_that_says_nothing_is_no_permission(place: Place, anchor: Path, content: bytes) -> None:
    written(place, anchor, 0)
    anchor.write_bytes(content)
    assert_refused(place, anchor, "ailleurs.anchor")


def test_a_memory_of_another_log_is_a_mistake_of_settings_and_said_to_be(place: Place, anchor: Path) -> None:
    written(place, anchor, 0)
    other = Signer.from_seed("autre.test", bytes(range(32)))
    anchor.write_text(other.sign(Checkpoint(other.name, 1, bytes(32)).text()), "utf-8")
    assert_refused(place, anchor, "le nom du journal ou sa clé ont-ils changé")


def test_nothing_is_published_that_could_not_be_remembered(place: Place, tmp_path: Path) -> None:
    anchor = tmp_path / "dossier" / "log.anchor"
    anchor.parent.mkdir()
    first = written(place, anchor, 0)
    shutil.rmtree(anchor.parent)
    with closing(opened(place, None)) as plain:
        plain.append([entry(1)])
        ledger = Ledger(store_at(place), SIGNER, Anchor(anchor))
        with closing(ledger), pytest.raises(LogUnavailable):
            ledger.publish()
        assert plain.publish(age_s=1e9).note == first


async def test_a_running_log_tells_its_reason_until_the_right_store_is_back(place: Place, anchor: Path) -> None:
    written(place, anchor, 0)
    right = backup(place)
    gone(place)
    log = AuditLog.open(place, SIGNER, anchor=anchor)
    with pytest.raises(LogUnavailable, match="dlnuf audit recover"):
        await log.append(entry(1))
    assert "dlnuf audit recover" in log.reason
    if not isinstance(place, Path):
        founded(place)
    right()
    assert await log.append(entry(1)) == 1
    assert (await log.publish()).size == 2
    log.close()


def founded(address: str) -> None:
    """Empty tables, for a backup to be put into."""
    with closing(opened(address, None)) as ledger:
        ledger.open()


def test_another_log_begins_with_the_head_of_the_one_it_takes_over_from(place: Place, anchor: Path) -> None:
    written(place, anchor, 0, 1)
    old = backup(place)
    lost = open_checkpoint(written(place, anchor, 2), SIGNER.verifier)
    old()
    with pytest.raises(NotRecovered, match="un autre nom"):
        recover(place, anchor, SIGNER, "t0", lambda head: entry(0))
    after = Signer.from_seed("dlnuf.test/journal-2", bytes(range(32)))
    told: list[Checkpoint] = []

    def first(head: Checkpoint) -> bytes:
        told.append(head)
        return entry(7, {"v": 1, "event": "log_recovered", "at": "2026-11-22T10:00:00.000Z", "origin": head.origin,
                         "size": head.size, "root": head.root.hex(), "reason": "essai"})  # fmt: skip

    done = recover(place, anchor, after, "t1", first)
    assert told == [lost] == [done.old]
    with closing(opened(place, anchor, after)) as ledger:
        assert ledger.append([entry(8)]) == 1
    report = verify(place, after.verifier, [anchor.read_text("utf-8")])
    assert (report.problem, report.size, report.checkpoints) == (None, 2, 1)
    if isinstance(place, Path):
        aside = place.with_name(done.aside)
        assert verify(aside, SIGNER.verifier).size == 2, "what was put aside is all there"
    with closing(opened(place, anchor)) as ledger, pytest.raises(LogUnavailable, match="ont-ils changé"):
        ledger.open()


def test_nothing_is_taken_over_from_nothing(place: Place, anchor: Path) -> None:
    with pytest.raises(NotRecovered, match="ni le journal ni sa mémoire"):
        recover(place, anchor, Signer.from_seed("neuf", bytes(32)), "t0", lambda head: entry(0))


def run(*words: object) -> Any:
    parser = argparse.ArgumentParser(prog="dlnuf")
    register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["audit", *map(str, words)])
    return arguments.run(arguments)


def test_the_command_recovers_verifies_and_shows_a_log_of_either_kind(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_missing(tmp_path / "keys", lambda count: bytes(count))
    signer = Signer("avant", load_keys(tmp_path / "keys").audit)
    (tmp_path / "keys" / "audit.pub").write_text(signer.verifier.text(), "utf-8")
    flags: tuple[str, ...] = ()
    if not isinstance(place, Path):
        monkeypatch.setenv("DLNUF_LOG_URL", place)
        flags = ("--database",)
    with closing(opened(place, tmp_path / "log.anchor", signer)) as ledger:
        ledger.append([entry(number) for number in range(3)])
        ledger.publish()
    assert run("verify", "--state", tmp_path, *flags) == 0
    recovering = ("recover", "--state", tmp_path, "--reason", "essai", *flags, "--origin")
    assert run(*recovering, "avant") == 1
    assert "un autre nom" in capsys.readouterr().err
    assert run(*recovering, "après") == 0
    said = capsys.readouterr().out
    assert "DLNUF_LOG_ORIGIN=après" in said
    assert "à 3 enregistrements" in said
    assert run("verify", "--state", tmp_path, *flags) == 0
    assert run("show", "--state", tmp_path, "--json", *flags) == 0
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    record = line["record"]
    assert (record["event"], record["origin"], record["size"], record["reason"]) == (
        "log_recovered", "avant", 3, "essai",
    )  # fmt: skip
    assert run("show", "--state", tmp_path, "--id", record["id"], *flags) == 0
    assert run("show", "--state", tmp_path, "--id", identity(4), *flags) == 0
    assert run("checkpoint", "--state", tmp_path, *flags) == 0
    assert "après" in capsys.readouterr().out


def test_a_file_of_the_former_shape_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE record(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, chain BLOB NOT NULL)")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    with closing(opened(path, None)) as ledger, pytest.raises(LogUnavailable, match="d'une version antérieure"):
        ledger.open()
    problem = verified(path).problem
    assert problem is not None
    assert "d'une version antérieure" in problem.explanation
