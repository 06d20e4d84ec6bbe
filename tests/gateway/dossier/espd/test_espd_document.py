# SPDX-License-Identifier: EUPL-1.2
"""An ESPD is written only from what somebody said, is never completed for them, and holds by the official rules.

The official schema and rules are tried where they are at hand; the shape of each criterion is checked everywhere.
"""

import json
import re
from dataclasses import replace
from importlib.resources import files

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dossier.espd.criteria import Criterion, criteria
from gateway.dossier.espd.missing import contradictions, missing
from gateway.dossier.espd.model import Address, Answers, EspdResponse, EvidenceRef, Signatory
from gateway.dossier.espd.write import Incomplete, written
from gateway.dossier.espd.xml import CAC, CBC
from tests.gateway.dossier.espd import official
from tests.gateway.dossier.espd.espd_world import OPERATOR, PIECE, answered, asked, response

CODES = tuple(criteria())


def test_the_model_has_its_sixty_two_criteria_and_no_identifier_twice() -> None:
    lines = [line.id for criterion in criteria().values() for group in criterion.walk() for line in group.properties]
    assert len(CODES) == 62
    assert len({criterion.uuid for criterion in criteria().values()}) == 62
    # The model itself uses one identifier for the requirements that two places of a criterion share.
    assert len(lines) == 623
    questions = [q.id for c in criteria().values() for g in c.walk() for q in g.properties if q.is_question]
    assert len(questions) == len(set(questions))


@pytest.mark.parametrize("yes", [True, False], ids=["oui", "non"])
@pytest.mark.parametrize("code", CODES)
def test_every_criterion_can_be_answered_whole(code: str, yes: bool) -> None:
    whole = response(answered(code, yes=yes))
    assert missing(whole) == []
    document = written(whole)
    assert {line.id for line in asked(criteria()[code], yes=yes)} <= _told(document)
    assert _shape(document) == _expected_shape(criteria()[code])
    if official.AT_HAND:
        assert [found for found in official.findings(document) if found.flag != "warning"] == []


def test_only_answered_criteria_are_written() -> None:
    document = fromstring(written(response(answered("tax-pay", yes=False), answered("sme", yes=True))))
    found = [one.text for one in document.iter(f"{{{CBC}}}CriterionTypeCode")]
    assert found == ["tax-pay", "sme"]


def test_answers_of_several_years_stand_beside_each_other() -> None:
    document = fromstring(written(response(answered("gen-year-to", yes=True, times=3))))
    told = [one.findtext(f"{{{CBC}}}ID") or "" for one in document.iter(f"{{{CAC}}}TenderingCriterionResponse")]
    years = [identifier for identifier in told if re.search(r"/RSG1/QSG2/Q\d", identifier)]
    assert [identifier.partition("QSG2/")[2] for identifier in years] == [
        "Q1/R1", "Q2/R1", "Q1/R2", "Q2/R2", "Q1/R3", "Q2/R3",
    ]  # fmt: skip
    assert len(set(told)) == len(told)


LACKING: dict[str, tuple[EspdResponse, str]] = {
    "the signatory": (response(operator=replace(OPERATOR, signatory=None)), "signataire.nom"),
    "the signatory's first name": (
        response(operator=replace(OPERATOR, signatory=Signatory(None, "Verchény", "FRA"))),
        "signataire.prenom",
    ),
    "the signatory's country": (
        response(operator=replace(OPERATOR, signatory=Signatory("Éloïse", "Verchény", None))),
        "signataire.pays",
    ),
    "the company's name": (response(operator=replace(OPERATOR, name=None)), "entreprise.nom"),
    "its size": (response(operator=replace(OPERATOR, size=None)), "entreprise.taille"),
    "its country": (response(operator=replace(OPERATOR, address=Address(None, None, None, None))), "entreprise.pays"),
    "the group's name": (response(operator=replace(OPERATOR, role="group-lead")), "groupement.nom"),
    "the reference": (response(reference=None), "marche.reference"),
    "the procedure": (response(procedure=None), "marche.procedure"),
    "the buyer's name": (response(buyer=replace(response().buyer, name=None)), "acheteur.nom"),
    "the lot": (response(lots=()), "lot"),
    "one lot only": (response(lots=("1", "2")), "lot"),
    "any answer": (replace(response(), answers=()), "reponses"),
    "the evidence cited": (response(answered("tax-pay", yes=True), evidence=()), "C7_EG_tax-pay/QG1/QSG1/Q1"),
    "an exclusion ground's own answer": (
        response(Answers("corruption", {"C2_EG_corruption/QG2/Q1": (False,)})),
        "C2_EG_corruption/QG1/Q1",
    ),
    "what follows from yes": (
        response(Answers("bankruptcy", {"C12_EG_bankruptcy/QG1/Q1": (True,)})),
        "C12_EG_bankruptcy/QG1/QSG1/Q1",
    ),
}


