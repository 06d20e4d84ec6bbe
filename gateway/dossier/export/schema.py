# SPDX-License-Identifier: EUPL-1.2
"""The JSON Schema of what a dossier exports, read off the types it is made of, so that the two cannot differ.

Its words are for those who receive a file: French, in `schema.toml`, one for each type and each of its fields.
"""

import json
import tomllib
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Union, get_args, get_origin, get_type_hints

from gateway.dossier.export.data import Exported

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "Dossier de candidature"


def published() -> bytes:
    """The schema of `dossier.json` as it stands in `openapi/`."""
    return (json.dumps(schema(Exported, TITLE), indent=2, ensure_ascii=False) + "\n").encode()


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What each type (`_`) and each of its fields says, by their names."""
    return tomllib.loads(files("gateway.dossier.export").joinpath("schema.toml").read_text("utf-8"))


def schema(kind: type, title: str) -> dict[str, Any]:
    """The schema of a dataclass and of all that it holds."""
    definitions: dict[str, Any] = {}
    reference = _of(kind, definitions)
    return {"$schema": DIALECT, "title": title, **reference, "$defs": dict(sorted(definitions.items()))}


def _of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind is Any:
        return {}
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(option, definitions) for option in get_args(kind)]}
    if kind is type(None):
        return {"type": "null"}
    if origin is tuple:
        return _tuple(get_args(kind), definitions)
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        definitions.setdefault(
            kind.__name__, {"enum": [one.value for one in kind], "description": words()[kind.__name__]["_"]}
        )
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if is_dataclass(kind):
        return _dataclass(kind, definitions)
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[kind]}


def _tuple(kinds: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return {"type": "array", "items": _of(kinds[0], definitions)}
    items = [_of(kind, definitions) for kind in kinds]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _dataclass(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # taken: a type may hold itself
        hints = get_type_hints(kind)
        names = [one.name for one in fields(kind)]
        definitions[name] = {
            "type": "object",
            "description": words()[name]["_"],
            "properties": {one: {**_of(hints[one], definitions), "description": words()[name][one]} for one in names},
            "required": names,
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
