# SPDX-License-Identifier: EUPL-1.2
"""What leaves of an answer: the contract's keys, all of them, filled with granted values only (promise 2).

The output is built by walking the schema, never the payload: a key the contract does not know cannot come out, and a
value whose Python type the contract does not announce stops the answer. The walk is prepared once, for the first
answer, as nested functions; for each answer they only copy and compare types. What a policy may not do is refused at
load, before any walk.

A field that is withheld is null. A part of the answer in which everything is withheld is never looked at, so that not
even its absence or its length can be told: its keys stay, a list gives way to null.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

import orjson

from connectors.kit import Answer
from connectors.kit.contract import Product, Version
from connectors.kit.schema import Array, Leaf, Node, Object, leaves
from gateway.purpose.model import PolicyError
from gateway.values import Release, Released

# JSON in, JSON out: the one place of this room where a value may be anything.
Narrow = Callable[[Any], Any]


def compile_release(product: Product, version: Version, groups: Sequence[str]) -> Release:
    """What `groups` let out of one version of a product.

    Raises PolicyError for no group, an unknown group, groups without a field in this version, and when something would
    be withheld that the contract promises without null.
    """
    fields = _expand(product, version, groups)
    body = version.data.item if version.collection and isinstance(version.data, Array) else version.data
    for name in _promised(version, body, fields):
        group = next(group for group, names in product.groups.items() if name in names)
        raise _complaint(
            f"cette finalité ne peut pas offrir {product.id} v{version.number} sans le champ « {name} », que le "
            f"contrat promet non nul : accordez le groupe « {group} », ou retirez cette version"
        )

    @cache  # most of what policies could let out is never asked of one gateway
    def prepared() -> tuple[Narrow, Narrow, Narrow]:
        item = _prepare(body, "", fields)
        data = _list(item, "data", nullable=False) if version.collection else item
        return data, _prepare(version.links, "links", fields), _prepare(version.meta, "meta", fields)

    def narrow(answer: Answer[Any]) -> Released:
        data, links, meta = prepared()
        return Released(data(answer.data), links(answer.links), meta(answer.meta))

    return Release(
        groups=tuple(groups),
        fields=fields,
        digest=hashlib.sha256(orjson.dumps(sorted(fields))).hexdigest(),
        withheld=tuple(name for name in version.fields if name not in fields),
        narrow=narrow,
    )


def _expand(product: Product, version: Version, groups: Sequence[str]) -> frozenset[str]:
    if not groups:
        raise _complaint(f"aucun groupe de champs n'est accordé pour {product.id} : citez-en au moins un")
    for group in groups:
        if group not in product.groups:
            known = ", ".join(product.groups)
            raise _complaint(f"le groupe « {group} » n'existe pas dans {product.id}, dont les groupes sont : {known}")
    fields = frozenset(name for group in groups for name in product.fields_of(group, version.number))
    if not fields:
        raise _complaint(
            f"les groupes {', '.join(groups)} n'ont aucun champ dans la v{version.number} de {product.id} : "
            "retirez cette version avec la clé « versions », ou accordez un groupe de plus"
        )
    return fields


def _complaint(text: str) -> PolicyError:
    return PolicyError("", "", text)


def _promised(version: Version, body: Node, fields: frozenset[str]) -> Iterator[str]:
    """The fields that would be withheld although the contract leaves no null to put in their place."""
    for name, leaf in version.fields.items():
        if name not in fields and not leaf.withholdable:
            yield name
    if version.collection and not _granted(body, "", fields):
        yield from _first(body, "")  # the number of items would tell what their fields do not
    for node, path in ((body, ""), (version.links, "links"), (version.meta, "meta")):
        yield from _lists_in_place(node, path, fields)


def _lists_in_place(node: Node, path: str, fields: frozenset[str]) -> Iterator[str]:
    """A field of every list that is wholly withheld and may not be null: the number of items would tell about them."""
    match node:
        case Object(keys):
            for key, child in keys.items():
                yield from _lists_in_place(child, _below(path, key), fields)
        case Array(item, nullable):
            if _granted(node, path, fields):
                yield from _lists_in_place(item, f"{path}[]", fields)
            elif not nullable:
                yield from _first(node, path)


def _first(node: Node, path: str) -> Iterator[str]:
    """The first field at or below `path`, if there is one."""
    yield from (name for name, _ in islice(leaves(node, path), 1))


def _granted(node: Node, path: str, fields: frozenset[str]) -> bool:
    """Whether anything at or below `path` is granted."""
    return any(name in fields for name, _ in leaves(node, path))


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _prepare(node: Node, path: str, fields: frozenset[str]) -> Narrow:
    """The function that narrows what stands at `path`. It raises ValueError, with the path and never with the value."""
    if not _granted(node, path, fields):
        return lambda _: _skeleton(node)
    match node:
        case Leaf(kinds):
            return _value(path, kinds)
        case Array(item, nullable):
            return _list(_prepare(item, f"{path}[]", fields), path, nullable=nullable)
        case Object():
            return _object(node, path, fields)


def _skeleton(node: Node) -> Any:
    """What stands for a part that is wholly withheld: the contract's keys, and nothing else."""
    match node:
        case Object(keys):
            return {key: _skeleton(child) for key, child in keys.items()}
        case Array(_, nullable=False):
            return []  # a list without any field; every other one was refused at load
        case _:
            return None


def _value(path: str, kinds: tuple[type, ...]) -> Narrow:
    def narrow(value: Any) -> Any:
        if type(value) not in kinds:
            raise ValueError(f"{path}: the contract announces no {type(value).__name__}")
        return value

    return narrow


def _list(item: Narrow, path: str, *, nullable: bool) -> Narrow:
    def narrow(value: Any) -> Any:
        if type(value) is not list:
            if nullable and value is None:
                return None
            raise ValueError(f"{path}: not a list")
        return [item(one) for one in value]

    return narrow


def _object(node: Object, path: str, fields: frozenset[str]) -> Narrow:
    """One loop over the granted leaves of this level, one over its objects and lists: the hot part of a release."""
    nullable = node.nullable
    blank = dict.fromkeys(node.keys)  # copied for each answer: every key in the contract's order, null until granted
    plain = []
    hidden = []
    nested = []
    for key, child in node.keys.items():
        below = _below(path, key)
        if not isinstance(child, Leaf):
            nested.append((key, _prepare(child, below, fields)))
        elif below in fields:
            plain.append((key, child.kinds))
        else:
            hidden.append(key)

    def narrow(value: Any) -> Any:
        if type(value) is not dict:
            if nullable and value is None:
                return None
            raise ValueError(f"{path or 'data'}: not an object")
        out: dict[str, Any] = blank.copy()
        try:
            for key, kinds in plain:
                given = value[key]
                if type(given) not in kinds:
                    raise ValueError(f"{_below(path, key)}: the contract announces no {type(given).__name__}")
                out[key] = given
            for key, inner in nested:
                out[key] = inner(value[key])
        except KeyError as missing:
            raise ValueError(f"{path or 'data'}: the key {missing} is missing") from None
        for key in hidden:
            if key not in value:
                raise ValueError(f"{path or 'data'}: the key {key!r} is missing")
        return out

    return narrow
