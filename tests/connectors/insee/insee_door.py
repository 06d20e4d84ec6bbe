# SPDX-License-Identifier: EUPL-1.2
"""What INSEE's tests share: ways in to the simulator or to scripted answers, and a check of published shapes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from connectors.insee import (
    adresse,
    adresse_diffusible,
    etablissement,
    etablissement_diffusible,
    siege_social,
    siege_social_diffusible,
    successions,
    unite_legale,
    unite_legale_diffusible,
)
from connectors.insee.simulator import simulator
from connectors.kit import Answer, RegistryError, Siren, Siret
from connectors.kit.contract import load
from connectors.kit.paris import PARIS
from connectors.kit.schema import Array, Leaf, Node, Object
from connectors.kit.simulation import Asked, Handler, Said, json_said, load_world
from connectors.kit.simulation.door import SimulatedDoor

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=PARIS)
ROOT = "/api-sirene/prive/3.11"
CONTRACT = load("insee")
WORLD = load_world()
MODULES: dict[str, Any] = {
    "unite_legale": unite_legale,
    "unite_legale_diffusible": unite_legale_diffusible,
    "siege_social": siege_social,
    "siege_social_diffusible": siege_social_diffusible,
    "etablissement": etablissement,
    "etablissement_diffusible": etablissement_diffusible,
    "adresse": adresse,
    "adresse_diffusible": adresse_diffusible,
    "successions": successions,
}
EVERY_VERSION = [(product.name, number) for product in CONTRACT.products.values() for number in product.versions]
LOGIN = b"grant_type=password&client_id=us&client_secret=s&username=me&password=p"

HEALTHY = "999100118"
BIS = "999100225"
ADVICE = "999100332"
ASSOCIATION = "999100449"
PARTIAL_PERSON = "999100555"
CLOSED = "999100662"
CEDEX = "999100886"
DUPLICATE = "999100993"
HIDDEN_PERSON = "999101108"
FORBIDDEN = "999101439"


def at_simulator() -> SimulatedDoor:
    """A door to the simulator, logged in as the gateway does."""
    handler = simulator(WORLD, lambda: NOW)
    token = orjson.loads(handler(Asked("POST", "/token", body=LOGIN)).body)["access_token"]
    return SimulatedDoor(CONTRACT, handler, NOW, {"authorization": f"Bearer {token}"})


def at(*said: Said) -> SimulatedDoor:
    """A door to a registry that gives these answers in turn, the last one for ever."""
    waiting = list(said)

    def handler(asked: Asked) -> Said:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return door_to(handler)


def door_to(handler: Handler) -> SimulatedDoor:
    """A door to any handler."""
    return SimulatedDoor(CONTRACT, handler, NOW)


def number_of(product: str, siren: str) -> Siren | Siret:
    """What a product is asked for about a company: its SIREN, or the SIRET of its head office."""
    if CONTRACT.products[f"insee/{product}"].parameters == ("siren",):
        return Siren(siren)
    return Siret(WORLD.by_siren[siren].siret)


async def ask(product: str, version: int, number: str, door: SimulatedDoor) -> Answer[Any]:
    """One product's conversation."""
    conversation: Callable[..., Any] = getattr(MODULES[product], f"v{version}")
    answer: Answer[Any] = await conversation(number, door)
    return answer


async def outcome(product: str, version: int, number: str, door: SimulatedDoor) -> Answer[Any] | str:
    """The answer, or the suffix of the registry error."""
    try:
        return await ask(product, version, number, door)
    except RegistryError as error:
        return error.suffix


def raw(path: str, door: SimulatedDoor, query: dict[str, str] | None = None) -> Any:
    """The registry's own JSON for a path below `ROOT`."""
    return orjson.loads(door.handler(Asked("GET", ROOT + path, query or {}, door.headers)).body)


def raw_for(product: str, siren: str) -> Any:
    """The registry's own JSON behind a product for a company."""
    door, number = at_simulator(), number_of(product, siren)
    if product == "successions":
        query = {"q": f"siretEtablissementSuccesseur:{number} OR siretEtablissementPredecesseur:{number}"}
        return raw("/siret/liensSuccession", door, query)
    if product.startswith("siege"):
        return raw("/siret", door, {"q": f"etablissementSiege:true AND siren:{number}"})
    return raw(f"/siren/{number}" if isinstance(number, Siren) else f"/siret/{number}", door)


def saying(body: object) -> SimulatedDoor:
    """A door to a registry whose only answer is this JSON, with status 200."""
    return at(json_said(body))


def mismatch(node: Node, value: Any, path: str = "") -> list[str]:
    """Where a value departs from a published shape: keys, types, nulls."""
    match node:
        case Leaf(kinds):
            return [] if type(value) in kinds else [f"{path}: {value!r}"]
        case Object(keys):
            if type(value) is not dict or value.keys() != keys.keys():
                return [f"{path}: keys"]
            return [one for key, inner in keys.items() for one in mismatch(inner, value[key], f"{path}.{key}")]
        case Array(item):
            if type(value) is not list:
                return [f"{path}: no list"]
            return [one for inner in value for one in mismatch(item, inner, f"{path}[]")]


def mismatches(product: str, version: int, answer: Answer[Any]) -> list[str]:
    """Where an answer departs from what its product publishes."""
    shape = CONTRACT.products[f"insee/{product}"].versions[version]
    return [
        *mismatch(shape.data, answer.data, "data"),
        *mismatch(shape.links, answer.links, "links"),
        *mismatch(shape.meta, answer.meta, "meta"),
    ]
