# SPDX-License-Identifier: EUPL-1.2
"""Asks the search engine, and reads the companies it finds."""

from collections.abc import Mapping

from connectors.kit import Registry, Siren, UnknownAnswer
from connectors.kit.wire import Wire, an_object, day, flag, objects, text, whole
from connectors.recherche_entreprises.schemas import Entreprise, Siege, Signes

MOST = 25


async def search(question: Mapping[str, str], engine: Registry) -> tuple[int, list[Wire]]:
    """How many companies match, and the first 25. Raises the refusal `question_refusee`, UnknownAnswer."""
    reply = await engine.get("/search", query={**question, "page": "1", "per_page": str(MOST)})
    if reply.status == 400:
        raise engine.refusal("question_refusee")
    if reply.status != 200:
        raise UnknownAnswer
    body = an_object(reply.json())
    rows, total = objects(body.get("results"), MOST), whole(body, "total_results")
    if total is None or total < len(rows):
        raise UnknownAnswer
    return total, rows


def company(row: Wire) -> Entreprise:
    """One company found. Raises UnknownAnswer."""
    siren = Siren.parse(text(row, "siren") or "")
    if siren is None:
        raise UnknownAnswer
    return Entreprise(
        siren=str(siren),
        nom_complet=text(row, "nom_complet"),
        nom_raison_sociale=text(row, "nom_raison_sociale"),
        sigle=text(row, "sigle"),
        etat_administratif=text(row, "etat_administratif"),
        statut_diffusion=text(row, "statut_diffusion"),
        date_creation=day(row, "date_creation"),
        date_fermeture=day(row, "date_fermeture"),
        nature_juridique=text(row, "nature_juridique"),
        activite_principale=text(row, "activite_principale"),
        activite_principale_naf25=text(row, "activite_principale_naf25"),
        section_activite_principale=text(row, "section_activite_principale"),
        categorie_entreprise=text(row, "categorie_entreprise"),
        tranche_effectif_salarie=text(row, "tranche_effectif_salarie"),
        nombre_etablissements=whole(row, "nombre_etablissements"),
        nombre_etablissements_ouverts=whole(row, "nombre_etablissements_ouverts"),
        siege=_head_office(_child(row, "siege")),
        signes=_signs(_child(row, "complements")),
    )


def _child(row: Wire, key: str) -> Wire:
    value = row.get(key)
    return {} if value is None else an_object(value)


def _head_office(row: Wire) -> Siege:
    return Siege(
        siret=text(row, "siret"),
        adresse=text(row, "adresse"),
        code_postal=text(row, "code_postal"),
        code_commune=text(row, "commune"),
        commune=text(row, "libelle_commune"),
        departement=text(row, "departement"),
        region=text(row, "region"),
        latitude=text(row, "latitude"),
        longitude=text(row, "longitude"),
        etat_administratif=text(row, "etat_administratif"),
    )


def _signs(row: Wire) -> Signes:
    return Signes(
        est_administration=flag(row, "est_administration"),
        est_association=flag(row, "est_association"),
        est_bio=flag(row, "est_bio"),
        est_entrepreneur_individuel=flag(row, "est_entrepreneur_individuel"),
        est_ess=flag(row, "est_ess"),
        est_organisme_formation=flag(row, "est_organisme_formation"),
        est_qualiopi=flag(row, "est_qualiopi"),
        est_rge=flag(row, "est_rge"),
        est_service_public=flag(row, "est_service_public"),
        est_siae=flag(row, "est_siae"),
        est_societe_mission=flag(row, "est_societe_mission"),
        convention_collective_renseignee=flag(row, "convention_collective_renseignee"),
        egapro_renseignee=flag(row, "egapro_renseignee"),
        bilan_ges_renseigne=flag(row, "bilan_ges_renseigne"),
        identifiant_association=text(row, "identifiant_association"),
    )
