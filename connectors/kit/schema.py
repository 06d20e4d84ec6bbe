# SPDX-License-Identifier: EUPL-1.2
"""The published schema of a product, read off the types its function returns.

A schema is a tree of nodes over TypedDicts; its leaves are the fields a purpose may grant. A field is named by its
path: `unite_legale.forme_juridique.code`, `predecesseurs[].siret`, `links.siege_social`, `meta.redirect_from_siren`.
"""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from connectors.kit.answer import MayLackMark

SCALARS = (str, int, float, bool)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field: the Python types it may take, whether it may be null, and whether a purpose may make it so.

    `values`: the only ones it takes, when the contract closes the list; null is not among them.
    """

    kinds: tuple[type, ...]
    nullable: bool
    withholdable: bool
    values: tuple[str | int | bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """An object with all its keys."""

    keys: dict[str, "Node"]
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Array:
    """A list of one kind of item."""

    item: "Node"
    nullable: bool = False


Node = Leaf | Object | Array


def node_of(kind: Any, *, nullable: bool = False, may_lack: bool = False) -> Node:
    """The node for a type. Raises TypeError for a type that no schema may use."""
    origin = get_origin(kind)
    if origin is Annotated:
        base, *marks = get_args(kind)
        lacking = any(mark is MayLackMark or isinstance(mark, MayLackMark) for mark in marks)
        return node_of(base, nullable=nullable, may_lack=may_lack or lacking)
    if origin is NotRequired:
        raise TypeError("every key of a published schema is required")
    if origin in (Union, types.UnionType):
        kinds = [option for option in get_args(kind) if option is not type(None)]
        if len(kinds) != 1:
            raise TypeError(f"a field has one type, or one type and null: {kind}")
        return node_of(kinds[0], nullable=True, may_lack=may_lack)
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        return Object({key: node_of(hint) for key, hint in hints.items()}, nullable)
    if origin is list:
        return Array(node_of(get_args(kind)[0]), nullable)
    if origin is Literal:
        values = get_args(kind)
        return _leaf(tuple(dict.fromkeys(type(value) for value in values)), nullable, may_lack, values)
    if kind is float:
        return _leaf((float, int), nullable, may_lack)
    if kind in SCALARS:
        return _leaf((kind,), nullable, may_lack)
    raise TypeError(f"no published schema may use {kind!r}")


def _leaf(kinds: tuple[type, ...], nullable: bool, may_lack: bool, values: tuple[Any, ...] = ()) -> Leaf:
    return Leaf((*kinds, type(None)) if nullable else kinds, nullable, nullable and not may_lack, values)


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every field below `node` with its path, in order."""
    match node:
        case Leaf():
            yield path, node
        case Object(keys):
            for key, child in keys.items():
                yield from leaves(child, f"{path}.{key}" if path else key)
        case Array(item):
            yield from leaves(item, f"{path}[]")


def keys(node: Node, path: str = "") -> Iterator[str]:
    """The path of every key below `node`, of objects and lists as well as of fields, in order."""
    match node:
        case Object(found):
            for key, child in found.items():
                below = f"{path}.{key}" if path else key
                yield below
                yield from keys(child, below)
        case Array(item):
            yield from keys(item, f"{path}[]")
        case Leaf():
            return
