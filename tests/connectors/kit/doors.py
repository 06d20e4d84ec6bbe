# SPDX-License-Identifier: EUPL-1.2
"""What connectors' tests share: doors to a simulator or to scripted answers, outcomes, published shapes, fixtures."""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from hypothesis import strategies as st

from connectors.kit import Answer, RegistryError
from connectors.kit.contract import Contract
from connectors.kit.paris import PARIS
from connectors.kit.schema import Array, Leaf, Node, Object
from connectors.kit.simulation import Said
from connectors.kit.simulation.door import SimulatedDoor

NOW = datetime(2026, 3, 17, 10, 30, tzinfo=PARIS)
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "registries"
STATUSES = st.sampled_from([200, 204, 301, 400, 401, 403, 404, 422, 429, 500, 502, 504])


def answering(contract: Contract, body: object, status: int = 200, content_type: str = "application/json") -> Any:
    """A door behind which every question gets the same answer; `body` is JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return SimulatedDoor(contract, lambda asked: Said(status, raw, content_type), NOW)


async def outcome(conversation: Awaitable[Answer[Any]]) -> Answer[Any] | str:
    """The answer, or the three digits of the registry's error; any other exception goes through."""
    try:
        return await conversation
    except RegistryError as error:
        return error.suffix


async def data_of(conversation: Awaitable[Answer[Any]]) -> Any:
    """The data of an answer."""
    return (await conversation).data


def mismatch(node: Node, value: Any, path: str = "") -> list[str]:
    """Where a value departs from a published shape: keys, types, nulls."""
    match node:
        case Leaf(kinds):
            return [] if type(value) in kinds else [f"{path}: {value!r}"]
        case Object(nullable=True) | Array(nullable=True) if value is None:
            return []
        case Object(keys):
            if type(value) is not dict or value.keys() != keys.keys():
                return [f"{path}: keys"]
            return [one for key, inner in keys.items() for one in mismatch(inner, value[key], f"{path}.{key}")]
        case Array(item):
            if type(value) is not list:
                return [f"{path}: no list"]
            return [one for inner in value for one in mismatch(item, inner, f"{path}[]")]


def mismatches(contract: Contract, product: str, version: int, answer: Answer[Any]) -> list[str]:
    """Where an answer departs from what its product publishes."""
    shape = contract.products[f"{contract.registry}/{product}"].versions[version]
    return [
        *mismatch(shape.data, answer.data, "data"),
        *mismatch(shape.links, dict(answer.links), "links"),
        *mismatch(shape.meta, dict(answer.meta), "meta"),
    ]


def json_values(*keys: str) -> st.SearchStrategy[Any]:
    """Any small JSON value whose objects often have these keys."""
    names = st.sampled_from(keys) | st.text(max_size=3)
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
    )


def damaged(value: Any, keys: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """A real answer of a registry in which one value, anywhere, gave way to something else."""
    places = list(_places(value))
    return st.tuples(st.sampled_from(places), json_values(*keys or ("value",))).map(
        lambda drawn: _replaced(value, drawn[0], drawn[1])
    )


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from _places(inner, (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(value[path[0]], path[1:], junk)
    return copy


@dataclass(frozen=True)
class Recorded:
    """One exchange of a fixture: what the registry answered, to which address, and what is expected of ours."""

    name: str
    url: str
    status: int
    body: bytes
    expected: str


def recorded(registry: str) -> Mapping[str, Recorded]:
    """The registry's fixtures that are at hand, by name: none when they are not."""
    return {path.stem: _recorded(path) for path in sorted((SHARED / registry / "fixtures").glob("*.json"))}


def _recorded(path: Path) -> Recorded:
    fixture = json.loads(path.read_text("utf-8"))
    exchange = fixture["exchanges"][0]
    response = exchange["response"]
    if "body_file" in response:
        body = (path.parent / response["body_file"]).read_bytes()
    else:
        body = response["body_text"].encode() if "body_text" in response else orjson.dumps(response.get("body"))
    return Recorded(path.stem, exchange["request"]["url"], response["status"], body, fixture["expected"])
