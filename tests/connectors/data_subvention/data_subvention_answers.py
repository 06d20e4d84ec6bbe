# SPDX-License-Identifier: EUPL-1.2
"""What Data.Subvention's tests share: one of its answers, and a door to its simulator."""

from typing import Any

import orjson

from connectors.data_subvention.simulator import simulator
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW

CONTRACT = load("data_subvention")
WORLD = load_world()


def leaf(value: object, provider: str = "OSIRIS", day: str = "2025-01-31") -> dict[str, object]:
    return {"value": value, "provider": provider, "last_update": f"{day}T00:00:00.000Z", "type": "string"}


ACTION: dict[str, Any] = {
    "rang": leaf(1),
    "intitule": leaf("Un potager"),
    "objectifs": leaf("Cultiver"),
    "objectifs_operationnels": leaf("Éduquer"),
    "description": leaf("Vingt séances"),
    "nature_aide": leaf("Projet local"),
    "modalite_aide": leaf("Aide au projet"),
    "modalite_ou_dispositif": leaf("Quartier"),
    "indicateurs": leaf("Surface"),
    "cofinanceurs": {"noms": leaf("Ville;Métropole;"), "montant_demandes": leaf(6500)},
}
APPLICATION: dict[str, Any] = {
    "siret": leaf("99910044900019"),
    "annee_demande": leaf(2025, "Chorus"),
    "ej": leaf("25/0099104"),
    "versementKey": leaf("25/0099104-1"),
    "dispositif": leaf("Fonds"),
    "sous_dispositif": leaf("Projets"),
    "service_instructeur": leaf("DD54"),
    "date_commision": leaf("2025-06-12T00:00:00.000Z"),
    "statut_label": leaf("Accordé"),
    "status": leaf("Terminé"),
    "contact": {"email": leaf("contact@example.org"), "telephone": leaf("00 00 00 00 00")},
    "montants": {"total": leaf(11600), "demande": leaf(5000), "propose": leaf(4500), "accorde": leaf(4200.5)},
    "actions_proposee": [ACTION],
}
PAYMENT: dict[str, Any] = {
    "ej": leaf("2199104404", "Chorus", "2025-09-16"),
    "versementKey": leaf("25/0099104-1"),
    "amount": leaf(4200.5),
    "dateOperation": leaf("2025-09-15T00:00:00.000Z"),
    "centreFinancier": leaf("UO Grand Est"),
    "domaineFonctionnel": leaf("vie associative"),
    "activitee": leaf("développement"),
    "bop": leaf("163"),
    "programme": leaf("163", "Data Bretagne", "2025-02-01"),
    "libelleProgramme": leaf("Jeunesse et vie associative"),
}


def body_of(application: object = None, payments: object = None) -> dict[str, Any]:
    return {"subventions": [{"application": application, "payments": payments}]}


def at_simulator() -> SimulatedDoor:
    """A door to the simulator, logged in as the gateway does."""
    handler = simulator(WORLD, lambda: NOW)
    said = handler(Asked("POST", "/auth/login", body=b'{"email":"nous@example.org","password":"p"}'))
    return SimulatedDoor(CONTRACT, handler, NOW, {"x-access-token": orjson.loads(said.body)["user"]["jwt"]["token"]})
