# SPDX-License-Identifier: EUPL-1.2
"""What is read in a certificate of the Urssaf: the code and the two dates, or none of the three."""

import base64
from collections.abc import Callable

import pytest

from connectors.kit import Caller, Siren
from connectors.kit.simulation.door import SimulatedDoor
from connectors.kit.simulation.pdf import pdf
from connectors.urssaf.attestation_vigilance import v3, v4
from connectors.urssaf.certificate import Facts, facts_of

FIRST = "Attestation\nCODE DE SÉCURITÉ\n  A1B2C3D4E5F6G7H  \nCordialement"
SECOND = "Cette entreprise est à jour\nà la date du 31/12/2025."
READ = Facts("A1B2C3D4E5F6G7H", "2025-12-31", "2026-06-30")


async def test_the_code_is_a_whole_line_and_the_end_is_six_months_later_at_the_end_of_the_month() -> None:
    assert await facts_of(pdf(FIRST, SECOND)) == READ


@pytest.mark.parametrize(
    ("sentence", "start", "end"),
    [
        ("obligations à la\ndate du 03/12/2022.", "2022-12-03", "2023-06-30"),
        ("obligations à la date du\n31/08/2025", "2025-08-31", "2026-02-28"),
        ("obligations à la date du 29/02/2024", "2024-02-29", "2024-08-31"),
        ("obligations à la date du 31/08/2023", "2023-08-31", "2024-02-29"),
        ("formation\nprofessionnelle - CFP) exigibles au 31/01/2026", "2026-01-31", "2026-07-31"),
        ("formation professionnelle - CFP)\nau 30/09/2025.", "2025-09-30", "2026-03-31"),
        ("professionnelle - CFP) au 30/09/2025\nà la date du 31/01/2026", "2026-01-31", "2026-07-31"),
    ],
    ids=["broken", "february", "leap_start", "leap_end", "self_employed", "self_employed_short", "employer_first"],
)
async def test_the_start_is_found_in_both_wordings_even_when_broken_over_lines(
    sentence: str, start: str, end: str
) -> None:
    assert await facts_of(pdf(FIRST, sentence)) == Facts("A1B2C3D4E5F6G7H", start, end)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("CODE A1B2C3D4E5F6G7H", SECOND),
        ("A1B2C3D4E5F6G7", SECOND),
        ("A1B2C3D4E5F6G7HI", SECOND),
        ("a1b2c3d4e5f6g7h", SECOND),
        (FIRST, "le 31/12/2025"),
        (FIRST, "à la date du 31/02/2025"),
        (FIRST, "à la date du 31/12/20255"),
        (FIRST, "à la date du 31/12/9999"),
        (FIRST + "\n" + SECOND, "Page 2"),
    ],
    ids=["inside", "short", "long", "lower", "no_date", "no_such_day", "five_digits", "last_year", "wrong_page"],
)
async def test_what_cannot_be_read_leaves_the_three_values_empty(first: str, second: str) -> None:
    assert await facts_of(pdf(first, second)) == Facts()


async def test_the_first_code_wins() -> None:
    assert (await facts_of(pdf("AAAAAAAAAAAAAAA\nBBBBBBBBBBBBBBB", SECOND))).code == "AAAAAAAAAAAAAAA"


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 broken", pdf(FIRST, SECOND)[:200], pdf(FIRST)], ids=["broken", "truncated", "one_page"]
)
async def test_a_broken_certificate_is_still_an_answer(
    content: bytes, answering: Callable[..., SimulatedDoor], caller: Caller
) -> None:
    door = answering(base64.b64encode(content))
    answer = await v4(Siren("999100118"), caller, door)
    assert answer.data["entity_status"]["code"] == "ok"
    assert answer.data["code_securite"] is None
    assert answer.data["date_debut_validite"] is None
    assert answer.data["date_fin_validite"] is None
    assert answer.document is not None
    assert answer.document.content == content


async def test_the_document_is_what_the_urssaf_sent_under_a_plain_name(
    answering: Callable[..., SimulatedDoor], caller: Caller
) -> None:
    content = pdf(FIRST, SECOND)
    for ask in (v3, v4):
        document = (await ask(Siren("999100118"), caller, answering(base64.b64encode(content), 500))).document
        assert document is not None
        assert document.content == content
        assert document.filename == "attestation_vigilance_urssaf_999100118.pdf"
        assert document.media_type == "application/pdf"
