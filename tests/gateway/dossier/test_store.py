# SPDX-License-Identifier: EUPL-1.2
"""The files on disk: found again as they were, readable by nobody without the key, limited, and erased when over."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.dossier import store as store_module
from gateway.dossier.files import Files
from gateway.dossier.store import Store
from gateway.dossier.values import Declaration
from gateway.dossier.words import Standing, State
from gateway.problems import Problem
from tests.gateway.dossier.files_world import KEY, NOW, PERSON, SIRET, Time, dossier, item, opened

FILE = dossier(item("attestation_vigilance", "2027-04-30", {"code": "TRES-SECRET"}), item("identite", value={"a": 1}))


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    """An empty store."""
    found = opened(tmp_path, Time())
    yield found
    found.store.close()


def test_another_process_finds_a_file_as_it_was(files: Files, tmp_path: Path) -> None:
    """Its parts, their order, its events."""
    files.create(FILE, "cle", "digest")
    said = Declaration("d", "exclusions", SIRET, "Honneur", True, PERSON, 1)
    after = files.change(
        FILE.id, lambda one: (replace(one, declarations=(said,)), [("declaration.recue", {"cle": "exclusions"})])
    )
    files.store.close()
    again = opened(tmp_path, Time())
    assert again.get(FILE.id) == after
    assert [event.name for event in again.events(FILE.id, 0)] == ["dossier.ouvert", "declaration.recue"]
    assert again.store.answered("h", "cle") == ("digest", FILE.id)
    again.store.close()


def test_nothing_of_a_company_is_in_the_clear(files: Files, tmp_path: Path) -> None:
    """Neither values, nor its number, nor names, nor documents, nor the portal's keys."""
    files.create(FILE, "cle-du-portail", "digest")
    with files.store.writing():
        files.store.file(FILE.id, b"TRES-SECRET document")
        files.store.answers.keep(("answer", "h", SIRET), FILE.id, 2_000_000_000, b"TRES-SECRET answer")
    files.store.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (b"TRES-SECRET", SIRET.encode(), SIRET[:9].encode(), b"Vercheny", b"cle-du-portail"):
        assert secret not in raw


def test_another_key_opens_nothing(files: Files, tmp_path: Path) -> None:
    """And says so rather than show something else."""
    files.create(FILE, "", "")
    files.store.close()
    other = opened(tmp_path, Time(), b"x" * 32)
    with pytest.raises(Problem):
        other.get(FILE.id)
    other.store.close()


def test_a_row_moved_to_another_file_is_not_read(files: Files) -> None:
    """Each row is bound to its place: nobody's certificate becomes another's."""
    files.create(FILE, "", "")
    other = dossier(item("identite", value={"a": 2}), identifier="1" * 36)
    files.create(other, "", "")
    database = files.store._db
    database.execute("DELETE FROM part WHERE dossier = ?", (other.id,))
    database.execute("UPDATE part SET dossier = ?", (other.id,))
    with pytest.raises(Problem):
        files.store.load(other.id)


def test_a_change_that_is_refused_leaves_nothing_behind(files: Files) -> None:
    """Not even what it had filed before."""
    files.create(FILE, "", "")

    def change(one):  # type: ignore[no-untyped-def] # raises in any case
        files.store.file(one.id, b"content")
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        files.change(FILE.id, change)
    assert files.store.content(FILE.id, "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73") is None
    assert files.get(FILE.id) == FILE


def test_a_file_has_a_limit(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document that would exceed it is refused, those before stay."""
    monkeypatch.setattr(store_module, "FILE_BYTES", 1_000)
    files.create(FILE, "", "")
    with files.store.writing():
        kept = files.store.file(FILE.id, b"a" * 600)
        with pytest.raises(Problem) as refused:
            files.store.file(FILE.id, b"b" * 600)
        assert files.store.file(FILE.id, b"a" * 600) == kept
    assert refused.value.code == "00713"
    assert files.store.content(FILE.id, kept) == b"a" * 600


def test_what_is_over_is_erased_whole(files: Files) -> None:
    """Nothing of it stays in any table."""
    files.create(FILE, "cle", "digest")
    with files.store.writing():
        files.store.file(FILE.id, b"document")
    assert files.store.over(FILE.until - 1) == []
    assert files.store.over(FILE.until) == [FILE.id]
    files.erase(FILE.id)
    tables = ("dossier", "part", "blob", "event", "request", "delivery", "kept")
    counts = [files.store._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
    assert counts == [0] * len(tables)
    with pytest.raises(Problem) as refused:
        files.get(FILE.id)
    assert refused.value.code == "00700"


def test_what_a_registry_says_of_a_file_that_was_given_up_is_not_kept(files: Files) -> None:
    """Its answer was under way: no other file may then be filled with it."""
    files.create(FILE, "", "")
    store, key = files.store, ("answer", "h", SIRET)
    for expected in (b"said", None):
        with store.writing():
            store.answers.keep(key, FILE.id, 2_000_000_000, b"said")
        found = store.answers.find(key, int(NOW))
        assert (found and found[1]) == expected
        files.change(FILE.id, lambda one: (replace(one, standing=Standing.WITHDRAWN), ()))


def test_room_that_an_erased_file_leaves_is_used_again(tmp_path: Path) -> None:
    """Else a store that was full once would take nothing any more."""
    store = Store(tmp_path / "small.db", KEY, os.urandom, limit=3_000_000)
    files = Files(store, lambda: NOW)
    for rank in range(5):
        one = replace(FILE, id=f"{rank}" * 36)
        files.create(one, "", "")
        with store.writing():
            store.file(one.id, os.urandom(2_000_000))
        with pytest.raises(Problem) as refused, store.writing():
            store.file(one.id, os.urandom(2_000_000))
        assert refused.value.code == "00713"
        files.erase(one.id)
    store.close()


def test_a_file_past_its_deadline_takes_no_place_of_its_portal(files: Files) -> None:
    """It can no longer be deposited; it is kept for its time, and must not keep others from beginning."""
    files.create(FILE, "", "")
    deadline = FILE.tender.deadline or 0
    assert [files.store.count("h", moment) for moment in (deadline - 1, deadline)] == [1, 0]


def test_the_unfinished_are_those_a_registry_still_owes(files: Files) -> None:
    """Settled, withdrawn and refused files are left alone at a start."""
    waiting = dossier(item("identite", state=State.PENDING), identifier="2" * 36)
    gone = replace(waiting, id="3" * 36, number="3", standing=Standing.WITHDRAWN)
    for one in (FILE, waiting, gone):
        files.create(one, "", "")
    assert files.store.unfinished() == [waiting.id]
