# SPDX-License-Identifier: EUPL-1.2
"""What Qualibat's tests share: its contract, a way in to its simulator, and a certificate of ours."""

import base64
from datetime import timedelta

import orjson

from connectors.kit import Siret
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Handler, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.qualibat.simulator import simulator
from tests.connectors.kit.doors import NOW

CONTRACT = load("qualibat")
WORLD = load_world()
BUILDER = Siret("99910088600012")
BRANCH = Siret("99910088600129")
JOINERY = Siret("99910011800010")
HOUR = timedelta(hours=1)

PAGE = """Qualibat
CERTIFICAT QUALIBAT
NUMÉRO E-1 VALABLE JUSQU'AU 31/12/2026
ÉDITÉ LE 02/01/2026
Assurance Responsabilité Travaux :
SMABTP T123
Assurance Responsabilité Civile :
MAAF C456
Code - Qualification - Date d'attribution
2112 Maçonnerie 15/03/2024
4322 Menuiserie intérieure 16/03/2024
Nombre total de qualifications : 2"""
"""A page of a certificate."""


def log_in(handler: Handler, pair: str = "nous:secret") -> dict[str, str]:
    """The header of a token just given."""
    basic = base64.b64encode(pair.encode()).decode()
    said = handler(Asked("POST", "/token", {}, {"authorization": f"Basic {basic}"}))
    return {"authorization": f"Bearer {orjson.loads(said.body)['access_token']}"}


def at_simulator() -> SimulatedDoor:
    """A door to the simulator, logged in as the gateway does."""
    handler = simulator(WORLD, lambda: NOW)
    return SimulatedDoor(CONTRACT, handler, NOW, log_in(handler))
