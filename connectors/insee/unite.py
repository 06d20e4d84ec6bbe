# SPDX-License-Identifier: EUPL-1.2
"""A company as Sirene tells it, in the published shapes of v3 and v4."""

from typing import Literal

from connectors.insee.asking import Found
from connectors.insee.diffusion import commercial, hide_company, refuse_hidden, status_of
from connectors.insee.labels import headcount, legal_form, naf2025, naf_rev2
from connectors.insee.schemas import (
    Activite,
    Kind,
    LinksUniteLegale,
    MetaUniteLegale,
    PersonneMorale,
    PersonnePhysique,
    UniteLegale,
    UniteLegaleNaf2025,
    UniteLegaleV3,
    UniteLegaleV4,
)
from connectors.insee.wire import Wire, children, current, last_change, text
from connectors.kit import Answer, UnknownAnswer
from connectors.kit.paris import epoch

SOLE_TRADER = "1000"
_NO_KNOWN_BIRTHDAY = "1900-01-01"


def answer_v3(found: Found, *, open_data: bool) -> Answer[UniteLegaleV3]:
    """The v3 answer. With `open_data`, what may not be told to everyone is refused (NotFound) or hidden."""
    row = _under_way(found.body)
    company: UniteLegaleV3 = {
        **company_v3(row, found.number, open_data=open_data),
        "date_cessation": _ceased(found.body, row),
    }
    if open_data:
        _hide(company)
    return Answer(company, _links("v3", company), _meta(found))


def answer_v4(found: Found, *, open_data: bool) -> Answer[UniteLegaleV4]:
    """The v4 answer. With `open_data`, what may not be told to everyone is refused (NotFound) or hidden."""
    row = _under_way(found.body)
    company: UniteLegaleV4 = {
        **company_v4(row, found.number, open_data=open_data),
        "date_cessation": _ceased(found.body, row),
    }
    if open_data:
        _hide(company)
    return Answer(company, _links("v4", company), _meta(found))


def company_v3(row: Wire, siren: str, *, open_data: bool) -> UniteLegale:
    """A company with its activity in the 2008 nomenclature. `row`: its present state, nothing hidden yet."""
    return _company(row, siren, naf_rev2(text(row, "activitePrincipaleUniteLegale")), open_data)


def company_v4(row: Wire, siren: str, *, open_data: bool) -> UniteLegaleNaf2025:
    """A company with its activity in both nomenclatures. `row`: its present state, nothing hidden yet."""
    return {
        **_company(row, siren, naf2025(text(row, "activitePrincipaleNAF25UniteLegale")), open_data),
        "activite_principale_naf_rev2": naf_rev2(text(row, "activitePrincipaleUniteLegale")),
    }


def kind_of(row: Wire) -> Kind | None:
    """Whether the company is a person or a legal person; None when its legal form is not known."""
    category = text(row, "categorieJuridiqueUniteLegale")
    if not category:
        return None
    return "personne_physique" if category == SOLE_TRADER else "personne_morale"


def _under_way(body: Wire) -> Wire:
    return {**body, **current(children(body, "periodesUniteLegale"))}


def _company(row: Wire, siren: str, activity: Activite, open_data: bool) -> UniteLegale:
    nic = text(row, "nicSiegeUniteLegale")
    status = status_of(row, "statutDiffusionUniteLegale")
    solidarity = text(row, "economieSocialeSolidaireUniteLegale")
    return {
        "siren": siren,
        "rna": text(row, "identifiantAssociationUniteLegale"),
        "siret_siege_social": siren + nic if nic else None,
        "type": kind_of(row),
        "personne_morale_attributs": _legal_person(row),
        "personne_physique_attributs": _person(row),
        "categorie_entreprise": text(row, "categorieEntreprise"),
        "status_diffusion": status,
        "diffusable_commercialement": commercial(status, open_data),
        "forme_juridique": legal_form(text(row, "categorieJuridiqueUniteLegale") or None),
        "activite_principale": activity,
        "tranche_effectif_salarie": headcount(
            text(row, "trancheEffectifsUniteLegale"), text(row, "anneeEffectifsUniteLegale")
        ),
        "economie_sociale_et_solidaire": None if solidarity is None else solidarity == "O",
        "date_creation": _created(row),
        "etat_administratif": _state(row),
    }


def _legal_person(row: Wire) -> PersonneMorale:
    return {"raison_sociale": text(row, "denominationUniteLegale"), "sigle": text(row, "sigleUniteLegale")}


def _person(row: Wire) -> PersonnePhysique:
    return {
        "pseudonyme": text(row, "pseudonymeUniteLegale"),
        "prenom_usuel": text(row, "prenomUsuelUniteLegale"),
        "prenom_1": text(row, "prenom1UniteLegale"),
        "prenom_2": text(row, "prenom2UniteLegale"),
        "prenom_3": text(row, "prenom3UniteLegale"),
        "prenom_4": text(row, "prenom4UniteLegale"),
        "nom_usage": text(row, "nomUsageUniteLegale"),
        "nom_naissance": text(row, "nomUniteLegale"),
        "sexe": text(row, "sexeUniteLegale"),
    }


def _created(row: Wire) -> int | None:
    day = text(row, "dateCreationUniteLegale")
    # Sirene writes the first day of 1900 when it does not know when a company was created.
    return None if day is not None and day.startswith(_NO_KNOWN_BIRTHDAY) else epoch(day)


def _state(row: Wire) -> Literal["A", "C"]:
    match row.get("etatAdministratifUniteLegale"):
        case "A":
            return "A"
        case "C":
            return "C"
        case _:
            raise UnknownAnswer


def _ceased(body: Wire, row: Wire) -> int | None:
    if row.get("etatAdministratifUniteLegale") == "A":
        return None
    return last_change(children(body, "periodesUniteLegale"), "changementEtatAdministratifUniteLegale")


def _hide(company: UniteLegale) -> None:
    refuse_hidden(company["status_diffusion"])
    if company["status_diffusion"] == "partiellement_diffusible":
        hide_company(company)


def _links(version: str, company: UniteLegale) -> LinksUniteLegale:
    siret = company["siret_siege_social"]
    if siret is None:
        return {"siege_social": None, "siege_social_adresse": None}
    place = f"/{version}/insee/sirene/etablissements/{siret}"
    return {"siege_social": place, "siege_social_adresse": f"{place}/adresse"}


def _meta(found: Found) -> MetaUniteLegale:
    return {
        "date_derniere_mise_a_jour": epoch(text(found.body, "dateDernierTraitementUniteLegale")),
        "redirect_from_siren": found.redirect_from,
    }
