# SPDX-License-Identifier: EUPL-1.2
"""How the words of the application files' API are written: in French, key by key, as rows of a table.

A row is `key: (type, title, description)`; a type ending in `?` may be null.
"""

from enum import StrEnum

from gateway.edge.openapi.facts import Json

Row = tuple[str | Json, str, str]

_FORMATS: dict[str, Json] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "count": {"type": "integer", "minimum": 0},
    "moment": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "siret": {"type": "string", "pattern": "^[0-9]{14}$"},
    "address": {"type": "string"},
}


def words(kind: type[StrEnum]) -> Json:
    """A closed list."""
    return listed([one.value for one in kind])


def listed(values: list[str]) -> Json:
    """A closed list, by its values."""
    return {"type": "string", "enum": values}


def several(item: Json) -> Json:
    """A list of one kind of thing."""
    return {"type": "array", "items": item}


def fields(rows: dict[str, Row]) -> Json:
    """Properties from rows."""
    return {name: field(*row) for name, row in rows.items()}


def field(kind: str | Json, title: str, description: str) -> Json:
    """One property. A kind written `text?` may be null; a schema is taken as it stands."""
    if isinstance(kind, str):
        schema = dict(_FORMATS[kind.rstrip("?")])
        if kind.endswith("?"):
            schema["type"] = [schema["type"], "null"]
    else:
        schema = dict(kind)
    return {**schema, "title": title, "description": description}


def nullable(schema: Json) -> Json:
    """The same, or null."""
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}
