# SPDX-License-Identifier: EUPL-1.2
"""The public search engine as it speaks on the wire, for tests, the sandbox and the benchmark.

It finds personas by number and by the words of their name; it shows none that asked not to be shown.
"""

from collections.abc import Callable
from datetime import datetime

from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

SHORTEST = 3
SECTIONS = {
    "01": "A", "14": "C", "18": "C", "36": "E", "41": "F", "42": "F", "43": "F", "47": "G", "49": "H", "70": "M",
    "71": "M", "81": "N", "84": "O", "85": "P", "86": "Q", "94": "S",
}  # fmt: skip
"""The section of a division of activities (NAF rév. 2)."""


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The engine for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        match asked.method, asked.path:
            case "GET", "/sources/last_modified":
                return json_said({"last_modified": {"sirene": clock().isoformat()}})
            case "GET", "/search":
                return _search(world, asked)
        return json_said({"erreur": "Adresse inconnue"}, 404)

    return handle


def _search(world: World, asked: Asked) -> Said:
    wanted, limit = asked.query.get("q", "").strip(), asked.query.get("per_page", "10")
    if len(wanted) < SHORTEST or not limit.isdigit() or int(limit) > 25:
        return json_said({"erreur": "Les paramètres de la recherche ne conviennent pas"}, 400)
    rows = [
        _company(persona)
        for persona in world.personas
        if _shown(persona) and _matches(persona, wanted) and _within(persona, asked)
    ]
    page = rows[: int(limit)]
    return json_said({"results": page, "total_results": len(rows), "page": 1, "per_page": int(limit), "total_pages": 1})


def _shown(persona: Persona) -> bool:
    return persona.diffusion != "N" and not persona.interdite and not persona.redirige_vers


def _matches(persona: Persona, wanted: str) -> bool:
    if wanted.isdigit():
        return wanted in (persona.siren, persona.siret)
    names = f"{persona.name} {persona.sigle or ''} {persona.enseigne or ''}"
    shown = "" if persona.diffusion == "P" and persona.natural_person else names
    return all(word in shown.upper().split() for word in wanted.upper().split())


def _within(persona: Persona, asked: Asked) -> bool:
    postal, activity = asked.query.get("code_postal"), asked.query.get("code_naf")
    return postal in (None, persona.adresse.code_postal) and activity in (None, persona.naf)


def _company(persona: Persona) -> dict[str, object]:
    hidden = persona.diffusion == "P"
    name = "[NON-DIFFUSIBLE]" if hidden else persona.name
    count = 1 + len(persona.etablissements)
    closed = sum(1 for one in persona.etablissements if one.fermeture)
    return {
        "siren": persona.siren,
        "nom_complet": f"{name} ({persona.sigle})" if persona.sigle else name,
        "nom_raison_sociale": None if persona.natural_person else name,
        "sigle": persona.sigle,
        "nombre_etablissements": count,
        "nombre_etablissements_ouverts": count - closed if persona.etat == "A" else 0,
        "siege": _head_office(persona, hidden),
        "activite_principale": persona.naf,
        "activite_principale_naf25": persona.naf2025,
        "categorie_entreprise": persona.categorie_entreprise,
        "date_creation": persona.creation,
        "date_fermeture": persona.fermeture,
        "dirigeants": [],
        "etat_administratif": persona.etat,
        "nature_juridique": persona.categorie_juridique,
        "section_activite_principale": SECTIONS.get(persona.naf[:2], "N"),
        "tranche_effectif_salarie": persona.effectif,
        "statut_diffusion": persona.diffusion,
        "matching_etablissements": [],
        "complements": _signs(persona),
    }


def _head_office(persona: Persona, hidden: bool) -> dict[str, object]:
    place = persona.adresse
    whole = f"{place.numero} {place.type_voie} {place.voie} {place.code_postal} {place.commune}"
    return {
        "siret": persona.siret,
        "adresse": f"[NON-DIFFUSIBLE] {place.code_postal} {place.commune}" if hidden else whole,
        "code_postal": place.code_postal,
        "commune": place.code_commune,
        "libelle_commune": place.commune,
        "departement": place.code_commune[:2],
        "est_siege": True,
        "etat_administratif": "A" if persona.etat == "A" else "F",
    }


def _signs(persona: Persona) -> dict[str, object]:
    builder = "grand_constructeur" in persona.traits
    public = "organisme_public" in persona.traits
    return {
        "est_administration": public,
        "est_association": persona.rna is not None,
        "est_bio": bool({"association", "bio", "grand_constructeur"} & {*persona.traits}),
        "est_entrepreneur_individuel": persona.natural_person,
        "est_ess": persona.ess == "O",
        "est_organisme_formation": builder or "formation" in persona.traits,
        "est_qualiopi": builder or "formation" in persona.traits,
        "est_rge": builder or "rge" in persona.traits,
        "est_service_public": public,
        "est_siae": False,
        "est_societe_mission": False,
        "convention_collective_renseignee": persona.effectif is not None,
        "egapro_renseignee": builder,
        "bilan_ges_renseigne": builder,
        "identifiant_association": persona.rna,
    }
