# SPDX-License-Identifier: EUPL-1.2
"""Trying the examples that a purpose carries: the same decision as for a real request, on a made-up answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.kit import Answer
from connectors.kit.contract import Contract, Product, Version
from connectors.kit.schema import Array, Leaf, Node, Object
from gateway.problems import PLATFORM, Problem
from gateway.purpose.decide import grant, permit
from gateway.purpose.model import GRANTED, Example, Policies, Purpose
from gateway.values import Consumer, Release, Released, Stated

REFUSALS = ("00100", "00201", "00202", "00203", "00210", "00211", "00213", "00402")
"""What `decide` can refuse with, and an example expect."""

_SAMPLES: Mapping[type, object] = {str: "x", int: 1, float: 1.5, bool: True}


def outcome(policies: Policies, contracts: Mapping[str, Contract], purpose: Purpose, example: Example) -> str | None:
    """What keeps the example from coming out as it says, in French; None when it does."""
    product = contracts[example.product.split("/")[0]].products[example.product]
    try:
        found = grant(policies, _consumer(purpose, example), product)
        permitted = permit(found, example.version, _stated(example), example.called)
    except Problem as refusal:
        if refusal.code == example.expect:
            return None
        return f"attendu {_named(example.expect)}, obtenu {_named(refusal.code)} ({refusal.faults[0].detail})"
    if example.expect != GRANTED:
        return f"attendu {_named(example.expect)}, or l'accès est accordé"
    return _shown(example, product, permitted.version, permitted.release)


def _named(expected: str) -> str:
    return expected if expected == GRANTED else f"le refus {expected} « {PLATFORM[expected].title} »"


def _consumer(purpose: Purpose, example: Example) -> Consumer:
    return Consumer(
        token_id="",
        habilitation_id="",
        siret=example.recipient,
        name="",
        purpose=purpose.id,
        scopes=example.scopes,
        recipients=example.recipients,
        expires_at=0,
        basis=example.basis,
    )


def _stated(example: Example) -> Stated:
    return Stated((example.context,), (example.object,), (example.recipient,))


def _shown(example: Example, product: Product, version: Version, release: Release) -> str | None:
    out = set(_filled(release.narrow(sample(version)), version))
    for wanted, paths in ((True, example.visible), (False, example.masked)):
        for path in paths:
            fields = [name for name in version.fields if name == path or name.startswith((f"{path}.", f"{path}["))]
            if not fields:
                return f"« {path} » n'est pas un champ de {product.id} v{version.number}"
            for name in fields:
                if (name in out) is not wanted:
                    return f"le champ « {name} » sort masqué" if wanted else f"le champ « {name} » sort visible"
    return None


def sample(version: Version) -> Answer[Any]:
    """An answer of the published shape in which no value is null and every list has one item."""
    return Answer(_sample(version.data), _sample(version.links), _sample(version.meta))


def _sample(node: Node) -> Any:
    match node:
        case Leaf(kinds):
            return _SAMPLES[next(kind for kind in kinds if kind in _SAMPLES)]
        case Array(item):
            return [_sample(item)]
        case Object(keys):
            return {key: _sample(child) for key, child in keys.items()}


def _filled(released: Released, version: Version) -> Iterator[str]:
    """The fields of a narrowed sample that hold a value."""
    for item in released.data if version.collection else [released.data]:
        yield from _values(item, "")
    yield from _values(released.links, "links")
    yield from _values(released.meta, "meta")


def _values(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _values(child, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, f"{path}[]")
    elif value is not None:
        yield path
