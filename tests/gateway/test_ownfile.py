# SPDX-License-Identifier: EUPL-1.2
"""A room's own file: private, all or nothing, and its troubles told in the room's exception."""

import sqlite3
import stat
from pathlib import Path
from threading import Thread

import pytest

from gateway.ownfile import Kind, OwnFile

SCHEMA = "CREATE TABLE one(id TEXT PRIMARY KEY, of TEXT REFERENCES one(id)) STRICT"


class Trouble(Exception):
    """What the room raises."""


def opened(path: Path, *since: tuple[str, ...]) -> OwnFile:
    return OwnFile(path, Kind("Le fichier d'essai", Trouble, SCHEMA, since))


def broken_off(file: OwnFile) -> None:
    with file.writing() as db:
        db.execute("INSERT INTO one VALUES ('a', NULL)")
        raise ZeroDivisionError


def test_it_is_its_owner_s_alone_and_what_is_written_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    file = opened(path)
    with file.writing() as db:
        db.execute("INSERT INTO one VALUES ('a', NULL)")
    file.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = opened(path)
    assert again.rows("SELECT id FROM one WHERE id = ?", "a") == [("a",)]
    again.close()


def test_what_breaks_off_changes_nothing_and_a_rule_of_the_tables_is_told_as_it_is(tmp_path: Path) -> None:
    file = opened(tmp_path / "own.db")
    with pytest.raises(ZeroDivisionError):
        broken_off(file)
    with file.writing() as db:
        db.execute("INSERT INTO one VALUES ('b', NULL)")
    for wrong in (("b", None), ("c", "nobody")):
        with pytest.raises(sqlite3.IntegrityError), file.writing() as db:
            db.execute("INSERT INTO one VALUES (?, ?)", wrong)
    assert file.rows("SELECT id FROM one") == [("b",)]
    file.close()


def test_a_file_of_a_later_version_or_of_no_version_at_all_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    opened(path, ()).close()
    with pytest.raises(Trouble, match=r"Le fichier d'essai est d'une version inconnue \(2\)\."):
        opened(path)
    other = tmp_path / "other.db"
    other.write_bytes(b"ceci n'est pas une base" * 50)
    with pytest.raises(Trouble, match="Le fichier d'essai ne peut pas être ouvert"):
        opened(other)
    with pytest.raises(Trouble, match="ne peut pas être ouvert"):
        opened(tmp_path / "absent" / "own.db")


def test_a_file_of_an_earlier_version_is_brought_up_to_date_and_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    file = opened(path)
    with file.writing() as db:
        db.execute("INSERT INTO one VALUES ('a', NULL)")
    file.close()
    steps = (("ALTER TABLE one ADD COLUMN more TEXT DEFAULT 'x'",), ("CREATE TABLE two(id TEXT) STRICT",))
    for _ in range(2):  # the second time there is nothing left to do
        file = opened(path, *steps)
        assert file.rows("SELECT id, more, (SELECT count(*) FROM two) FROM one") == [("a", "x", 0)]
        assert file.rows("PRAGMA user_version") == [(3,)]
        file.close()


def test_reading_and_writing_what_is_not_there_is_told_in_the_room_s_words(tmp_path: Path) -> None:
    file = opened(tmp_path / "own.db")
    with pytest.raises(Trouble, match="ne peut pas être lu"):
        file.rows("SELECT * FROM nothing")
    with pytest.raises(Trouble, match="ne peut pas être écrit"), file.writing() as db:
        db.execute("INSERT INTO nothing VALUES (1)")
    file.close()


def test_several_threads_write_one_after_the_other(tmp_path: Path) -> None:
    file = opened(tmp_path / "own.db")

    def write(first: int) -> None:
        for number in range(first, first + 20):
            with file.writing() as db:
                db.execute("INSERT INTO one VALUES (?, NULL)", (str(number),))

    threads = [Thread(target=write, args=(rank * 20,)) for rank in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.rows("SELECT count(*) FROM one") == [(80,)]
    file.close()
