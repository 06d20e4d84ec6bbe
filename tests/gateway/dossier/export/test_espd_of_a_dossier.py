# SPDX-License-Identifier: EUPL-1.2
"""The ESPD of a dossier says what registries stated and what people declared, cites its sources, and nothing more."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.dossier.company import Company
from gateway.dossier.espd.answers import answers
from gateway.dossier.espd.criteria import criteria
from gateway.dossier.espd.from_dossier import espd_of
from gateway.dossier.espd.missing import missing
from gateway.dossier.espd.model import Answers, EspdResponse, EvidenceRef, Period
from gateway.dossier.espd.write import written
from gateway.dossier.values import Candidature, Item
from gateway.dossier.words import Role
from tests.gateway.dossier.dossier_world import COMPANY, ITEMS, NOW, SIRET, TENDER, candidature, declaration, group
from tests.gateway.dossier.espd import official

PENAL = {"crime-org", "corruption", "fraud", "terr-offence", "finan-laund", "human-traffic"}
EXCLUSIONS = {code for code, one in criteria().items() if one.family == "exclusion"}


def espd(found: Candidature, company: Company = COMPANY, lot: str | None = None) -> EspdResponse:
    uuid = "0d9e1f2a-3b4c-4d5e-8f60-718293a4b5c6"
    return espd_of(found, found.lead, company, lot, uuid, NOW, shown)


def shown(item: Item) -> str:
    return f"https://passerelle.example/receipts/{item.provenance.exchange if item.provenance else ''}"


def said(found: Candidature, company: Company = COMPANY) -> dict[str, Answers]:
    return {one.code: one for one in answers(found, found.lead, company)}


@pytest.mark.parametrize("found", [candidature(), group()], ids=["alone", "group"])
def test_a_whole_dossier_holds_by_the_official_rules(found: Candidature) -> None:
    response = espd(found)
    assert missing(response) == []
    document = written(response)
    if official.AT_HAND:
        assert [one for one in official.findings(document) if one.flag != "warning"] == []


def test_no_exclusion_ground_is_answered_without_a_declaration_on_honour() -> None:
    silent = candidature(declarations=())
    assert not EXCLUSIONS & said(silent).keys()
    assert said(silent)  # what registries state is there all the same


@pytest.mark.parametrize("value", [False, None, "oui", 1])
def test_anything_but_a_clear_declaration_answers_no_ground(value: object) -> None:
    assert not EXCLUSIONS & said(candidature(declarations=(declaration("honneur_exclusions", value),))).keys()


def test_penal_grounds_are_answered_by_the_declaration_alone_and_cite_nothing() -> None:
    found = said(candidature())
    assert found.keys() >= PENAL
    for code in PENAL:
        assert list(found[code].values.values()) == [(False,)]


def test_a_delivered_certificate_is_evidence_and_an_undelivered_one_is_not() -> None:
    found = said(candidature())
    assert found["socsec-pay"].values["C8_EG_socsec-pay/QG1/QSG1/Q1"] == (
        EvidenceRef(f"{SIRET}:attestation_vigilance"),
    )
    assert "C7_EG_tax-pay/QG1/QSG1/Q1" not in found["tax-pay"].values


def test_an_absence_is_never_an_answer() -> None:
    nothing = candidature(items=(), declarations=(), contests=())
    assert set(said(nothing, Company(SIRET, None))) == {"eo-group", "relied", "subco-ent"}


def test_registries_figures_come_first_and_declared_ones_only_fill_the_gap() -> None:
    declared = declaration("chiffre_affaires_declare", [{"annee": 2022, "valeur": 1}, {"annee": 2024, "valeur": 3}])
    with_both = candidature(declarations=(declared,))
    amounts = said(with_both)["gen-year-to"].values["C29_SC_gen-year-to/RG1/RSG1/QSG2/Q2"]
    assert amounts == (4_180_500, 3_920_100)
    gap = said(with_both, replace(COMPANY, turnovers=()))["gen-year-to"].values
    assert gap["C29_SC_gen-year-to/RG1/RSG1/QSG2/Q2"] == (3, 1)
    assert gap["C29_SC_gen-year-to/RG1/RSG1/QSG2/Q1"][0] == Period(date(2024, 1, 1), date(2024, 12, 31))


def test_evidence_names_registry_receipt_and_confidentiality() -> None:
    pieces = {piece.id: piece for piece in espd(candidature()).evidence}
    vigilance = pieces[f"{SIRET}:attestation_vigilance"]
    told = next(item for item in ITEMS if item.key == "attestation_vigilance").provenance
    assert told is not None
    assert (vigilance.issuer, vigilance.confidentiality) == ("Urssaf", "CONFIDENTIAL")
    assert vigilance.uri.endswith(told.exchange)
    assert pieces[f"{SIRET}:qualibat"].confidentiality == "PUBLIC"


LACKING = {
    "signataire.nom": candidature(signatories=()),
    "marche.procedure": candidature(tender=replace(TENDER, procedure="Procédure adaptée")),
    "acheteur.nom": candidature(tender=replace(TENDER, buyer_name="")),
}


@pytest.mark.parametrize("field", LACKING)
def test_what_nobody_gave_lacks(field: str) -> None:
    assert field in {one.field for one in missing(espd(LACKING[field]))}


def test_an_unknown_company_lacks_its_name_size_and_country() -> None:
    lacking = {one.field for one in missing(espd(candidature(), Company(SIRET, None)))}
    assert {"entreprise.nom", "entreprise.taille", "entreprise.pays"} <= lacking


def test_one_lot_at_a_time() -> None:
    several = candidature(lots=("1", "2"))
    assert "lot" in {one.field for one in missing(espd(several))}
    assert espd(several, lot="2").lots == ("2",)
    assert "lot" in {one.field for one in missing(espd(several, lot="9"))}


def test_a_group_names_its_partners_and_its_subcontractors() -> None:
    found = said(group())
    assert found["eo-group"].values["C59_OT_eo-group/QG1/QSG1/Q1"] == (Role.LEAD.espd,)
    assert found["subco-ent"].values["C61_OT_subco-ent/QG1/QSG1/Q2"] == ("99910033200017",)
    assert found["relied"].values == {"C60_OT_relied/QG1/Q1": (False,)}
