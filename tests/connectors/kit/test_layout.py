# SPDX-License-Identifier: EUPL-1.2
"""A PDF's lines come out as they stand on the page, whatever the order in which they were drawn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.layout import MOST_CHARACTERS, WIDEST_GAP, lines
from connectors.kit.simulation.pdf import pdf

Place = tuple[float, float, str]


def placed(*places: Place, size: float = 10.0) -> bytes:
    """A page of A4 that shows each text with its first base point at (x, y), in the order given."""
    shown = "".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in places)
    return document(shown.encode("cp1252"))


def document(stream: bytes) -> bytes:
    """A PDF of one page with this content; readers rebuild the missing table of places."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        font,
    )
    body = b"".join(b"%d 0 obj%s endobj\n" % (rank, content) for rank, content in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


async def test_a_label_meets_what_was_drawn_beside_it_long_after() -> None:
    content = placed((300, 700, "12/03/2026"), (60, 600, "Adresse"), (60, 700, "VALABLE JUSQU'AU"))
    ((first, second),) = await lines(content, 1)
    assert first.split() == ["VALABLE", "JUSQU'AU", "12/03/2026"]
    assert second == "Adresse"


async def test_columns_are_kept_apart_by_as_many_spaces_as_fit_between_them() -> None:
    ((line,),) = await lines(placed((60, 700, "AXA 0001"), (300, 700, "Siret :")), 1)
    assert "AXA 0001" + " " * 10 in line
    assert line.endswith("Siret :")
    ((close,),) = await lines(placed((60, 700, "AXA 0001"), (112, 700, "Siret :")), 1)
    assert " " * 10 not in close


async def test_words_stay_whole_and_apart_in_small_print_beside_large() -> None:
    content = placed((60, 700, "Un titre en grand"), size=24)
    assert await lines(content, 1) == [["Un titre en grand"]]
    small = placed((60, 700, "Où l'œil peine à lire, il faut des mots entiers."), size=4)
    assert await lines(small, 1) == [["Où l'œil peine à lire, il faut des mots entiers."]]


async def test_columns_that_are_not_aligned_to_the_point_are_one_line_and_two_lines_are_two() -> None:
    content = placed((60, 700, "2302"), (100, 698, "Charpente"), (400, 701, "13/06/2025"), (60, 688, "2312"))
    ((first, second),) = await lines(content, 1)
    assert first.split() == ["2302", "Charpente", "13/06/2025"]
    assert second == "2312"


async def test_pages_are_read_up_to_the_limit_and_blank_ones_have_no_line() -> None:
    content = pdf("Page une", "", "Page trois\n\nSa fin", "Page quatre")
    assert await lines(content, 3) == [["Page une"], [], ["Page trois", "Sa fin"]]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"<html>", pdf("Bonjour")[:120]], ids=str)
async def test_what_cannot_be_opened_has_no_pages(content: bytes) -> None:
    assert await lines(content, 3) == []


@pytest.mark.parametrize("x", ["99999", "-99999", "1e300", "9" * 60, "nan"])
async def test_a_character_far_off_the_page_is_left_out(x: str) -> None:
    stream = f"BT /F 10 Tf 60 700 Td (Ici) Tj ET BT /F 10 Tf {x} {x} Td (Loin) Tj ET".encode()
    (found,) = await lines(document(stream), 1)
    assert any(line.startswith("Ici") for line in found)
    assert all(len(line) <= WIDEST_GAP + len("IciLoin") for line in found)


async def test_no_more_is_read_than_a_page_can_hold() -> None:
    row = b"BT /F 1 Tf 1 0 0 1 10 %d Tm (" + b"a" * 500 + b") Tj ET\n"
    stream = b"".join(row % (800 - rank) for rank in range(100))
    (found,) = await lines(document(stream), 1)
    assert 0 < sum(map(len, found)) <= MOST_CHARACTERS


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(stream=st.binary(max_size=80) | st.text("0123456789.- TfTdTjETBTm()[]/F'", max_size=120).map(str.encode))
async def test_any_content_gives_lines_or_none(stream: bytes) -> None:
    for page in await lines(document(b"BT /F 10 Tf 60 700 Td (x) Tj " + stream), 2):
        assert all(line.strip() == line != "" for line in page)
