# SPDX-License-Identifier: EUPL-1.2
"""The lines of a PDF as a reader sees them, from left to right and from top to bottom, columns kept apart by spaces.

`pdf.pages` gives text in the order in which it was drawn; in a form, what a label announces may come pages of drawing
later. Here only places count: characters on one base line are one line, and a gap is as many spaces as it could hold.
"""

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from connectors.kit.pdf import ONE_AT_A_TIME

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

MOST_CHARACTERS = 20_000
"""Of a page; a full page of small print has a third of it. What comes after is not read."""
WIDEST_GAP = 120
"""Spaces: the width of a page."""
FARTHEST = 20_000.0
"""Points from the corner of a page, beyond which a character is a mistake."""
_SAME_LINE = 0.4  # of a character's height: columns are rarely aligned to the point
_GAP = 0.15  # of a character's height: less is the play between two letters


@dataclass(frozen=True, slots=True)
class _Mark:
    """A character that can be seen: its left and right ends, its base line and its height, in points."""

    text: str
    left: float
    right: float
    base: float
    height: float


async def lines(content: bytes, limit: int) -> list[list[str]]:
    """The lines of the first `limit` pages, blank ones left out; [] when the PDF cannot be read."""
    return await asyncio.to_thread(_pages, content, limit)


def _pages(content: bytes, limit: int) -> list[list[str]]:
    with ONE_AT_A_TIME:
        import pypdfium2

        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            return []
        try:
            marks = [list(_marks(document[rank].get_textpage())) for rank in range(min(limit, len(document)))]
        except pypdfium2.PdfiumError:
            return []
        finally:
            document.close()
    return [_lines(page) for page in marks]


def _marks(page: "PdfTextPage") -> Iterator[_Mark]:
    import ctypes

    from pypdfium2 import raw

    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    for rank in range(min(page.count_chars(), MOST_CHARACTERS)):
        text = chr(raw.FPDFText_GetUnicode(page, rank))
        if not text.isprintable() or text.isspace():
            continue
        raw.FPDFText_GetCharOrigin(page, rank, x, y)
        raw.FPDFText_GetLooseCharBox(page, rank, box)
        places = (box.left, box.right, y.value, box.top - box.bottom)
        if all(math.isfinite(place) and abs(place) < FARTHEST for place in places):
            yield _Mark(text, *places)


def _lines(marks: list[_Mark]) -> list[str]:
    if not marks:
        return []
    width = max(sum(mark.right - mark.left for mark in marks) / len(marks), 0.1)
    return [_line(sorted(row, key=lambda mark: mark.left), width) for row in _rows(marks)]


def _rows(marks: list[_Mark]) -> Iterator[list[_Mark]]:
    """The characters of each line, the highest line first; a line stays where its first character is."""
    row: list[_Mark] = []
    for mark in sorted(marks, key=lambda mark: -mark.base):
        if row and row[0].base - mark.base > _SAME_LINE * abs(row[0].height):
            yield row
            row = []
        row.append(mark)
    yield row


def _line(row: list[_Mark], width: float) -> str:
    written = [row[0].text]
    for before, mark in pairwise(row):
        gap = mark.left - before.right
        if gap > _GAP * abs(before.height):
            written.append(" " * min(max(1, round(gap / width)), WIDEST_GAP))
        written.append(mark.text)
    return "".join(written)
