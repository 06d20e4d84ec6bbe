# SPDX-License-Identifier: EUPL-1.2
"""An establishment as Sirene tells it, with its company and its address, in the published shapes of v3 and v4."""

from typing import Literal

from connectors.insee.asking import Found
from connectors.insee.diffusion import commercial, hide_establishment, status_of
from connectors.insee.labels import headcount, naf2025, naf_rev2
from connectors.insee.schemas import (
    Activite,
    Etablissement,
    EtablissementV3,
    EtablissementV4,
    LinksEtablissement,
    MetaEtablissement,
)
from connectors.insee.unite import company_v3, company_v4
from connectors.insee.voie import address_of
from connectors.insee.wire import Wire, child, children, current, flag, last_change, text
from connectors.kit import Answer, UnknownAnswer, siren_of
from connectors.kit.paris import epoch

_SIGNS = ("enseigne1Etablissement", "enseigne2Etablissement", "enseigne3Etablissement")


def answer_v3(found: Found, *, open_data: bool) -> Answer[EtablissementV3]:
    """The v3 answer. With `open_data`, what may not be told to everyone is refused (NotFound) or hidden."""
    period = current(children(found.body, "periodesEtablissement"))
    activity = naf_rev2(text(period, "activitePrincipaleEtablissement"))
    company = company_v3(child(found.body, "uniteLegale"), siren_of(found.number), open_data=open_data)
    place: EtablissementV3 = {**_place(found, period, activity, open_data), "unite_legale": company}
    if open_data:
        hide_establishment(place, company)
    return Answer(place, _links("v3", found), _meta(found))


def answer_v4(found: Found, *, open_data: bool) -> Answer[EtablissementV4]:
    """The v4 answer. With `open_data`, what may not be told to everyone is refused (NotFound) or hidden."""
    period = current(children(found.body, "periodesEtablissement"))
    # The 2025 code describes the establishment as a whole, the former one a period of its life.
    activity = naf2025(text(found.body, "activitePrincipaleNAF25Etablissement"))
    company = company_v4(child(found.body, "uniteLegale"), siren_of(found.number), open_data=open_data)
    place: EtablissementV4 = {
        **_place(found, period, activity, open_data),
        "activite_principale_naf_rev2": naf_rev2(text(period, "activitePrincipaleEtablissement")),
        "unite_legale": company,
    }
    if open_data:
        hide_establishment(place, company)
    return Answer(place, _links("v4", found), _meta(found))


def _place(found: Found, period: Wire, activity: Activite, open_data: bool) -> Etablissement:
    body = found.body
    state = _state(period)
    status = status_of(body, "statutDiffusionEtablissement")
    closing = "changementEtatAdministratifEtablissement"
    return {
        "siret": found.number,
        "siege_social": flag(body, "etablissementSiege"),
        "etat_administratif": state,
        "date_fermeture": None if state == "A" else last_change(children(body, "periodesEtablissement"), closing),
        "enseigne": ", ".join([sign for key in _SIGNS if (sign := text(period, key))]) or None,
        "activite_principale": activity,
        "tranche_effectif_salarie": headcount(
            text(body, "trancheEffectifsEtablissement"), text(body, "anneeEffectifsEtablissement")
        ),
        "diffusable_commercialement": commercial(status, open_data),
        "status_diffusion": status,
        "date_creation": epoch(text(body, "dateCreationEtablissement")),
        "adresse": address_of(body, child(body, "uniteLegale")),
    }


def _state(period: Wire) -> Literal["A", "F"]:
    match period.get("etatAdministratifEtablissement"):
        case "A":
            return "A"
        case "F":
            return "F"
        case _:
            raise UnknownAnswer


def _links(version: str, found: Found) -> LinksEtablissement:
    return {"unite_legale": f"/{version}/insee/sirene/unites_legales/{siren_of(found.number)}"}


def _meta(found: Found) -> MetaEtablissement:
    return {
        "date_derniere_mise_a_jour": epoch(text(found.body, "dateDernierTraitementEtablissement")),
        "redirect_from_siret": found.redirect_from,
    }
