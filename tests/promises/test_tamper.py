# SPDX-License-Identifier: EUPL-1.2
"""Promise 3: any change to a record, its order, the count or the head is found and named, by whoever holds a copy.

Whoever changes the file here knows everything but the key: chain, tree and head are worked out again after the change
where that helps to hide it. Truncation, and changes by someone who does hold the key, show against a checkpoint kept
elsewhere.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.log import AuditLog
from gateway.audit.note import Checkpoint, Signer, Verifier
from gateway.audit.report import Problem, Report
from gateway.audit.tree import Tree
from gateway.audit.verify import verify
from tests.gateway.audit.audit_world import ANSWERED, ASKED, SIGNER, entry

Change = Callable[[sqlite3.Connection], object]
COUNT = 24
ENTRIES = [entry(number // 2, (ASKED, ANSWERED)[number % 2]) for number in range(COUNT)]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 12 exchanges."""
    folder = tmp_path_factory.mktemp("journal")
    log = AuditLog.open(folder / "audit.db", SIGNER)
    for start in range(0, COUNT, 8):
        log.append_now(ENTRIES[start : start + 8])
    log.close()
    return folder


@pytest.fixture
def copy(origin: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    shutil.copyfile(origin / "audit.db", tmp_path / "audit.db")
    return tmp_path / "audit.db"


def change(path: Path, *changes: str | Change) -> None:
    """Change the file with all the rights there are."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        for one in changes:
            if callable(one):
                one(connection)
            else:
                connection.execute(one)


def rebuilt(connection: sqlite3.Connection) -> Tree:
    """Work out the chain and the head's columns again, as a forger would: all but the signature."""
    tree = Tree()
    rows = connection.execute("SELECT seq, entry FROM record ORDER BY seq").fetchall()
    connection.execute("DELETE FROM record")
    for number, (_, content) in enumerate(rows):
        connection.execute("INSERT INTO record VALUES (?, ?, ?)", (number, content, tree.append(content)))
    connection.execute(
        "UPDATE head SET size=?, root=?, chain=?, frontier=?",
        (tree.size, tree.root(), tree.chain, tree.frontier.to_bytes()),
    )
    return tree


def resigned(signer: Signer = SIGNER) -> Change:
    """Work out everything again and sign it."""

    def work(connection: sqlite3.Connection) -> None:
        tree = rebuilt(connection)
        note = signer.sign(Checkpoint(signer.name, tree.size, tree.root()).text())
        connection.execute("UPDATE head SET note=?", (note,))

    return work


def problem_of(path: Path, *kept: str, verifier: Verifier = SIGNER.verifier) -> Problem:
    """What the verification finds wrong; it must find something."""
    report = verify(path, verifier, kept)
    assert report.problem is not None
    return report.problem


def note_of(path: Path) -> str:
    """The checkpoint one would have kept elsewhere."""
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT note FROM head").fetchone()[0])


def test_what_was_not_changed_verifies(copy: Path) -> None:
    report = verify(copy, SIGNER.verifier, [note_of(copy)])
    assert (report.problem, report.size, report.checkpoints) == (None, COUNT, 1)
    change(copy, "VACUUM")
    assert verify(copy, SIGNER.verifier).problem is None


def insert_copy_of(number: int, at: int) -> Change:
    """Put a copy of a record at a place, and move the later ones."""

    def work(connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT entry, chain FROM record WHERE seq=?", (number,)).fetchone()
        connection.execute("UPDATE record SET seq = -seq - 2 WHERE seq >= ?", (at,))
        connection.execute("UPDATE record SET seq = -seq - 1 WHERE seq < 0")
        connection.execute("INSERT INTO record VALUES (?, ?, ?)", (at, *row))

    return work


def swap(columns: str, left: int, right: int) -> Change:
    """Exchange two records, with or without their chain values."""

    def work(connection: sqlite3.Connection) -> None:
        names = columns.split(",")
        query = f"SELECT {columns} FROM record WHERE seq=?"
        rows = [connection.execute(query, (number,)).fetchone() for number in (left, right)]
        places = ",".join(f"{name}=?" for name in names)
        for number, row in zip((right, left), rows, strict=True):
            connection.execute(f"UPDATE record SET {places} WHERE seq=?", (*row, number))

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
    ("missing", COUNT - 1, [f"DELETE FROM record WHERE seq = {COUNT - 1}"]),
    ("missing", 0, ["DELETE FROM record"]),
    ("missing", 12, ["UPDATE record SET seq = 99 WHERE seq = 12"]),
    ("chain", 7, ["DELETE FROM record WHERE seq = 7", close_gaps]),
    ("chain", 7, [insert_copy_of(6, 7)]),
    ("chain", 20, [insert_copy_of(3, 20)]),
    ("extra", 0, ["INSERT INTO record SELECT -1, entry, chain FROM record WHERE seq = 0"]),
    ("chain", COUNT, [f"INSERT INTO record SELECT {COUNT}, entry, chain FROM record WHERE seq = 5"]),
    ("chain", 4, [swap("entry", 4, 9)]),
    ("chain", 4, [swap("entry,chain", 4, 9)]),
    ("chain", 8, [swap("entry,chain", 8, 9)]),
]


@pytest.mark.parametrize(("kind", "record", "changes"), RECORD_CHANGES)
def test_a_changed_record_is_named(copy: Path, kind: str, record: int, changes: list[str | Change]) -> None:
    change(copy, *changes)
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == (kind, record)
    assert str(record) in problem.explanation


@pytest.mark.parametrize("column", ["entry", "chain"])
@pytest.mark.parametrize("value", ["CAST({} AS TEXT)", "NULL", "7", "1.5"])
def test_a_column_of_another_type_is_named(copy: Path, column: str, value: str) -> None:
    """STRICT tables refuse this; a forger takes the word away, and puts it back afterwards."""
    schema = "UPDATE sqlite_schema SET sql = replace(sql, '{}', '{}') WHERE name = 'record'"
    looser = [schema.format(" STRICT", ""), schema.format(" NOT NULL", "         ")]
    change(copy, *looser)
    change(copy, f"UPDATE record SET {column} = {value.format(column)} WHERE seq = 5")
    assert problem_of(copy).kind == "schema"
    change(
        copy, schema.format("         ", " NOT NULL"), "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE rowid = 1"
    )
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == ("type", 5)
    assert column in problem.explanation


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("head", "UPDATE head SET size = 23"),
        ("head", "UPDATE head SET size = 25"),
        ("head", "UPDATE head SET root = zeroblob(32)"),
        ("head", "UPDATE head SET chain = zeroblob(32)"),
        ("head", "UPDATE head SET frontier = frontier || zeroblob(1)"),
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
        "PRAGMA user_version = 2",
    ],
)
def test_anything_else_in_the_file_is_found(copy: Path, statement: str) -> None:
    change(copy, statement)
    assert problem_of(copy).kind == "schema"


