# SPDX-License-Identifier: EUPL-1.2
"""What API Association's tests share: its contract, doors to its simulator, and answers written by hand."""

from typing import Any

from connectors.djepva_rna import association, association_open_data, association_protegee, documents
from connectors.djepva_rna.simulator import simulator
from connectors.kit import Answer, RegistryError
from connectors.kit.contract import load
from connectors.kit.simulation import load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, answering

CONTRACT = load("djepva_rna")
WORLD = load_world()
RNA = "W999104404"
SIREN = "999100449"
SIRET = "99910044900019"
KEY = {"x-gravitee-api-key": "cle"}
PRODUCTS: dict[str, tuple[int, Any]] = {
    "association": (3, association.v3),
    "documents": (3, documents.v3),
    "association_protegee": (4, association_protegee.v4),
    "association_open_data": (4, association_open_data.v4),
}
ASSOCIATIONS = [name for name in PRODUCTS if name != "documents"]
KNOWN = "<id_correspondance>77</id_correspondance><id_rna>W999104404</id_rna>"


def at_simulator() -> SimulatedDoor:
    """A door to the simulator, with a key."""
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW, KEY)


def sending(body: bytes, status: int = 200) -> SimulatedDoor:
    """A door behind which every question gets these bytes."""
    door: SimulatedDoor = answering(CONTRACT, body, status, "application/xml")
    return door


def structure(inside: str = "", identity: str = KNOWN, status: int = 200) -> SimulatedDoor:
    """A door to one structure: what its identity holds, and what stands beside it."""
    return sending(f"<asso><identite>{identity}</identite>{inside}</asso>".encode(), status)


async def ask(product: str, door: SimulatedDoor, number: str = RNA) -> Answer[Any]:
    """One product's conversation."""
    answer: Answer[Any] = await PRODUCTS[product][1](number, door)
    return answer


async def suffix(product: str, door: SimulatedDoor, number: str = RNA) -> str:
    """The three digits of the error that a conversation ends in."""
    try:
        await ask(product, door, number)
    except RegistryError as error:
        return error.suffix
    raise AssertionError("an answer came")
