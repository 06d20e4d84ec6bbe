# SPDX-License-Identifier: EUPL-1.2
"""What is read in a certificate of Qualibat: dates, insurances, qualifications, and the forms that are not read."""

import pytest

from connectors.kit.simulation.pdf import pdf
from connectors.qualibat.certificate import KINDS, Facts, Insurance, Row, facts_of
from connectors.qualibat.labels import insurers, nomenclature
from tests.connectors.kit.doors import Recorded, recorded
from tests.connectors.qualibat.qualibat_door import PAGE

FIRST = Row("2112", False, "2024-03-15")
SECOND = Row("4322", False, "2024-03-16")


async def reading(page: str, *others: str) -> Facts:
    return await facts_of(pdf(page, *others))


async def test_a_certificate_is_read_whole() -> None:
    assert await reading(PAGE) == Facts(
        issued="2026-01-02",
        until="2026-12-31",
        works=Insurance("SMABTP", "T123"),
        liability=Insurance("MAAF", "C456"),
        rows=(FIRST, SECOND),
        error=None,
    )


@pytest.mark.parametrize(("kind", "title"), KINDS.items())
async def test_a_form_of_another_kind_is_named_and_nothing_is_read_in_it(kind: str, title: str) -> None:
    refused = Facts(error=f"{kind}_pdf_not_supported")
    assert await reading(PAGE.replace("Qualibat\n", f"{title}\n", 1)) == refused
    assert await reading(PAGE.replace("Qualibat\n", f"Certification {title.replace(' ', '  ', 1)}\n", 1)) == refused


async def test_a_title_of_another_kind_broken_over_two_lines_or_with_a_curly_apostrophe_counts() -> None:
    broken = "TRAITEMENT\nDE L’AMIANTE"
    assert (await reading(f"CERTIFICAT QUALIBAT\n{broken}")).error == "amiante_pdf_not_supported"


async def test_a_title_of_another_kind_counts_on_the_first_page_only() -> None:
    facts = await reading(PAGE, f"{PAGE}\nCORDISTES")
    assert (facts.error, facts.issued) == (None, "2026-01-02")


@pytest.mark.parametrize(
    "title", ["CERTIFICAT QUALIBAT", "Certificat  Qualibat", "certificatqualibat", "UN CERTIFICAT QUALIBAT"]
)
async def test_the_title_is_known_in_any_case_and_spacing(title: str) -> None:
    assert (await reading(PAGE.replace("CERTIFICAT QUALIBAT", title))).error is None


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace("CERTIFICAT QUALIBAT", "ATTESTATION"),
        "1\n2\n3\n4\n5\n6\n" + PAGE.replace("Qualibat\n", "", 1),
        "",
    ],
    ids=["other_title", "title_on_line_7", "blank"],
)
async def test_without_its_title_in_the_first_six_lines_it_is_no_certificate(page: str) -> None:
    assert await reading(page) == Facts(error="invalid_file")


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", pdf(PAGE)[:200], b""], ids=["broken", "truncated", "empty"])
async def test_a_broken_file_is_invalid(content: bytes) -> None:
    assert await facts_of(content) == Facts(error="invalid_file")


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("ÉDITÉ LE 16/06/2025", "2025-06-16"),
        ("Edité le 16/06/2025", "2025-06-16"),
        ("ÉDITÉ LE à Paris, le 16/06/2025.", "2025-06-16"),
        ("ÉDITÉ LE 6-1-2025", "2025-01-06"),
        ("ÉDITÉ LE 16.06.25", "2025-06-16"),
        ("ÉDITÉ LE 31/02/2025", None),
        ("ÉDITÉ LE 16/06/2025 À LYON", None),
        ("ÉDITÉ LE", None),
        ("Établi le 16/06/2025", None),
    ],
)
async def test_the_day_of_issue_is_the_last_word_of_its_line_day_first(line: str, day: str | None) -> None:
    assert (await reading(PAGE.replace("ÉDITÉ LE 02/01/2026", line))).issued == day


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("VALABLE JUSQU'AU 31/12/2025", "2025-12-31"),
        ("VALABLE JUSQU’AU 31/12/2025", "2025-12-31"),
        ("Valable du 01/01/2025 au 31/12/2025", "2025-12-31"),
        ("Validité du 01/01/2025 au 31/12/2025", "2025-12-31"),
        ("Validité du 01/01/2025 au 30/06/2025\nVALABLE JUSQU'AU 31/12/2025", "2025-12-31"),
        ("Valide 31/12/2025", None),
    ],
    ids=["usual", "curly", "valable_du", "validite_du", "the_first_label_wins", "none"],
)
async def test_the_end_is_the_last_word_of_its_line(line: str, day: str | None) -> None:
    assert (await reading(PAGE.replace("NUMÉRO E-1 VALABLE JUSQU'AU 31/12/2026", line))).until == day


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("SMABTP T123", Insurance("SMABTP", "T123")),
        ("Dirigeant : quelqu'un\nSMABTP T123", Insurance("SMABTP", "T123")),
        ("Un\nDeux\nSMABTP T123", Insurance()),
        ("SMA SA 12 34", Insurance("SMA SA", "12 34")),
        ("SMABTP T123" + " " * 40 + "Siret 1234", Insurance("SMABTP", "T123")),
        ("Rien" + " " * 40 + "SMABTP T123", Insurance()),
        ("Contrat SMABTP T123", Insurance("SMABTP", "Contrat T123")),
        ("SMABTP", Insurance("SMABTP", "SMABTP")),
        ("Assureur inconnu 99", Insurance()),
    ],
    ids=["next", "the_one_after", "too_far", "two_words", "left_column", "right_column", "around", "alone", "unlisted"],
)
async def test_an_insurer_stands_below_its_label_in_the_left_column(lines: str, expected: Insurance) -> None:
    assert (await reading(PAGE.replace("SMABTP T123", lines))).works == expected


