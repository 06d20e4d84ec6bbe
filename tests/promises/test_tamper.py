# SPDX-License-Identifier: EUPL-1.2
"""Promise 3: any change to a record, its order, the count or the head is found and named, by whoever holds a copy.

Whoever changes the file here knows everything but the key: chain, tree and head are worked out again after the change
where that helps to hide it. Truncation, and changes by someone who does hold the key, show against a checkpoint kept
elsewhere.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.audit.note import Checkpoint, Signer
from gateway.audit.tree import Tree
from gateway.audit.verify import verify
from tests.gateway.audit.audit_world import SIGNER, entry
from tests.gateway.audit.forger import COUNT, ENTRIES, Change, change, note_of, problem_of, rebuilt, resigned, write_log


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log of 12 exchanges."""
    return write_log(tmp_path_factory.mktemp("journal"))


@pytest.fixture
def copy(origin: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    shutil.copyfile(origin / "audit.db", tmp_path / "audit.db")
    return tmp_path / "audit.db"


def test_what_was_not_changed_verifies(copy: Path) -> None:
    report = verify(copy, SIGNER.verifier, [note_of(copy)])
    assert (report.problem, report.size, report.checkpoints) == (None, COUNT, 1)
    change(copy, "VACUUM")
    assert verify(copy, SIGNER.verifier).problem is None


def insert_copy_of(number: int, at: int) -> Change:
    """Put a copy of a record at a place, and move the later ones."""

    def work(connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT leaf, entry, chain FROM record WHERE seq=?", (number,)).fetchone()
        connection.execute("UPDATE record SET seq = -seq - 2 WHERE seq >= ?", (at,))
        connection.execute("UPDATE record SET seq = -seq - 1 WHERE seq < 0")
        connection.execute("INSERT INTO record VALUES (?, ?, ?, ?)", (at, *row))

    return work


def swap(left: int, right: int, *, with_chain: bool) -> Change:
    """Exchange two records, with or without their chain values."""

    def work(connection: sqlite3.Connection) -> None:
        query = "SELECT leaf, entry, chain FROM record WHERE seq=?"
        rows = [connection.execute(query, (number,)).fetchone() for number in (left, right)]
        for number, (leaf, content, chain) in zip((right, left), rows, strict=True):
            connection.execute("UPDATE record SET leaf=?, entry=? WHERE seq=?", (leaf, content, number))
            if with_chain:
                connection.execute("UPDATE record SET chain=? WHERE seq=?", (chain, number))

    return work


def close_gaps(connection: sqlite3.Connection) -> None:
    """Number the records again from 0."""
    for number, (seq,) in enumerate(connection.execute("SELECT seq FROM record ORDER BY seq").fetchall()):
        connection.execute("UPDATE record SET seq=? WHERE seq=?", (number, seq))


RECORD_CHANGES: list[tuple[str, int, list[str | Change]]] = [
    ("chain", 7, ["UPDATE record SET entry = CAST(replace(entry, '2026', '2027') AS BLOB) WHERE seq = 7"]),
    ("chain", 7, ["UPDATE record SET chain = zeroblob(32) WHERE seq = 7"]),
    ("chain", 7, ["UPDATE record SET chain = x'' WHERE seq = 7"]),
    ("chain", 7, ["UPDATE record SET entry = x'' WHERE seq = 7"]),
    ("chain", 0, ["UPDATE record SET entry = zeroblob(5000) WHERE seq = 0"]),
    ("missing", 7, ["DELETE FROM record WHERE seq = 7"]),
    ("missing", 0, ["DELETE FROM record WHERE seq < 3"]),
    ("missing", COUNT - 1, ["DELETE FROM record WHERE seq = 23"]),
    ("missing", 0, ["DELETE FROM record"]),
    ("missing", 12, ["UPDATE record SET seq = 99 WHERE seq = 12"]),
    ("chain", 7, ["DELETE FROM record WHERE seq = 7", close_gaps]),
    ("chain", 7, [insert_copy_of(6, 7)]),
    ("chain", 20, [insert_copy_of(3, 20)]),
    ("extra", 0, ["INSERT INTO record SELECT -1, leaf, entry, chain FROM record WHERE seq = 0"]),
    ("chain", COUNT, ["INSERT INTO record SELECT 24, leaf, entry, chain FROM record WHERE seq = 5"]),
    ("chain", 4, [swap(4, 9, with_chain=False)]),
    ("chain", 4, [swap(4, 9, with_chain=True)]),
    ("chain", 8, [swap(8, 9, with_chain=True)]),
]


@pytest.mark.parametrize(("kind", "record", "changes"), RECORD_CHANGES)
def test_a_changed_record_is_named(copy: Path, kind: str, record: int, changes: list[str | Change]) -> None:
    change(copy, *changes)
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == (kind, record)
    assert str(record) in problem.explanation


@pytest.mark.parametrize("column", ["leaf", "entry", "chain"])
@pytest.mark.parametrize("value", ["CAST(column AS TEXT)", "NULL", "7", "1.5"])
def test_a_column_of_another_type_is_named(copy: Path, column: str, value: str) -> None:
    """STRICT tables refuse this; a forger takes the word away, and puts it back afterwards."""
    spelled = "UPDATE sqlite_schema SET sql = replace(sql, 'before', 'after') WHERE name = 'record'"

    def respell(before: str, after: str) -> str:
        return spelled.replace("before", before).replace("after", after)

    change(copy, respell(") STRICT", ")"), respell(" NOT NULL", " /*      */"))
    change(copy, "UPDATE record SET column = value WHERE seq = 5".replace("value", value).replace("column", column))
    assert problem_of(copy).kind == "schema"
    change(copy, respell(" /*      */", " NOT NULL"), "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE rowid = 1")
    problem = problem_of(copy)
    erased = (column, value) == ("entry", "NULL")  # the one NULL that has a meaning, which no record backs here
    assert (problem.kind, problem.record) == ("erased" if erased else "type", 5)
    assert erased or column in problem.explanation


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("head", "UPDATE head SET size = 23"),
        ("head", "UPDATE head SET size = 25"),
        ("head", "UPDATE head SET root = zeroblob(32)"),
        ("head", "UPDATE head SET chain = zeroblob(32)"),
        ("head", "UPDATE head SET frontier = CAST(frontier || x'00' AS BLOB)"),
        ("head", "DELETE FROM head"),
        ("head", "INSERT INTO head SELECT * FROM head"),
        ("head", "INSERT INTO head VALUES (0, x'', x'', x'', '')"),
        ("signature", "UPDATE head SET note = ''"),
        ("signature", "UPDATE head SET note = note || char(10)"),
        ("signature", "UPDATE head SET note = replace(note, '24', '23')"),
        ("signature", "UPDATE head SET note = substr(note, 1, length(note) - 8) || 'AAAAAA==' || char(10)"),
        ("signature", "UPDATE head SET note = CAST(x'ff00fe' AS TEXT)"),
    ],
)
def test_a_changed_head_is_found(copy: Path, kind: str, statement: str) -> None:
    change(copy, statement)
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == (kind, None)
    assert "head" in problem.explanation or "tête" in problem.explanation


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM published",
        "UPDATE published SET note = ''",
        "UPDATE published SET note = replace(note, '0', '1')",
        "UPDATE published SET size = 7",
    ],
)
def test_a_changed_publication_is_found(copy: Path, statement: str) -> None:
    change(copy, statement)
    assert problem_of(copy).kind == "published"


