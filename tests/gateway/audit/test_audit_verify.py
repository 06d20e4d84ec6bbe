# SPDX-License-Identifier: EUPL-1.2
"""The verification also refuses what the key's holder signed but should not have, and files that are none."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.audit.verify import verify
from tests.gateway.audit.audit_world import ANSWERED, ASKED, SIGNER, entry
from tests.gateway.audit.forger import ENTRIES, Change, change, problem_of, resigned, write_log


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A log of 12 exchanges, to change."""
    return write_log(tmp_path) / "audit.db"


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


def telling(*records: bytes) -> Change:
    """Replace the log by these records, signed."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM record")
        connection.executemany("INSERT INTO record VALUES (?, x'', ?, x'')", enumerate(records))
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
    change(copy, telling(*told))
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
    change(copy, telling(*told))
    assert verify(copy, SIGNER.verifier).problem is None


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


def test_the_verifier_knows_nothing_of_those_who_write() -> None:
    """An auditor reads formats, the reading and the verification, and nothing else of ours."""
    listing = "import sys, gateway.audit.verify; print(*(n for n in sys.modules if n.split('.')[0] == 'gateway'))"
    done = subprocess.run(
        [sys.executable, "-c", listing], cwd=Path(__file__).resolve().parents[3], stdout=subprocess.PIPE, text=True
    )
    stores = "stores stores.address stores.places stores.rows stores.sqlite_rows"
    pure = "canonical erasures layout merkle note reading report stories tree trouble verify vocabulary words"
    ours = {"gateway", "gateway.audit", *(f"gateway.audit.{name}" for name in f"{pure} {stores}".split())}
    assert set(done.stdout.split()) == ours
