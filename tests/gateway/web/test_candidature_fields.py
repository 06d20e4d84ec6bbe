# SPDX-License-Identifier: EUPL-1.2
"""Questions as fields: what people type in French becomes what the API would be told, or is said to be wrong."""

from collections.abc import Sequence
from typing import Any

import pytest

from gateway.dossier.rules import Question
from gateway.dossier.values import Declaration, Document
from gateway.dossier.words import Answer
from gateway.web.candidature.fields import Wrong, answer, asked, filled, written
from gateway.web.door import Form
from tests.gateway.dossier.files_world import PERSON, SHEETS, SIRET

YEAR = 2026
OF = {one.answer: one for one in SHEETS.questions.values()}


def known(question: Question, value: Any, *documents: Document) -> Declaration:
    return Declaration("d", question.key, SIRET, question.buyer, value, PERSON, 1, documents=documents)


def typed(kind: Answer, pairs: dict[str, str], before: Declaration | None = None, files: bool = False) -> Any:
    question = OF[kind]
    sent = Form([(f"q.{question.key}{name}", value) for name, value in pairs.items()])
    return answer(filled(question, before, sent, YEAR), files=files)


@pytest.mark.parametrize(
    ("kind", "pairs", "value"),
    [
        (Answer.YES_NO, {"": "oui"}, True),
        (Answer.YES_NO, {"": "non"}, False),
        (Answer.TEXT, {"": " Un atelier.\r\nDeux engins. "}, "Un atelier.\nDeux engins."),
        (Answer.AMOUNT, {"": "1\N{NARROW NO-BREAK SPACE}500 000,50 €"}, 1500000.5),
        (Answer.PERCENTAGE, {"": "12,5 %"}, 12.5),
        (Answer.YEARS, {".2025": "31", ".2024": "", ".2023": "28,5"}, [(2025, 31), (2023, 28.5)]),
        (Answer.CHOICE, {"": "micro"}, "micro"),
        (Answer.COUNTRY, {"": "BEL"}, "BEL"),
    ],
)
def test_what_is_typed_becomes_a_value(kind: Answer, pairs: dict[str, str], value: Any) -> None:
    expected = [{"annee": year, "valeur": one} for year, one in value] if kind is Answer.YEARS else value
    if kind is Answer.CHOICE:
        question = SHEETS.questions["taille_declaree"]
        found = filled(question, None, Form([(f"q.{question.key}", "micro")]), YEAR)
        assert answer(found, files=False) == (True, "micro")
        return
    assert typed(kind, pairs) == (True, expected)


def test_references_are_rows() -> None:
    rows = {".0.intitule": "Halle", ".0.client": "Valclair", ".0.annee": "2024", ".0.montant": "180 000"}
    changed, value = typed(Answer.REFERENCES, rows)
    assert (changed, value) == (
        True, [{"intitule": "Halle", "client": "Valclair", "annee": 2024, "montant": 180000}],
    )  # fmt: skip
    with pytest.raises(Wrong, match="Ligne 2"):
        typed(Answer.REFERENCES, rows | {".1.intitule": "École"})


@pytest.mark.parametrize(
    ("kind", "pairs"),
    [
        (Answer.AMOUNT, {"": "beaucoup"}),
        (Answer.AMOUNT, {"": "-3"}),
        (Answer.AMOUNT, {"": "1e9"}),
        (Answer.AMOUNT, {"": "999999999999999"}),
        (Answer.PERCENTAGE, {"": "101"}),
        (Answer.YEARS, {".2025": "trente"}),
        (Answer.TEXT, {"": "a\u202eb\x07"}),
        (Answer.TEXT, {"": "a" * 2001}),
        (Answer.COUNTRY, {"": "France"}),
        (Answer.REFERENCES, {".0.intitule": "A", ".0.client": "B", ".0.annee": "hier"}),
        (Answer.REFERENCES, {".0.intitule": "A", ".0.client": "B", ".0.annee": "9" * 30}),
        (Answer.REFERENCES, {".0.intitule": "A", ".0.client": "B", ".0.annee": "2024", ".0.montant": "9" * 15}),
        (Answer.DOCUMENT, {"": "un texte sans fichier"}),
    ],
)
def test_what_is_no_answer_is_said_to_be_wrong(kind: Answer, pairs: dict[str, str]) -> None:
    with pytest.raises(Wrong):
        typed(kind, pairs)


