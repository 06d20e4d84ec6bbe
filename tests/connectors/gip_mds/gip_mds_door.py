# SPDX-License-Identifier: EUPL-1.2
"""What the GIP-MDS's tests share: its contract, a door onto its simulator, and headcounts as it writes them."""

from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.gip_mds import effectifs_annuels, effectifs_mensuels
from connectors.gip_mds.simulator import simulator
from connectors.kit import Answer, Siren, Siret
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW

CONTRACT = load("gip_mds")
WORLD = load_world()
BUILDER = Siren("999100886")
BUILDER_OFFICE = Siret("99910088600012")
LOGIN = {"grant_type": "client_credentials", "client_id": "nous", "client_secret": "s"}


def at_simulator() -> SimulatedDoor:
    """A door onto the simulator, already authenticated."""
    handler = simulator(WORLD, lambda: NOW)
    token = orjson.loads(handler(Asked("POST", "/token", body=urlencode(LOGIN).encode())).body)["access_token"]
    return SimulatedDoor(CONTRACT, handler, NOW, {"authorization": f"Bearer {token}"})


async def yearly(door: SimulatedDoor, year: str = "2024", nature: str | None = None) -> Answer[Any]:
    """The builder's headcounts of a year."""
    return await effectifs_annuels.v3(BUILDER, year, nature, door)


async def monthly(
    door: SimulatedDoor, month: str = "06", nature: str | None = None, depth: str | None = None
) -> Answer[Any]:
    """The headcounts of the builder's head office in a month of 2024."""
    return await effectifs_mensuels.v3(BUILDER_OFFICE, month, "2024", nature, depth, door)


def item(source: str, value: str = "12.34", **other: Any) -> dict[str, Any]:
    """One headcount as the registry writes it, of the year 2024 unless `other` says otherwise."""
    row = {"effectifs": value, "miseAJourRCD": "2025-01-15", "periode": "20241231", "nature": "A01"}
    return {**row, "source": source, **other}
