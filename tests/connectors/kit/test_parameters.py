# SPDX-License-Identifier: EUPL-1.2
"""Every kind of parameter: what it reads, what it refuses under which code, and that nothing else comes of a text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.identifiers import Siren, Siret, luhn
from connectors.kit.parameters import FIRST_FISCAL_YEAR, KINDS, Rna, Wrong

TODAY = date(2026, 11, 22)
SIREN, SIRET, POSTE = "999100118", "99910011800011", "35600000012345"
RNA, OLD_RNA = "W9A1234567", "0123004567"

ACCEPTED = {
    "siren": [SIREN, "000000000"],
    "siret": [POSTE],
    "siret_or_rna": [POSTE, RNA, OLD_RNA, "W912345678"],
    "siren_or_rna": [SIREN, RNA, OLD_RNA],
    "siren_or_siret_or_rna": [SIREN, POSTE, RNA, OLD_RNA],
    "siret_or_eori": [POSTE, f"FR{POSTE}", "DE123456789", "GB0", "XI1", "NL" + "1" * 40],
    "month": ["01", "09", "10", "12"],
    "year": ["1900", "2025", "2026"],
    "fiscal_year": ["2006", "2024", "2025"],
    "depth": ["0", "1", "13", "0013"],
    "limit": ["1", "1000", "0001"],
    "text": ["", "moyen", "é" * 200],
}
REFUSED = {
    "siren": [
        "",
        "999100119",
        "99910011",
        "9991001180",
        " 999100118",
        "999100118\n",
        "٩٩٩١٠٠١١٨",
        "９９９１００１１８",
        "99910011a",
    ],
    "siret": ["", SIREN, "35600000112345", "3560000001234", "356000000123456", "99910011800000"],
    "siret_or_rna": ["", SIREN, "W91234567", "w912345678", "W9a1234567", "1123004567", "0123014567", "W9A12345678"],
    "siren_or_rna": ["", POSTE, "999100119", "X912345678"],
    "siren_or_siret_or_rna": ["", "999100119", "W", "99910011800000"],
    "siret_or_eori": [
        "",
        "FR",
        "FR999100119",
        "FR12345678901234",
        "DE",
        "de123",
        "D1",
        "DE12 3",
        "DEé",
        "NL" + "1" * 41,
    ],
    "month": ["", "1", "00", "13", "001", "١٢", " 1", "1 "],
    "year": ["", "26", "1899", "2027", "02026", "-2026", "２０２６", "2026\n"],
    "fiscal_year": ["2005", "2026", "9999", "0000"],
    "depth": ["", "-1", "14", "99999", "1.0", "a", "１"],
    "limit": ["", "0", "1001", "-1", "00001", "1e2", "ten"],
    "text": [],
}
CODES = {
    "siren": "00301", "siret": "00302", "siret_or_rna": "00303", "siret_or_eori": "00304", "month": "00305",
    "year": "00307", "fiscal_year": "00315", "limit": "00313", "siren_or_siret_or_rna": "00330",
    "siren_or_rna": "00333", "depth": "00390",
}  # fmt: skip


def read(kind: str, text: str, today: date = TODAY) -> str:
    """The value a connector receives, or the code of the refusal."""
    try:
        return KINDS[kind].value(text, today)
    except Wrong as wrong:
        return f"refus {wrong.code}"


def test_every_kind_is_tried_here() -> None:
    assert ACCEPTED.keys() == REFUSED.keys() == KINDS.keys()
    assert CODES.keys() | {"text"} == KINDS.keys()


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in ACCEPTED.items() for text in texts])
def test_what_a_kind_accepts_is_given_as_it_was_written(kind: str, text: str) -> None:
    assert read(kind, text) == text


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in REFUSED.items() for text in texts])
def test_what_a_kind_refuses_has_the_contract_s_code(kind: str, text: str) -> None:
    assert read(kind, text) == f"refus {CODES[kind]}"


@pytest.mark.parametrize("text", ["", "26", "abcd", "20 6", "２０２０", "02020"])
def test_a_fiscal_year_that_is_no_year_at_all_has_the_code_of_years(text: str) -> None:
    assert read("fiscal_year", text) == "refus 00307"


@pytest.mark.parametrize(("kind", "last"), [("year", 2030), ("fiscal_year", 2029)])
def test_years_go_as_far_as_today_lets_them(kind: str, last: int) -> None:
    assert read(kind, str(last), date(2030, 1, 1)) == str(last)
    assert read(kind, str(last + 1), date(2030, 1, 1)).startswith("refus")


def test_a_long_text_is_cut() -> None:
    assert read("text", "é" * 300) == "é" * 200


def test_identifiers_arrive_typed() -> None:
    assert isinstance(KINDS["siren"].value(SIREN, TODAY), Siren)
    assert isinstance(KINDS["siret_or_rna"].value(POSTE, TODAY), Siret)
    assert isinstance(KINDS["siren_or_siret_or_rna"].value(RNA, TODAY), Rna)


DIGITS = st.text("0123456789", max_size=16)
TEXTS = (
    st.text(max_size=30)
    | st.text(st.characters(categories=["Nd", "No", "Nl"]), max_size=16)
    | DIGITS
    | st.builds(lambda start, rest: start + rest, st.sampled_from(["W", "FR", "DE", "0", "356000000", "-"]), DIGITS)
)


@given(kind=st.sampled_from(sorted(KINDS)), text=TEXTS, today=st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_no_text_does_anything_but_be_read_or_be_refused_with_a_code(kind: str, text: str, today: date) -> None:
    found = read(kind, text, today)
    if found.startswith("refus 00"):
        assert found in ("refus 00307", f"refus {CODES.get(kind)}")
    elif kind == "text":
        assert found == text[:200]
    else:
        assert found == text
        assert found.isascii()
        assert found.isprintable()
        assert " " not in found


@given(DIGITS)
def test_an_identifier_is_accepted_exactly_when_its_digits_say_so(digits: str) -> None:
    assert (read("siren", digits) == digits) is (len(digits) == 9 and luhn(digits))
    poste = digits.startswith("356000000")
    assert (read("siret", digits) == digits) is (len(digits) == 14 and (poste or luhn(digits)))


@given(st.integers(-10, 10_000))
def test_numbers_are_accepted_exactly_within_their_bounds(number: int) -> None:
    text = str(number)
    assert (read("depth", text) == text) is (0 <= number <= 13)
    assert (read("limit", text) == text) is (1 <= number <= 1000)
    assert (read("fiscal_year", f"{number:04d}") == f"{number:04d}") is (FIRST_FISCAL_YEAR <= number < TODAY.year)