def test_days_are_read_as_people_write_them() -> None:
    question = Question(
        "jour", "Jour", "Jour", "identite", SHEETS.questions["nom_commercial"].phase,
        SHEETS.questions["nom_commercial"].access, Answer.DATE, (), SHEETS.questions["nom_commercial"].when,
    )  # fmt: skip
    for text, value in (("31/12/2025", "2025-12-31"), ("2025-12-31", "2025-12-31"), ("1/2/2026", "2026-02-01")):
        assert answer(filled(question, None, Form([("q.jour", text)]), YEAR), files=False) == (True, value)
    for text in ("31/02/2026", "demain", "2026-13-01"):
        with pytest.raises(Wrong):
            answer(filled(question, None, Form([("q.jour", text)]), YEAR), files=False)


def test_nothing_typed_is_no_declaration() -> None:
    for kind in OF:
        assert typed(kind, {}) == (False, None)


def again(question: Question, value: Any, documents: Sequence[Document] = ()) -> Any:
    """The answer of a form that is sent back as it was shown."""
    before = known(question, value, *documents)
    first = asked(question, before, YEAR)
    pairs = [(f"q.{question.key}{'.' + name if name else ''}", text) for name, text in first.typed.items()]
    pairs += [(f"g.{question.key}", one.sha256) for one in documents]
    return answer(filled(question, before, Form(pairs), YEAR), files=False)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("honneur_exclusions", False),
        ("assurance_risques", 1500000.5),
        ("part_sous_traitee", 12),
        ("moyens_techniques", "Un atelier."),
        ("effectif_declare", [{"annee": 2025, "valeur": 31}, {"annee": 2019, "valeur": 2.5}]),
        ("references_travaux", [{"intitule": "Halle", "client": "Valclair", "annee": 2024}]),
        ("taille_declaree", "micro"),
        ("pays_declare", "BEL"),
    ],
)
def test_a_form_sent_back_as_it_was_declares_nothing_anew(key: str, value: Any) -> None:
    """Whatever was declared shows in its fields, older years and all, and reads back as the same."""
    assert again(SHEETS.questions[key], value) == (False, None)


def test_an_answer_is_corrected_and_not_erased() -> None:
    question = SHEETS.questions["moyens_techniques"]
    with pytest.raises(Wrong, match="ne s'efface pas"):
        answer(filled(question, known(question, "Un atelier."), Form([(f"q.{question.key}", " ")]), YEAR), files=False)


def test_a_file_more_or_less_is_a_correction() -> None:
    question = SHEETS.questions["assurance_risques"]
    paper = Document("attestation.pdf", "application/pdf", 3, "a" * 64)
    assert again(question, 5, [paper]) == (False, None)
    same = [(f"q.{question.key}", "5")]
    kept = filled(question, known(question, 5, paper), Form([*same, (f"g.{question.key}", paper.sha256)]), YEAR)
    dropped = filled(question, known(question, 5, paper), Form(same), YEAR)
    assert answer(kept, files=True) == (True, 5)
    assert answer(dropped, files=False) == (True, 5)
    assert dropped.kept == frozenset()
    stranger = filled(question, known(question, 5, paper), Form([*same, (f"g.{question.key}", "b" * 64)]), YEAR)
    assert stranger.kept == frozenset()


def test_one_line_more_is_shown_and_never_too_many() -> None:
    question = SHEETS.questions["references_travaux"]
    more = filled(question, None, Form([("n." + question.key, "2"), ("ligne", question.key)]), YEAR)
    assert more.rows == 3
    hostile = filled(question, None, Form([("n." + question.key, "999"), ("ligne", question.key)]), YEAR)
    assert hostile.rows <= 50
    assert filled(question, None, Form([("n." + question.key, "²")]), YEAR).rows == 2


def test_numbers_are_written_with_a_comma() -> None:
    assert [written(one) for one in (12, 12.5, True, False, None, 0.1)] == ["12", "12,5", "oui", "non", "", "0,1"]