async def test_a_certificate_without_insurance_lines_is_read_all_the_same() -> None:
    facts = await reading(PAGE.replace("Assurance", "Garantie"))
    assert (facts.works, facts.liability, facts.rows) == (Insurance(), Insurance(), (FIRST, SECOND))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("12 Fondations 01/02/2023", [Row("12", False, "2023-02-01")]),
        ("123 Fondations 01/02/2023 02/02/2023", [Row("123", False, "2023-02-01")]),
        ("9999 Inconnue au bataillon 01/02/2023", [Row("9999", False, "2023-02-01")]),
        ("1234 Un nom si long 1/2/23\nqu'il est coupé 01/02/2023", [Row("1234", False, "2023-02-01")]),
        ("1234 Date impossible 31/02/2023", [Row("1234", False, None)]),
        ("1 Trop court 01/02/2023", []),
        ("12345 Trop long 01/02/2023", []),
        ("1234 Sans date", []),
        ("01/02/2023 Une date en tête", []),
        ("Code 1234 01/02/2023", []),
    ],
    ids=[
        "two_digits", "first_date", "unlisted_code", "broken_name", "no_such_day", "one_digit", "five_digits",
        "no_date", "a_date", "not_first",
    ],
)  # fmt: skip
async def test_a_row_begins_with_a_code_and_holds_a_date(row: str, expected: list[Row]) -> None:
    page = PAGE.replace("2112 Maçonnerie 15/03/2024\n4322 Menuiserie intérieure 16/03/2024", row)
    assert list((await reading(f"{page}\nFin\nde\npage")).rows) == expected


async def test_the_table_begins_below_its_heading() -> None:
    above = PAGE.replace("Code - Qualification", "1111 Au-dessus 01/01/2020\nCode - Qualification")
    assert (await reading(above)).rows == (FIRST, SECOND)
    assert (await reading(PAGE.replace("d'attribution", "de décision"))).rows == ()


@pytest.mark.parametrize("title", ["CERTIFICAT QUALIBAT « RGE »", "CERTIFICAT QUALIBAT mention RGE"])
async def test_an_rge_page_makes_its_rows_rge_and_they_replace_ordinary_ones(title: str) -> None:
    rge = PAGE.replace("CERTIFICAT QUALIBAT", title).replace("4322", "7131")
    assert (await reading(PAGE, rge)).rows == (
        SECOND,
        Row("2112", True, "2024-03-15"),
        Row("7131", True, "2024-03-16"),
    )


async def test_rge_elsewhere_on_a_page_or_in_another_word_changes_nothing() -> None:
    page = PAGE.replace("CERTIFICAT QUALIBAT", "CERTIFICAT QUALIBAT ÉMERGENCE") + "\nRGE"
    assert (await reading(page)).rows == (FIRST, SECOND)


async def test_a_page_that_is_no_certificate_has_no_row() -> None:
    annex = PAGE.replace("CERTIFICAT QUALIBAT", "ANNEXE").replace("2112", "9999")
    assert (await reading(PAGE, annex)).rows == (FIRST, SECOND)


def test_the_tables_are_whole_and_insurers_keep_their_order() -> None:
    names, works = insurers(), nomenclature()
    assert (len(names), len(works)) == (54, 551)
    assert names.index("SMABTP") < names.index("SMA")
    assert works["2112"] == "Maçonnerie et ouvrages en béton armé"
    assert all(code.isdigit() and len(code) <= 4 and name for code, name in works.items())


@pytest.mark.parametrize(
    "form", [one for one in recorded("qualibat").values() if one.body.startswith(b"%PDF-")], ids=lambda one: one.name
)
async def test_a_real_form_is_read_whole(form: Recorded) -> None:
    facts = await facts_of(form.body)
    insurance = Insurance("AXA FRANCE IARD", "0000010556911104")
    assert (facts.issued, facts.until, facts.error) == ("2023-06-16", "2023-07-03", None)
    assert (facts.works, facts.liability) == (insurance, insurance)
    assert len(facts.rows) == 11
    assert [row.code for row in facts.rows if row.rge] == ["2302"]
    assert {row.since for row in facts.rows} == {"2023-06-13", "2019-07-04"}
    assert all(row.code in nomenclature() for row in facts.rows)
