# SPDX-License-Identifier: EUPL-1.2
"""The response answers what the buyer demands, in its own words; what nobody answered lacks, and is never made up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from gateway.dossier.company import Company
from gateway.dossier.espd.criteria import Criterion, criteria
from gateway.dossier.espd.demanded import APPLICANTS, merged, typed, unanswered
from gateway.dossier.espd.fitting import answered_lots, lot_of
from gateway.dossier.espd.from_dossier import espd_of
from gateway.dossier.espd.missing import missing
from gateway.dossier.espd.model import Answers, Asked, Period
from gateway.dossier.espd.questions import detail, question, unfit
from gateway.dossier.espd.request import read
from gateway.dossier.espd.write import written
from gateway.dossier.espd.xml import CAC, CBC
from gateway.dossier.export.exporting import Lacking, Material, made
from gateway.dossier.values import Candidature
from gateway.dossier.words import Role, Standing
from tests.gateway.dossier.dossier_world import ITEMS, NOW, declaration, group
from tests.gateway.dossier.espd import official
from tests.gateway.dossier.espd.answering_world import (
    SAID,
    TURNOVER,
    WHOLE,
    asked_file,
    code_of,
    completed,
    espd_of_nothing,
    kept,
    responding,
)
from tests.gateway.dossier.espd.requests_world import REFERENCE, UUID, request


def test_the_response_answers_what_is_demanded_in_the_buyer_s_words_and_names_the_request() -> None:
    dossier = completed(asked_file())
    root = fromstring(written(responding(dossier)))
    asked = [one.code for one in read(WHOLE).criteria]
    assert [one.text for one in root.iter(f"{{{CBC}}}CriterionTypeCode")] == asked
    assert "La mairie demande : gen-year-to" in [one.text for one in root.iter(f"{{{CBC}}}Name")]
    assert [one.text for one in root.iter(f"{{{CBC}}}MinimumAmount")] == ["250000.50"] * 4
    assert root.findtext(f"{{{CBC}}}ContractFolderID") == REFERENCE
    reference = root.find(f"{{{CAC}}}AdditionalDocumentReference")
    assert reference is not None
    told = {tag: reference.findtext(f"{{{CBC}}}{tag}") for tag in ("ID", "UUID", "IssueDate", "DocumentTypeCode")}
    assert told == {"ID": "DUME-A-0042", "UUID": UUID, "IssueDate": "2026-11-02", "DocumentTypeCode": "ESPD_REQUEST"}


REQUESTS = {
    "the usual": (WHOLE, None),
    "everything of the model": (request(tuple(criteria())), None),
    "three lots, one answered": (
        request(lots=("LOT-0001", "LOT-0002", "LOT-0003"), lots_of={"year-manpower": ("LOT-0003",)}),
        "2",
    ),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_a_whole_response_to_a_request_holds_by_the_official_rules(case: str) -> None:
    content, lot = REQUESTS[case]
    dossier = completed(asked_file(content, lots=(lot,) if lot else ()), content)
    document = written(responding(dossier, content))
    root = fromstring(document)
    lots = {one.text for one in root.iter(f"{{{CBC}}}ExpectedID")}
    assert lots == {lot_of(dossier.request, lot) if dossier.request else ""}
    assert ("year-manpower" in document.decode()) is (lot is None)
    if official.AT_HAND:
        assert [one for one in official.findings(document) if one.flag != "warning"] == []


@pytest.mark.skipif(not official.AT_HAND, reason="the model's own file is not at hand")
def test_a_response_to_the_model_s_own_file_holds() -> None:
    """A request that nobody of this project wrote, answered whole."""
    content = (official.FOLDER / "validation/ESPDResponse/sch/ESPD-criterion.xml").read_bytes()
    found = replace(read(content), reference=REFERENCE, buyers=read(WHOLE).buyers)
    dossier = completed(asked_file(request=kept(found)), content)
    assert [one for one in official.findings(written(responding(dossier, content))) if one.flag != "warning"] == []


def _lacking(dossier: Candidature, content: bytes = WHOLE) -> dict[str, str]:
    return {one.field: one.sentence for one in missing(responding(dossier, content))}


def test_what_the_buyer_demands_and_nobody_answered_lacks_and_is_never_made_up() -> None:
    silent = asked_file(declarations=(), items=(), contests=())
    lacking = {one.field.split("/")[0].split("_")[-1] for one in missing(espd_of_nothing(silent)) if "/" in one.field}
    assert lacking == {one.code for one in read(WHOLE).criteria} - {"eo-group", "relied", "subco-ent"}
    known = _lacking(asked_file())
    assert f"{TURNOVER}/RG1/RSG1/QSG2/Q1" not in known  # the tax administration answered
    assert "par lui-même" in known[f"{TURNOVER}/RG1/RSG1/QSG1/Q1"]  # a judgement, which people make
    assert "C35" not in "".join(known)


def test_what_is_not_demanded_is_not_told() -> None:
    asked = request(("crime-org", "trade-regist"))
    codes = [one.code for one in responding(asked_file(asked), asked).answers]
    assert codes == ["crime-org", "trade-regist", "eo-group", "relied", "subco-ent"]


def test_relying_on_another_company_stands_for_one_s_own_figures() -> None:
    asked = request(("gen-year-to",))
    alone = f"{TURNOVER}/RG1/RSG1/QSG1/Q1"
    silent = replace(asked_file(asked), declarations=(declaration(alone, False),), items=())
    response = espd_of(
        silent, silent.lead, Company(silent.lead.siret, None), None, UUID, NOW, lambda _: "", read(asked)
    )
    lacking = {one.field for one in missing(response)}
    assert f"{TURNOVER}/RG1/RSG1/QSG2/Q1" not in lacking
    assert f"{TURNOVER}/RG1/RSG1/QSG1/QSG1/Q1" in lacking  # on whom, then?


def test_a_subcontractor_answers_for_itself_and_not_for_the_tender_s_capacities() -> None:
    found = read(WHOLE)
    asked = Asked(found.id, found.agency, found.uuid, found.issued_on, found.criteria)
    families = {role: {criteria()[code_of(one.field)].family for one in unanswered(asked, (), role)} for role in _ROLES}
    for role, told in families.items():
        assert told == ({"exclusion", "selection", "other"} if role in APPLICANTS else {"exclusion"})


_ROLES = [one.espd for one in Role]


def test_a_person_s_word_on_one_ground_counts_more_than_the_general_one() -> None:
    crime = "C1_EG_crime-org"
    convicted = asked_file(declarations=(*asked_file().declarations, declaration(f"{crime}/QG1/Q1", True)))
    values = next(one for one in responding(convicted).answers if one.code == "crime-org").values
    assert values[f"{crime}/QG1/Q1"] == (True,)
    assert f"{crime}/QG1/QSG1/Q1" in _lacking(convicted)  # the date of the conviction, and what follows
    assert next(one for one in responding(convicted).answers if one.code == "fraud").values["C3_EG_fraud/QG1/Q1"] == (
        False,
    )


def test_a_registry_s_figure_is_not_replaced_by_a_declared_one() -> None:
    said = asked_file(declarations=(declaration(f"{TURNOVER}/RG1/RSG1/QSG2/Q2", 1),))
    values = next(one for one in responding(said).answers if one.code == "gen-year-to").values
    assert values[f"{TURNOVER}/RG1/RSG1/QSG2/Q2"] == (4_180_500, 3_920_100)


def test_an_answer_to_a_question_that_is_closed_is_left_out() -> None:
    name = criteria()["bankruptcy"].groups[0].id
    said = {f"{name}/Q1": False, f"{name}/QSG1/Q1": "Redressement"}
    (found,) = merged((), read(request(("bankruptcy",))).criteria, said.get)
    assert found == Answers("bankruptcy", {f"{name}/Q1": (False,)})


def test_before_the_deposit_what_lacks_is_told_the_same_whether_a_protected_registry_answered_or_not() -> None:
    def told(value: Any) -> list[tuple[str, str]]:
        items = tuple(
            replace(one, value=value, criterion="gen-year-to") if one.key == "chiffres_affaires" else one
            for one in ITEMS
        )
        dossier = asked_file(seal=None, standing=Standing.OPEN, items=items)
        found = Material(dossier, NOW, "https://passerelle.example", {"a" * 64: WHOLE}, {})
        with pytest.raises(Lacking) as lacking:
            made("espd.xml", found, dossier.lead, None)
        return [(one.field, one.sentence) for one in lacking.value.missing]

    answered = [{"chiffre_affaires": 4_180_500, "date_fin_exercice": "2024-12-31"}]
    assert told(answered) == told(None)
    awaited = {field for field, sentence in told(None) if sentence.endswith("Un registre peut encore le faire.")}
    assert awaited == {f"{TURNOVER}/RG1/RSG1/QSG2/Q1"}  # and not « by itself? », nor any exclusion ground


QUESTIONS = {line.value: line for one in criteria().values() for line in one.questions()}


@pytest.mark.parametrize("kind", sorted(SAID))
def test_each_kind_of_question_takes_its_own_kind_of_answer(kind: str) -> None:
    line = QUESTIONS[kind]
    assert unfit(line, SAID[kind]) is None
    strange = (None, [], {}, {"au": "jamais"}, "", "x" * 3_000, -1, [True], float("1e30"), "a\x00b")
    assert all(unfit(line, one) for one in strange)


def test_several_answers_are_told_apart_and_days_are_days() -> None:
    assert typed(QUESTIONS["AMOUNT"], [1, 2.5]) == (Decimal(1), Decimal("2.5"))
    assert typed(QUESTIONS["PERIOD"], {"au": "2024-12-31"}) == (Period(None, date(2024, 12, 31)),)
    assert typed(QUESTIONS["PERIOD"], {"du": "2025-01-01", "au": "2024-12-31"}) is None
    assert unfit(QUESTIONS["DESCRIPTION"], ["x"] * 11)


def test_every_question_but_evidence_may_be_declared_and_says_when_it_is_asked() -> None:
    found = read(WHOLE)
    told = detail(kept(found), found)["criteres"]
    rows = {row["cle"]: row for one in told for row in one["questions"]}
    asked = {line.id for one in found.criteria for line in one.questions() if line.value != "EVIDENCE_IDENTIFIER"}
    assert rows.keys() == asked
    assert rows["C1_EG_crime-org/QG1/QSG1/Q1"]["si"] == {"cle": "C1_EG_crime-org/QG1/Q1", "vaut": True}
    assert rows["C1_EG_crime-org/QG1/Q1"]["si"] is None
    assert question(found, "C1_EG_crime-org/QG2/QSG1/Q1") is None
    assert question(found, "C99") is None


def test_a_group_answers_the_lots_of_the_request_when_it_names_none() -> None:
    content = request(lots=("LOT-0001", "LOT-0002"))
    whole = replace(asked_file(content), lots=())
    assert answered_lots(whole, whole.lead) == ("LOT-0001", "LOT-0002")
    assert answered_lots(asked_file(), asked_file().lead) == ()
    assert answered_lots(group(), group().lead) == ("1",)
    assert isinstance(next(iter(read(content).of_lot("LOT-0002"))), Criterion)