def test_a_published_head_is_held_against_the_records_like_one_kept_elsewhere(copy: Path) -> None:
    tree = Tree()
    tree.extend(ENTRIES[:7])
    note = SIGNER.sign(Checkpoint(SIGNER.name, 7, tree.root()).text())
    change(copy, lambda connection: connection.execute("INSERT INTO published VALUES (7, ?, 0)", (note,)))
    assert verify(copy, SIGNER.verifier).problem is None
    fork = SIGNER.sign(Checkpoint(SIGNER.name, 7, bytes(32)).text())
    change(copy, lambda connection: connection.execute("UPDATE published SET note=? WHERE size=7", (fork,)))
    assert problem_of(copy).kind == "rewritten"
    late = SIGNER.sign(Checkpoint(SIGNER.name, COUNT + 1, bytes(32)).text())
    change(copy, lambda connection: connection.execute("UPDATE published SET size=25, note=? WHERE size=7", (late,)))
    assert (problem_of(copy).kind, problem_of(copy).record) == ("truncated", COUNT)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE autre(a)",
        "CREATE VIEW vue AS SELECT 1",
        "CREATE INDEX rang ON record(chain)",
        "CREATE TRIGGER oubli AFTER INSERT ON record BEGIN DELETE FROM record WHERE seq = 0; END",
        "ALTER TABLE record ADD COLUMN autre TEXT",
        "ALTER TABLE head ADD COLUMN autre TEXT",
        "ALTER TABLE head RENAME TO tete",
        "DROP TABLE head",
        "DROP TABLE record",
        "ANALYZE",
        "PRAGMA user_version = 1",
    ],
)
def test_anything_else_in_the_file_is_found(copy: Path, statement: str) -> None:
    change(copy, statement)
    assert problem_of(copy).kind == "schema"


@pytest.mark.parametrize(
    ("kind", "record", "forgery"),
    [
        ("rewritten", None, "UPDATE record SET entry = CAST(replace(entry, '-127', '-128') AS BLOB) WHERE seq = 7"),
        ("missing", COUNT - 2, "DELETE FROM record WHERE seq >= 22"),
        ("missing", 0, "DELETE FROM record"),
        ("extra", COUNT, lambda file: file.execute("INSERT INTO record VALUES (24, x'', ?, x'')", (entry(99),))),
    ],
)
def test_a_forger_who_works_everything_out_again_lacks_the_signature(
    copy: Path, kind: str, record: int | None, forgery: str | Change
) -> None:
    change(copy, forgery, rebuilt)
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == (kind, record)


