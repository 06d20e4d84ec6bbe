# SPDX-License-Identifier: EUPL-1.2
"""Writing the dossier's values as JSON and reading them back, by their own types; and the canonical bytes of a seal.

Canonical is RFC 8785 for what we write: sorted keys, no spaces, UTF-8, no floating-point number that JSON would spell
in two ways. Raises ValueError for what is no value of that type, so that a damaged row is never read as another.
"""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

Value = TypeVar("Value")


def plain(value: Any) -> Any:
    """The value as JSON knows it."""
    if isinstance(value, StrEnum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(child) for key, child in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [plain(child) for child in value]
    return value


def canonical(value: Any) -> bytes:
    """The bytes that a digest is taken on."""
    return orjson.dumps(plain(value), option=orjson.OPT_SORT_KEYS)


def read(kind: type[Value], content: bytes) -> Value:
    """The value that `canonical` or `orjson.dumps(plain(…))` wrote. Raises ValueError."""
    found: Value = rebuilt(kind, orjson.loads(content))
    return found


def rebuilt(kind: Any, found: Any) -> Any:
    """A value of this type from its JSON. Raises ValueError."""
    if kind is Any:
        return found
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if found is None and type(None) in get_args(kind):
            return None
        return rebuilt(next(one for one in get_args(kind) if one is not type(None)), found)
    if origin is tuple:
        return _tuple(get_args(kind), found)
    if origin is not None and issubclass(origin, Mapping):
        return dict(_expected(found, dict))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(found)
    if is_dataclass(kind):
        return _dataclass(kind, _expected(found, dict))
    if kind is float:
        return float(found)
    return _expected(found, kind)


def _dataclass(kind: Any, given: dict[str, Any]) -> Any:
    types_of = _fields(kind)
    if unknown := given.keys() - types_of.keys():
        raise ValueError(f"{kind.__name__}: unknown {sorted(unknown)}")
    return kind(**{name: rebuilt(types_of[name], child) for name, child in given.items()})


def _tuple(kinds: tuple[Any, ...], found: Any) -> tuple[Any, ...]:
    items = _expected(found, list)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(rebuilt(kinds[0], child) for child in items)
    return tuple(rebuilt(kind, child) for kind, child in zip(kinds, items, strict=True))


def _expected(found: Any, kind: type) -> Any:
    if type(found) is not kind:
        raise ValueError(f"expected {kind.__name__}, found {type(found).__name__}")
    return found


@cache
def _fields(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