@pytest.mark.parametrize(
    ("kind", "record", "statement"),
    [
        ("rewritten", None, "UPDATE record SET entry = CAST(replace(entry, '2026', '2027') AS BLOB) WHERE seq = 7"),
        ("missing", COUNT - 2, f"DELETE FROM record WHERE seq >= {COUNT - 2}"),
        ("missing", 0, "DELETE FROM record"),
        ("extra", COUNT, f"INSERT INTO record VALUES ({COUNT}, CAST('{entry(99).decode()}' AS BLOB), x'')"),
    ],
)
def test_a_forger_who_works_everything_out_again_lacks_the_signature(
    copy: Path, kind: str, record: int | None, statement: str
) -> None:
    change(copy, statement, rebuilt)
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == (kind, record)


def test_a_log_signed_by_another_key_is_refused(copy: Path) -> None:
    namesake, stranger = Signer.from_seed(SIGNER.name, b"n" * 32), Signer.from_seed("autre.test", b"s" * 32)
    for signer in (namesake, stranger):
        change(copy, resigned(signer))
        assert problem_of(copy).kind == "signature"
        assert verify(copy, signer.verifier).problem is None
        assert problem_of(copy, verifier=SIGNER.verifier).kind == "signature"


@pytest.mark.parametrize(
    ("record", "content"),
    [
        (6, b""),
        (6, b"\xff\xfe"),
        (6, b"[]"),
        (6, ENTRIES[6].replace(b'":', b'": ', 1)),
        (6, ENTRIES[6].replace(b'"version":4', b'"version":4.5')),
        (6, ENTRIES[6].replace(b'"asked"', b'"effaced"')),
        (6, ENTRIES[6][:-1] + b',"zzz":1}'),
        (6, ENTRIES[6].replace(b"hmac-sha256:5", b"hmac-sha256:X")),
        (6, ENTRIES[6].replace(b"marche-127", b"m" * 4096)),
    ],
)
def test_a_signed_record_that_says_nothing_known_is_named(copy: Path, record: int, content: bytes) -> None:
    if content == ENTRIES[record]:  # the commitment may not begin with that digit
        content = content.replace(b"hmac-sha256:", b"hmac-sha512:")
    change(
        copy,
        lambda connection: connection.execute("UPDATE record SET entry=? WHERE seq=?", (content, record)),
        resigned(),
    )
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == ("entry", record)


