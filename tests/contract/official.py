# SPDX-License-Identifier: EUPL-1.2
"""The shapes of API Entreprise's published document, as facts: parameters, fields, types, codes, what is required.

`python -m tests.contract.official openapi.yaml` writes them as `official_shapes.json`, so that our own document can be
compared with them where theirs is not at hand. A field is told in one word: its types, `?` when it may be null, `!`
when its key is always there; nothing of their texts is kept.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SHAPES = Path(__file__).with_name("official_shapes.json")
Json = dict[str, Any]


def shapes(document: Json) -> Json:
    """The facts of a document, by path."""
    gets = {path: item["get"] for path, item in sorted(document["paths"].items()) if "get" in item}
    return {path: shape(document, operation) for path, operation in gets.items()}


def shape(document: Json, operation: Json) -> Json:
    """The facts of one operation."""
    named = [_resolved(document, row) for row in operation.get("parameters", ())]
    content = _resolved(document, operation["responses"]["200"]).get("content", {})
    schema = next(iter(content.values()), {}).get("schema")
    return {
        "statuses": sorted(operation["responses"]),
        "codes": {
            status: found
            for status, response in sorted(operation["responses"].items())
            if (found := _codes(_resolved(document, response)))
        },
        "media": sorted(content),
        "deprecated": bool(operation.get("deprecated")),
        "parameters": {
            f"{row['in']} {row['name']}": row["schema"]["type"] + ("!" if row.get("required") else "")
            for row in sorted(named, key=lambda row: (row["in"], row["name"]))
        },
        "fields": dict(sorted(_fields(document, schema, ""))) if schema else {},
    }


def _codes(response: Json) -> list[str]:
    """The codes of a response's examples."""
    found = set()
    for content in response.get("content", {}).values():
        for example in content.get("examples", {}).values():
            value = example["value"] if isinstance(example.get("value"), dict) else {}
            found |= {error["code"] for error in value.get("errors", ())}
    return sorted(found)


def types_of(schema: Json) -> str:
    """The types a value may have, and `?` when null is one of them."""
    written = schema.get("type", "object" if "properties" in schema else "any")
    names = [written] if isinstance(written, str) else list(written)
    nullable = schema.get("nullable", False) or "null" in names
    return "|".join(sorted(name for name in names if name != "null")) + ("?" if nullable else "")


def _fields(document: Json, schema: Json, path: str) -> Iterator[tuple[str, str]]:
    schema = _resolved(document, schema)
    if "items" in schema:
        item = _resolved(document, schema["items"])
        yield f"{path}[]", types_of(item)
        yield from _fields(document, item, f"{path}[]")
    required = schema.get("required", ())
    for key, child in schema.get("properties", {}).items():
        below = f"{path}.{key}" if path else key
        found = _resolved(document, child)
        yield below, types_of(found) + ("!" if key in required else "")
        yield from _fields(document, found, below)


def _resolved(document: Json, row: Json) -> Json:
    while "$ref" in row:
        found: Any = document
        for part in row["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        row = found
    return row


def written(document: Json) -> str:
    """The facts as they are committed."""
    return json.dumps(shapes(document), ensure_ascii=False, indent=1) + "\n"


def read(path: Path) -> Json:
    """Their document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: Json = yaml.load(path.read_text("utf-8"), loader)  # noqa: S506  # a safe loader, the fast one where there is one
    return found


if __name__ == "__main__":
    SHAPES.write_text(written(read(Path(sys.argv[1]))), "utf-8")
