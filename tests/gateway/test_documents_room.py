# SPDX-License-Identifier: EUPL-1.2
"""The filing cabinet: a document lives as long as it may and no longer, unreadable to whoever has the file alone."""

import re
import resource
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.kit import Answer, Document
from connectors.kit.contract import load
from gateway.documents import MAX_LIFE_S, Documents
from gateway.problems import Problem
from gateway.values import Permit, Release, Released, Sourced

START = 1_700_000_000
EXCHANGE = "0b54e5a4-7f3c-4ad8-9d12-0c8f0f4d9a11"
CONTENT = b"%PDF-1.7 un document qui ne se lit pas"
PUBLIC = "https://passerelle.test"
VERSION = load("urssaf").products["urssaf/attestation_vigilance"].versions[4]


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = float(START)

    def __call__(self) -> float:
        return self.seconds


def counted() -> Callable[[int], bytes]:
    """Bytes that never come twice."""
    drawn = 0

    def draw(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return drawn.to_bytes(size, "big")

    return draw


@contextmanager
def cabinet(path: Path, clock: Hand, encryption: bytes = b"e" * 32, links: bytes = b"l" * 32) -> Iterator[Documents]:
    """The cabinet on this file, open for the time of the block."""
    opened = Documents(path, encryption, links, PUBLIC, clock, counted())
    try:
        yield opened
    finally:
        opened.close()


def answer(fresh_s: int = 3600, document: Document | None = None) -> Sourced:
    """An answer obtained at the start, with its document."""
    data = {"document_url": None, "document_url_expires_in": None, "autre": 1}
    found = Answer(data, document=document or Document(CONTENT, "attestation.pdf"))
    return Sourced(found, "ACOSS", START, START + fresh_s)


def permit(*fields: str) -> Permit:
    """A permit that releases these fields."""
    release = Release((), frozenset(fields), "", (), lambda given: Released(given.data, {}, {}))
    return Permit("", "", (), "", "", "", "", VERSION, release)


ALL = permit("document_url", "document_url_expires_in")


def address(documents: Documents, sourced: Sourced) -> str:
    """The address under which a filed document is given out."""
    return str(documents.named(sourced, ALL, EXCHANGE).answer.data["document_url"])


def capability(documents: Documents, sourced: Sourced) -> str:
    """What stands for the document in its address."""
    return address(documents, sourced).split("/")[-2]


def refused(documents: Documents, written: str) -> tuple[int, str]:
    """Status and code of a refusal to open."""
    with pytest.raises(Problem) as raised:
        documents.open(written)
    return raised.value.status, raised.value.code


@pytest.mark.parametrize(
    ("fresh_s", "kept", "life_s", "lives_s"),
    [
        (3600, True, 86_400, 3600),
        (3600, False, 86_400, MAX_LIFE_S),
        (0, True, 86_400, MAX_LIFE_S),
        (10 * 86_400, True, 86_400, MAX_LIFE_S),
        (3600, True, 600, 600),
        (0, False, 600, 600),
        (0, False, 10**9, MAX_LIFE_S),
    ],
)
def test_a_document_lives_a_day_at_most_and_never_longer_than_the_kept_answer_that_names_it(
    tmp_path: Path, fresh_s: int, kept: bool, life_s: int, lives_s: int
) -> None:
    clock = Hand()
    with cabinet(tmp_path / "documents.db", clock) as documents:
        document = Document(CONTENT, "a.pdf", life_s=life_s)
        filed = documents.file(answer(fresh_s, document), kept=kept)
        assert filed.answer.document is None
        written = capability(documents, filed)
        clock.seconds = START + lives_s - 0.1
        assert documents.open(written).content == CONTENT
        clock.seconds = START + lives_s
        assert refused(documents, written) == (410, "00403")


def test_what_is_handed_out_is_the_document_and_the_exchange_it_belongs_to(tmp_path: Path) -> None:
    with cabinet(tmp_path / "documents.db", Hand()) as documents:
        filed = documents.file(answer(document=Document(CONTENT, "a.txt", "text/plain")), kept=True)
        assert filed.document is not None
        found = documents.open(capability(documents, filed))
    assert (found.id, found.exchange_id) == (filed.document.id, EXCHANGE)
    assert (found.filename, found.media_type, found.content) == ("a.txt", "text/plain", CONTENT)


@pytest.mark.parametrize("name", ["attestation à jour.pdf", "a?b#c.pdf", "100%.pdf", "a/b.pdf"])
def test_an_address_holds_any_file_name_as_one_segment(tmp_path: Path, name: str) -> None:
    with cabinet(tmp_path / "documents.db", Hand()) as documents:
        filed = documents.file(answer(document=Document(CONTENT, name)), kept=True)
        found = address(documents, filed)
        assert re.fullmatch(re.escape(PUBLIC) + r"/documents/[\w.-]+/[\w.%-]+", found, re.ASCII)
        assert documents.open(capability(documents, filed)).filename == name


def test_the_seconds_left_count_down_and_stop_at_none(tmp_path: Path) -> None:
    clock = Hand()
    with cabinet(tmp_path / "documents.db", clock) as documents:
        filed = documents.file(answer(600), kept=True)
        left = []
        for seconds in (0.0, 1.5, 599.0, 700.0):
            clock.seconds = START + seconds
            left.append(documents.named(filed, ALL, EXCHANGE).answer.data["document_url_expires_in"])
    assert left == [600, 599, 1, 0]


@pytest.mark.parametrize(
    ("fields", "filled"),
    [
        ((), set()),
        (("document_url",), {"document_url"}),
        (("document_url_expires_in",), {"document_url_expires_in"}),
        (("document_url", "document_url_expires_in", "autre"), {"document_url", "document_url_expires_in"}),
    ],
)
def test_only_the_fields_a_permit_releases_are_filled(
    tmp_path: Path, fields: tuple[str, ...], filled: set[str]
) -> None:
    with cabinet(tmp_path / "documents.db", Hand()) as documents:
        filed = documents.file(answer(), kept=True)
        data = documents.named(filed, permit(*fields), EXCHANGE).answer.data
    assert {name for name in ("document_url", "document_url_expires_in") if data[name] is not None} == filled
    assert data["autre"] == 1
    assert filed.answer.data["document_url"] is None  # the kept answer names no exchange


def test_an_answer_without_a_document_is_left_as_it_is(tmp_path: Path) -> None:
    with cabinet(tmp_path / "documents.db", Hand()) as documents:
        plain = replace(answer(), answer=Answer({"document_url": None}))
        assert documents.file(plain, kept=True) is plain
        assert documents.named(plain, ALL, EXCHANGE) is plain


def rows(path: Path) -> int:
    """How many documents the file holds."""
    with sqlite3.connect(path) as store:
        (count,) = store.execute("SELECT count(*) FROM document").fetchone()
    store.close()
    return int(count)


def test_what_has_expired_leaves_the_file_when_the_next_one_comes(tmp_path: Path) -> None:
    clock, path = Hand(), tmp_path / "documents.db"
    with cabinet(path, clock) as documents:
        for _ in range(3):
            documents.file(answer(600), kept=True)
        written = capability(documents, documents.file(answer(5000), kept=True))
        clock.seconds = START + 601
        documents.file(replace(answer(), obtained_at=START + 601), kept=True)
        assert rows(path) == 2
        assert documents.open(written).content == CONTENT


def test_nothing_can_be_read_in_the_file_and_only_its_owner_may_try(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    with cabinet(path, Hand()) as documents:
        for _ in range(2):
            documents.file(answer(document=Document(CONTENT * 100, "a.pdf")), kept=True)
        files = list(tmp_path.glob("documents.db*"))
        assert len(files) > 1
        for file in files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert b"%PDF" not in file.read_bytes()
            assert CONTENT[:16] not in file.read_bytes()


def test_documents_are_found_again_after_a_restart_with_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    with cabinet(path, Hand()) as documents:
        written = capability(documents, documents.file(answer(), kept=True))
    with cabinet(path, Hand()) as documents:
        assert documents.open(written).content == CONTENT
    with cabinet(path, Hand(), encryption=b"x" * 32) as documents:
        assert refused(documents, written) == (500, "00500")
    with cabinet(path, Hand(), links=b"x" * 32) as documents:
        assert refused(documents, written) == (404, "00404")


def test_a_content_put_in_another_s_place_or_changed_is_not_handed_out(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    with cabinet(path, Hand()) as documents:
        first, second = (capability(documents, documents.file(answer(), kept=True)) for _ in range(2))
        with sqlite3.connect(path) as store:
            nonce, content = store.execute(
                "SELECT nonce, content FROM document WHERE id = ?", (second[:32],)
            ).fetchone()
            store.execute("UPDATE document SET nonce = ?, content = ? WHERE id = ?", (nonce, content, first[:32]))
            store.execute("UPDATE document SET content = zeroblob(40) WHERE id = ?", (second[:32],))
        store.close()
        assert refused(documents, first) == (500, "00500")
        assert refused(documents, second) == (500, "00500")


def test_no_changed_address_opens_anything(tmp_path: Path) -> None:
    with cabinet(tmp_path / "documents.db", Hand()) as documents:
        written = capability(documents, documents.file(answer(), kept=True))
        for rank, letter in enumerate(written):
            other = "0" if letter != "0" else "1"
            assert refused(documents, written[:rank] + other + written[rank + 1 :]) == (404, "00404")
        for spoilt in (written[:-1], written + "A", written + "=", written.upper(), "", ".", "é" * 40, "\udcff"):
            assert refused(documents, spoilt) == (404, "00404")
        assert documents.open(written).content == CONTENT


def test_a_document_that_is_no_longer_there_has_expired(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    with cabinet(path, Hand()) as documents:
        written = capability(documents, documents.file(answer(), kept=True))
        with sqlite3.connect(path) as store:
            store.execute("DELETE FROM document")
        store.close()
        assert refused(documents, written) == (410, "00403")


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes, for the time of the block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_store_is_00502_and_well_again_when_there_is_room(tmp_path: Path) -> None:
    big = answer(document=Document(CONTENT * 20_000, "a.pdf"))
    with cabinet(tmp_path / "documents.db", Hand()) as documents:
        with full_disk(200_000), pytest.raises(Problem) as raised:
            documents.file(big, kept=True)
        assert (raised.value.status, raised.value.code) == (502, "00502")
        written = capability(documents, documents.file(big, kept=True))
        assert documents.open(written).content == CONTENT * 20_000


def test_a_store_that_cannot_be_read_is_00502(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    with cabinet(path, Hand()) as documents:
        written = capability(documents, documents.file(answer(), kept=True))
        with sqlite3.connect(path) as store:
            store.execute("DROP TABLE document")
        store.close()
        assert refused(documents, written) == (502, "00502")


def test_documents_whose_time_is_over_leave_the_store_without_a_new_one(tmp_path: Path) -> None:
    clock = Hand()
    with cabinet(tmp_path / "documents.db", clock) as documents:
        documents.file(answer(), kept=True)
        clock.seconds = START + 3600
        assert documents.sweep() == 0  # its last second is not over
        clock.seconds = START + 3601
        assert documents.sweep() == 1
        with sqlite3.connect(f"file:{tmp_path}/documents.db?mode=ro", uri=True) as store:
            assert store.execute("SELECT count(*) FROM document").fetchone() == (0,)
        store.close()