def stories(*records: bytes) -> Change:
    """Replace the log by these records, signed."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM record")
        connection.executemany("INSERT INTO record VALUES (?, ?, x'')", enumerate(records))
        resigned()(connection)

    return work


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (0, [entry(1, ANSWERED)]),
        (1, [entry(1, ASKED), entry(2, ANSWERED)]),
        (1, [entry(1, ANSWERED, cached=True), entry(1, ANSWERED, cached=True)]),
        (2, [entry(1, ASKED), entry(1, ANSWERED), entry(1, ANSWERED)]),
        (2, [entry(1, ASKED), entry(1, ANSWERED), entry(1)]),
        (2, [entry(1, ASKED), entry(1), entry(1, event="failed")]),
        (1, [entry(1), entry(1, ASKED)]),
        (1, [entry(1, ASKED), entry(1, ASKED)]),
        (1, [entry(1), entry(1), entry(2, ANSWERED)]),
    ],
)
def test_a_story_told_wrongly_is_named(copy: Path, record: int, told: list[bytes]) -> None:
    change(copy, stories(*told))
    problem = problem_of(copy)
    assert (problem.kind, problem.record) == ("story", record)


def test_a_cached_answer_a_lone_refusal_a_crash_and_a_download_are_stories_too(copy: Path) -> None:
    told = [
        entry(1, ANSWERED, cached=True),
        entry(2),
        entry(3, ASKED),
        entry(4, ASKED),
        entry(4, event="failed"),
        entry(5, ASKED),
        entry(5, ANSWERED, cached=True),
        entry(5, event="downloaded", document="doc"),
        entry(5, event="downloaded", document="doc"),
    ]
    change(copy, stories(*told))
    assert verify(copy, SIGNER.verifier).problem is None


def test_a_log_cut_back_and_signed_again_is_truncated_against_a_checkpoint(copy: Path) -> None:
    kept = note_of(copy)
    change(copy, f"DELETE FROM record WHERE seq >= {COUNT - 4}", resigned())
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
    assert "de 4 à 15" in problem.explanation.replace("enregistrements 4", "enregistrements de 4")


def test_two_checkpoints_of_one_size_that_differ_cannot_both_be_kept(copy: Path) -> None:
    fork = SIGNER.sign(Checkpoint(SIGNER.name, COUNT, bytes(32)).text())
    assert problem_of(copy, note_of(copy), fork).kind == "rewritten"


@pytest.mark.parametrize("kept", ["", "n'importe quoi", Signer.from_seed("autre", bytes(32)).sign("autre\n0\nAA==\n")])
def test_a_checkpoint_of_another_key_proves_nothing_and_says_so(copy: Path, kept: str) -> None:
    assert problem_of(copy, kept).kind == "checkpoint"


@pytest.mark.parametrize("content", [b"", b"rien", b"SQLite format 3\x00" + bytes(84), bytes(range(256)) * 64])
def test_what_is_no_database_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "audit.db"
    path.write_bytes(content)
    assert problem_of(path).kind in ("file", "schema")


def test_a_missing_file_or_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "audit.db").kind == "file"
    (tmp_path / "audit.db").mkdir()
    assert problem_of(tmp_path / "audit.db").kind == "file"


def test_a_page_that_cannot_be_read_is_said(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    for page in range(1, len(content) // size):
        damaged = content.copy()
        damaged[page * size : page * size + 64] = b"\xff" * 64
        copy.write_bytes(damaged)
        assert problem_of(copy).explanation


def test_a_file_cut_short_is_found(copy: Path) -> None:
    content = copy.read_bytes()
    for length in range(len(content) - 4096, 0, -4096):
        copy.write_bytes(content[:length])
        assert problem_of(copy).explanation


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("essais") / "audit.db"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bit_of_any_row_counts(origin: Path, scratch: Path, data: st.DataObject) -> None:
    """One bit of one column of one row: found, and for a record named."""
    shutil.copyfile(origin / "audit.db", scratch)
    number = data.draw(st.integers(0, COUNT - 1))
    column = data.draw(st.sampled_from(["entry", "chain"]))
    with closing(sqlite3.connect(scratch, isolation_level=None)) as connection:
        (value,) = connection.execute(f"SELECT {column} FROM record WHERE seq=?", (number,)).fetchone()
        bit = data.draw(st.integers(0, 8 * len(value) - 1))
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        connection.execute(f"UPDATE record SET {column}=? WHERE seq=?", (bytes(changed), number))
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
            rows = connection.execute("SELECT entry, chain FROM record ORDER BY seq").fetchall()
            connection.execute("BEGIN")
            connection.execute("DELETE FROM record")
            chosen = [(place, *rows[number]) for place, number in enumerate(order[:kept])]
            connection.executemany("INSERT INTO record VALUES (?, ?, ?)", chosen)
            if forged:
                rebuilt(connection)
            connection.execute("COMMIT")
        problem = problem_of(scratch)
        if not forged:
            assert (problem.kind, problem.record) == (("chain" if first < kept else "missing"), first)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2**31), mask=st.integers(1, 255))
def test_any_byte_of_the_file_is_harmless_or_found(origin: Path, scratch: Path, place: int, mask: int) -> None:
    """A byte that belongs to no row may change unseen; then every row reads as it was written."""
    content = bytearray((origin / "audit.db").read_bytes())
    content[place % len(content)] ^= mask
    scratch.write_bytes(content)
    report: Report = verify(scratch, SIGNER.verifier)
    if report.problem is None:
        with closing(sqlite3.connect(f"{scratch.as_uri()}?immutable=1", uri=True)) as connection:
            assert [row[0] for row in connection.execute("SELECT entry FROM record ORDER BY seq")] == ENTRIES
