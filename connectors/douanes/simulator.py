# SPDX-License-Identifier: EUPL-1.2
"""The customs' registrations as they speak on the wire, for tests, the sandbox and the benchmark.

Companies that trade goods and declare a turnover are registered, under the number of each of their establishments.
"""

import re
from collections.abc import Callable
from datetime import datetime

from connectors.kit.simulation import Address, Asked, Handler, Persona, Said, World, json_said

_NUMBER = re.compile(r"/(?:FR)?([0-9]{14})|/([A-Z]{2}[A-Z0-9]{1,15})", re.ASCII)

ABROAD = {
    "BE0999100886": {
        "identifiant": "BE0999100886",
        "actif": True,
        "libelle": "HAUTERIVE BELGIQUE",
        "rue": "14 QUAI DES CHARPENTES",
        "codePostal": "4000",
        "ville": "LIEGE",
        "pays": "BELGIQUE",
        "codePays": "BE",
    }
}
"""A registration made in another Member State: the large builder's subsidiary."""


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The customs of these personas; the clock does not matter to them."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET":
            return _error(405, "TECH001", "Méthode refusée")
        if not asked.query.get("idClient"):
            return _error(401, "TECH003", "Client inconnu")
        found = _NUMBER.fullmatch(asked.path)
        if not found:
            return _error(400, "TECH002", "Numéro mal écrit")
        siret, foreign = found.groups()
        row = ABROAD.get(foreign) if foreign else _registered(world, siret)
        return json_said({"EORI": row}) if row else _error(404, "FONC001", f"Numéro {asked.path[1:]} inconnu")

    return handle


def _registered(world: World, siret: str) -> dict[str, object] | None:
    persona = world.by_siret.get(siret)
    if persona is None or persona.natural_person or not persona.ca:
        return None
    place = _place(persona, siret)
    parts = (place.numero, place.type_voie, place.voie)
    return {
        "identifiant": f"FR{siret}",
        "actif": persona.etat == "A",
        "libelle": persona.name,
        "rue": " ".join(parts),
        "codePostal": place.code_postal,
        "ville": place.commune,
        "pays": "FRANCE",
        "codePays": "FR",
    }


def _place(persona: Persona, siret: str) -> Address:
    others = {persona.siren + other.nic: other.adresse for other in persona.etablissements}
    return others.get(siret, persona.adresse)


def _error(status: int, code: str, words: str) -> Said:
    return json_said({"erreur": {"status": str(status), "code": code, "libelle": words}}, status)
