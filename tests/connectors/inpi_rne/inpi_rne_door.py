# SPDX-License-Identifier: EUPL-1.2
"""What the RNE's tests share: its contract, a door onto its simulator, and companies as it writes them."""

import json
from typing import Any

import orjson

from connectors.inpi_rne import (
    actes_bilans,
    beneficiaires_effectifs,
    beneficiaires_effectifs_open_data,
    extrait_rne,
)
from connectors.inpi_rne.simulator import simulator
from connectors.kit import Answer, Siren
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Handler, Said, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, answering

CONTRACT = load("inpi_rne")
WORLD = load_world()
BUILDER = Siren("999100886")
PRODUCTS: dict[str, Any] = {
    "extrait_rne": extrait_rne.v3,
    "beneficiaires_effectifs": beneficiaires_effectifs.v3,
    "beneficiaires_effectifs_open_data": beneficiaires_effectifs_open_data.v3,
    "actes_bilans": actes_bilans.v3,
}


def logged_in(handler: Handler) -> dict[str, str]:
    """The header of a client that has just logged in."""
    body = json.dumps({"username": "nous", "password": "s"}).encode()
    token = orjson.loads(handler(Asked("POST", "/token", body=body)).body)["token"]
    return {"authorization": f"Bearer {token}"}


def at_simulator() -> SimulatedDoor:
    """A door onto the simulator, already authenticated."""
    handler = simulator(WORLD, lambda: NOW)
    return SimulatedDoor(CONTRACT, handler, NOW, logged_in(handler))


def raw(path: str) -> Any:
    """The simulator's own JSON at an address."""
    door = at_simulator()
    return orjson.loads(door.handler(Asked("GET", path, {}, door.headers)).body)


async def ask(product: str, door: SimulatedDoor, siren: str = BUILDER) -> Answer[Any]:
    """One product's conversation about a company, the builder by default."""
    answer: Answer[Any] = await PRODUCTS[product](Siren(siren), door)
    return answer


def company(person: dict[str, Any], *, natural: bool = False, **content: Any) -> dict[str, Any]:
    """A company as the registry writes it, with this legal or natural person."""
    kind = "personnePhysique" if natural else "personneMorale"
    return {"formality": {"siren": str(BUILDER), "content": {kind: person, **content}}}


async def extract(body: object) -> Any:
    """The published extract of a company as the registry writes it."""
    return (await ask("extrait_rne", answering(CONTRACT, body))).data


async def identity(body: object) -> Any:
    """Who the company is, in the published extract of a company as the registry writes it."""
    return (await extract(body))["identite_entreprise"]


def said(body: bytes, status: int = 200) -> SimulatedDoor:
    """A door behind which every question gets these bytes."""
    return SimulatedDoor(CONTRACT, lambda asked: Said(status, body), NOW)