@pytest.mark.parametrize("lacking", LACKING)
def test_what_nobody_gave_is_named_and_never_filled_in(lacking: str) -> None:
    incomplete, field = LACKING[lacking]
    assert field in {one.field for one in missing(incomplete)}
    assert all(one.sentence.endswith(".") for one in missing(incomplete))
    with pytest.raises(Incomplete):
        written(incomplete)


def test_an_answer_to_a_closed_question_is_refused() -> None:
    closed = Answers("bankruptcy", {"C12_EG_bankruptcy/QG1/Q1": (False,), "C12_EG_bankruptcy/QG1/QSG1/Q1": ("x",)})
    assert contradictions(closed, criteria()[closed.code]) == ["C12_EG_bankruptcy/QG1/QSG1/Q1"]
    with pytest.raises(ValueError, match="QSG1/Q1"):
        written(response(closed))


@pytest.mark.parametrize("wrong", ["oui", 1, EvidenceRef("preuve-1").id, None])
def test_an_answer_of_the_wrong_type_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="INDICATOR"):
        written(response(Answers("fraud", {"C3_EG_fraud/QG1/Q1": (wrong,)})))  # type: ignore[arg-type]  # on purpose


def test_what_a_person_wrote_cannot_break_the_document() -> None:
    text = "]]><cbc:ID>&amp; \x00\x0b\ud800 é"
    named = replace(OPERATOR, name=text, signatory=Signatory(text, text, "FRA"))
    document = written(response(operator=named, title=text, evidence=(replace(PIECE, uri=text),)))
    names = [one.text for one in fromstring(document).iter(f"{{{CBC}}}FirstName")]
    assert names == ["]]><cbc:ID>&amp; ��� é"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(CODES), st.booleans(), min_size=1, max_size=12),
    st.sampled_from(["sole-tenderer", "group-lead", "group-mem", "oeron", "subcont"]),
)
def test_any_mix_of_answers_holds(said: dict[str, bool], role: str) -> None:
    if role == "group-lead":  # the official rules want its own three criteria answered
        said = {"eo-group": True, "relied": False, "subco-ent": False} | said
    group = "Groupement du Bourg" if role.startswith("group") else None
    operator = replace(OPERATOR, role=role, group_name=group)  # type: ignore[arg-type]  # a role of the list
    answers = [answered(code, yes=said[code]) for code in CODES if code in said]
    document = written(response(*answers, operator=operator))
    assert [one.text for one in fromstring(document).iter(f"{{{CBC}}}CriterionTypeCode")] == [
        one.code for one in answers
    ]
    if official.AT_HAND:
        assert [found for found in official.findings(document) if found.flag != "warning"] == []


def test_our_words_are_french_and_ours() -> None:
    row = json.loads(files("gateway.dossier.espd").joinpath("criteria.json").read_text("utf-8"))["criteria"]
    assert all(one["name"] and one["description"].rstrip().endswith((".", "?")) for one in row)
    assert not any("economic operator" in json.dumps(one).lower() for one in row)


@pytest.mark.skipif(not official.AT_HAND, reason="the official rules are not at hand")
def test_the_rules_are_really_run() -> None:
    """Each change makes the official rules say so: they would say nothing if they were not evaluated."""
    good = written(response(answered("gen-year-to", yes=True), answered("bankruptcy", yes=True))).decode()
    broken = {
        "BR-OTH-05-01": good.replace(">2.3<", ">2.2<", 1),
        "BR-TC-02-02": good.replace("d3732c09", "00000000"),
        "BR-TCR-09": good.replace(">preuve-1</cbc:ID>\n    <cbc:Conf", ">autre</cbc:ID>\n    <cbc:Conf"),
        "BR-RESP-10-05": re.sub(r"<cac:PartyName>\s*<cbc:Name>ATELIERS.*?</cac:PartyName>", "", good, flags=re.DOTALL),
    }
    for rule, document in broken.items():
        assert document != good, rule
    told = {rule: {found.rule for found in official.findings(document.encode())} for rule, document in broken.items()}
    for rule, found in told.items():
        assert rule in found


def _told(document: bytes) -> set[str]:
    path = f"{{{CAC}}}TenderingCriterionResponse/{{{CBC}}}ValidatedCriterionPropertyID"
    return {one.text or "" for one in fromstring(document).iterfind(path)}


def _shape(document: bytes) -> list[tuple[str, str]]:
    criterion = fromstring(document).find(f"{{{CAC}}}TenderingCriterion")
    assert criterion is not None
    names = ("PropertyGroup", "TenderingCriterionProperty")
    return [
        (one.tag.rpartition("}")[2], one.findtext(f"{{{CBC}}}ID") or "")
        for one in criterion.iter()
        if one.tag.endswith(names)
    ]


def _expected_shape(criterion: Criterion) -> list[tuple[str, str]]:
    found = []
    for group in criterion.walk():
        kind = (
            "TenderingCriterionPropertyGroup"
            if group in criterion.groups
            else "SubsidiaryTenderingCriterionPropertyGroup"
        )
        found += [(kind, group.id), *(("TenderingCriterionProperty", line.id) for line in group.properties)]
    return found
