# SPDX-License-Identifier: EUPL-1.2
"""PDFs: what the simulators write is what connectors read, and what cannot be read is nothing, never an exception."""

import asyncio
import random

import pytest

from connectors.kit.pdf import is_pdf, pages
from connectors.kit.simulation.pdf import pdf

TEXT = "Été à la date du 31/12/2025\n« œuvre d’art » — 12 €\nA1B2C3D4E5F6G7H"


async def test_text_written_is_text_read_line_by_line() -> None:
    (text,) = await pages(pdf(TEXT))
    assert text.splitlines() == TEXT.splitlines()


async def test_lines_end_as_pdfium_ends_them() -> None:
    assert await pages(pdf("une\ndeux")) == ["une\r\ndeux"]


async def test_only_the_first_pages_are_read() -> None:
    content = pdf("un", "deux", "trois")
    assert await pages(content) == ["un", "deux"]
    assert await pages(content, 1) == ["un"]
    assert await pages(content, 5) == ["un", "deux", "trois"]


async def test_a_page_without_text_is_an_empty_text() -> None:
    assert await pages(pdf("", "deux")) == ["", "deux"]


def test_the_same_texts_make_the_same_document() -> None:
    assert pdf(TEXT) is pdf(TEXT)
    assert is_pdf(pdf(TEXT))


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"%PDF-1.7", True), (b"", False), (b"%PDF", False), (b" %PDF-1.7", False), (b"<html>", False)],
    ids=["pdf", "empty", "short", "late", "page"],
)
def test_a_pdf_is_known_by_its_first_bytes(content: bytes, expected: bool) -> None:
    assert is_pdf(content) is expected


@pytest.mark.parametrize(
    "content",
    [b"", b"texte", b"%PDF-", b"%PDF-1.7\n%%EOF", pdf(TEXT)[:300]],
    ids=["empty", "text", "bare", "no", "cut"],
)
async def test_what_is_no_pdf_has_no_pages(content: bytes) -> None:
    assert await pages(content) == []


async def test_a_damaged_pdf_never_raises() -> None:
    content, chance = pdf(TEXT, "deux"), random.Random(7)  # noqa: S311 damage drawn from a fixed seed, no secret
    for _ in range(150):
        damaged = bytearray(content[: chance.randrange(len(content) // 2, len(content))])
        for _ in range(8):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert len(await pages(bytes(damaged))) <= 2


async def test_documents_are_read_and_written_at_the_same_time_without_mixing() -> None:
    async def written_then_read(number: int) -> None:
        text = f"document {number}"
        assert await pages(pdf(text, text)) == [text, text]

    await asyncio.gather(*(written_then_read(number) for number in range(40)))
