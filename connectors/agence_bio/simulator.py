# SPDX-License-Identifier: EUPL-1.2
"""The Agence Bio as it speaks on the wire, for tests, the sandbox and the benchmark.

The farm and the association's gardens are organic; the large builder's canteen was, and its commitment was stopped.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

PATH = "/api/gouv/operateurs/"
GARDENS, CANTEEN, FARM = "999100449", "999100886", "999102098"
KINDS = {
    GARDENS: ("Production", "Producteurs", ("01.13.4", "Légumes racines et tubercules"), "Lieu de production"),
    FARM: ("Production", "Producteurs", ("01.13.1", "Légumes feuilles et tiges"), "Lieu de production"),
    CANTEEN: ("Restauration", "Restaurants", ("GP.Restauration", "Restauration collective"), "Lieux de vente"),
}


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The agency for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET" or asked.path != PATH:
            return json_said({"message": "adresse inconnue"}, 404)
        persona = world.by_siret.get(asked.query.get("siret", ""))
        known = persona is not None and persona.siren in KINDS and asked.query["siret"] == persona.siret
        items = [_operator(persona, clock().astimezone(PARIS).date())] if persona and known else []
        return json_said({"nbTotal": str(len(items)), "items": items})

    return handle


def _operator(persona: Persona, today: date) -> dict[str, object]:
    activity, category, (code, words), kind = KINDS[persona.siren]
    stopped = today - timedelta(days=200) if persona.siren == CANTEEN else None
    begun = (today - timedelta(days=1500)).isoformat()
    place = persona.adresse
    return {
        "id": int(persona.siren[4:]),
        "raisonSociale": persona.name,
        "denominationcourante": persona.sigle,
        "siret": persona.siret,
        "numeroBio": int(persona.siren[3:]),
        "telephone": None,
        "codeNAF": persona.naf,
        "gerant": None,
        "dateMaj": (today - timedelta(days=30)).isoformat(),
        "reseau": None,
        "categories": [{"id": 4, "nom": category}],
        "siteWebs": [],
        "adressesOperateurs": [
            {
                "id": 1,
                "lieu": f"{place.numero} {place.type_voie} {place.voie}",
                "codePostal": place.code_postal,
                "ville": place.commune,
                "codeCommune": place.code_commune,
                "active": stopped is None,
                "typeAdresseOperateurs": ["Siège social", kind],
            }
        ],
        "productions": [{"id": 1, "code": code, "nom": words, "etatProductions": []}],
        "activites": [{"id": 1, "nom": activity}],
        "certificats": [
            {
                "numeroControleEu": "FR-BIO-01",
                "organisme": "Ecocert France",
                "etatCertification": "ARRETEE" if stopped else "ENGAGEE",
                "dateSuspension": None,
                "dateArret": stopped.isoformat() if stopped else None,
                "dateEngagement": begun,
                "dateNotification": f"{begun}T10:25:27.284Z",
                "url": f"https://certificats.example.org/{persona.siren}",
            }
        ],
        "mixite": "",
        "datePremierEngagement": begun,
    }