def test_a_log_signed_by_another_key_is_refused(copy: Path) -> None:
    namesake, stranger = Signer.from_seed(SIGNER.name, b"n" * 32), Signer.from_seed("autre.test", b"s" * 32)
    for signer in (namesake, stranger):
        change(copy, resigned(signer))
        assert problem_of(copy).kind == "signature"
        assert verify(copy, signer.verifier).problem is None
        assert problem_of(copy, verifier=SIGNER.verifier).kind == "signature"


def test_a_log_cut_back_and_signed_again_is_truncated_against_a_checkpoint(copy: Path) -> None:
    kept = note_of(copy)
    change(copy, "DELETE FROM record WHERE seq >= 20", resigned())
    assert verify(copy, SIGNER.verifier).problem is None
    problem = problem_of(copy, kept)
    assert (problem.kind, problem.record) == ("truncated", COUNT - 4)


def test_a_log_rewritten_and_signed_again_is_found_between_two_checkpoints(copy: Path, origin: Path) -> None:
    kept = []
    for size in (4, 16, COUNT):
        tree = Tree()
        tree.extend(ENTRIES[:size])
        kept.append(SIGNER.sign(Checkpoint(SIGNER.name, size, tree.root()).text()))
    assert verify(origin / "audit.db", SIGNER.verifier, kept).checkpoints == 3
    change(
        copy,
        "UPDATE record SET entry = CAST(replace(entry, 'marche-127', 'marche-128') AS BLOB) WHERE seq = 9",
        resigned(),
    )
    assert verify(copy, SIGNER.verifier).problem is None
    problem = problem_of(copy, *kept)
    assert problem.kind == "rewritten"
    assert "des enregistrements 4 à 15" in problem.explanation


def test_two_checkpoints_of_one_size_that_differ_cannot_both_be_kept(copy: Path) -> None:
    fork = SIGNER.sign(Checkpoint(SIGNER.name, COUNT, bytes(32)).text())
    assert problem_of(copy, note_of(copy), fork).kind == "rewritten"


@pytest.mark.parametrize("kept", ["", "n'importe quoi", Signer.from_seed("autre", bytes(32)).sign("autre\n0\nAA==\n")])
def test_a_checkpoint_of_another_key_proves_nothing_and_says_so(copy: Path, kept: str) -> None:
    assert problem_of(copy, kept).kind == "checkpoint"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one example after the other is written."""
    return tmp_path_factory.mktemp("essais") / "audit.db"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bit_of_any_row_counts(origin: Path, scratch: Path, data: st.DataObject) -> None:
    """One bit of one column of one row: found, and for a record named."""
    shutil.copyfile(origin / "audit.db", scratch)
    number = data.draw(st.integers(0, COUNT - 1))
    columns = ["leaf", "entry", "chain"]
    column = data.draw(st.sampled_from(columns))
    with closing(sqlite3.connect(scratch, isolation_level=None)) as connection:
        row = connection.execute("SELECT leaf, entry, chain FROM record WHERE seq=?", (number,)).fetchone()
        value = row[columns.index(column)]
        bit = data.draw(st.integers(0, 8 * len(value) - 1))
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        connection.execute("UPDATE record SET column=? WHERE seq=?".replace("column", column), (bytes(changed), number))
    problem = problem_of(scratch)
    assert (problem.kind, problem.record) == ("chain", number)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(COUNT)), kept=st.integers(0, COUNT))
def test_any_other_order_or_count_is_found_at_its_first_difference(
    origin: Path, scratch: Path, order: list[int], kept: int
) -> None:
    """Whole rows put in another order, or fewer of them, whatever the forger works out again."""
    if order[:kept] == list(range(COUNT)):
        return
    first = next((place for place, number in enumerate(order[:kept]) if place != number), kept)
    for forged in (False, True):
        shutil.copyfile(origin / "audit.db", scratch)
        with closing(sqlite3.connect(scratch, isolation_level=None)) as connection:
            rows = connection.execute("SELECT leaf, entry, chain FROM record ORDER BY seq").fetchall()
            connection.execute("BEGIN")
            connection.execute("DELETE FROM record")
            chosen = [(place, *rows[number]) for place, number in enumerate(order[:kept])]
            connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", chosen)
            if forged:
                rebuilt(connection)
            connection.execute("COMMIT")
        problem = problem_of(scratch)
        if not forged:
            assert (problem.kind, problem.record) == (("chain" if first < kept else "missing"), first)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2**31), mask=st.integers(1, 255))
@example(place=4026, mask=128)  # in the text of the schema, which SQLite quotes when it complains
def test_any_byte_of_the_file_is_harmless_or_found(origin: Path, scratch: Path, place: int, mask: int) -> None:
    """A byte that belongs to no row may change unseen; then every row reads as it was written."""
    content = bytearray((origin / "audit.db").read_bytes())
    content[place % len(content)] ^= mask
    scratch.write_bytes(content)
    report = verify(scratch, SIGNER.verifier)
    if report.problem is None:
        with closing(sqlite3.connect(f"{scratch.as_uri()}?immutable=1", uri=True)) as connection:
            assert [row[0] for row in connection.execute("SELECT entry FROM record ORDER BY seq")] == ENTRIES
