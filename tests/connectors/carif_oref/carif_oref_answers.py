# SPDX-License-Identifier: EUPL-1.2
"""What the Carif-Oref's tests share: one of its answers, and doors."""

from typing import Any

from connectors.carif_oref.simulator import simulator
from connectors.kit.contract import load
from connectors.kit.simulation import load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW

CONTRACT = load("carif_oref")
WORLD = load_world()

NDA: dict[str, Any] = {
    "nda": "69999100886",
    "actif": False,
    "date_derniere_declaration": "2025-05-31",
    "debut_exercice": "2025-01-01",
    "fin_exercice": "2025-12-31",
    "code_specialite_1": "230",
    "libelle_specialite_1": "Génie civil",
    "code_specialite_2": None,
    "libelle_specialite_2": None,
    "code_specialite_3": "255",
    "libelle_specialite_3": "Électricité",
    "qualiopi_action_formation": True,
    "qualiopi_bilan_competence": False,
    "qualiopi_vae": False,
    "qualiopi_apprentissage": True,
    "obtention_qualiopi": "Qualiopi direct sur le NDA",
}
RIGHT: dict[str, Any] = {
    "code_fc": "RNCP99886",
    "actif": True,
    "etat_habilitation": "Actif",
    "date_habilitation": "2024-02-10",
    "date_fin_enregistrement": "01/06/2028",
    "date_decision": None,
    "a_former": True,
    "a_organiser": False,
    "certificateur": [{"siret": "99910088600012"}, {"siret": None}],
}
BODY: dict[str, Any] = {
    "siret_actif": "99910088600129",
    "etablissement": {"uai": "0699886H"},
    "unite_legale": {"multinda": True},
    "nda": [NDA],
    "habilitations": [RIGHT],
}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW, {"token-connexion": "jeton"})
