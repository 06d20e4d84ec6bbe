# SPDX-License-Identifier: EUPL-1.2
"""The published OpenAPI document, when it is at hand, beside what a contract publishes: names, types, nulls, ids."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from connectors.kit.contract import Contract

OPENAPI = Path(__file__).resolve().parents[3] / ".." / "shared" / "contract" / "openapi-entreprise.yaml"
KINDS = {"string": str, "number": float, "integer": int, "boolean": bool}


def differences(contract: Contract) -> list[str]:
    """Where a contract's data, meta and operations depart from the document; none when it is not at hand.

    Links are left out: the document does not say what they hold.
    """
    return [one for product in contract.products.values() for one in _of(product.id, product.versions.values())]


def _of(product: str, versions: Any) -> Iterator[str]:
    for version in versions:
        operation = _paths().get(f"/v{version.number}{version.path}", {}).get("get")
        if operation is None:
            continue
        answer = operation["responses"]["200"]
        shape = answer["content"]["application/json"]["schema"]["properties"]
        data = shape["data"]["items"]["properties"]["data"] if version.collection else shape["data"]
        theirs = dict(_leaves(data, "")) | dict(_leaves(shape["meta"], "meta"))
        ours = {name: (leaf.kinds[0], leaf.withholdable) for name, leaf in version.fields.items()}
        for name in sorted(theirs.keys() | ours.keys()):
            if not name.startswith("links.") and theirs.get(name) != ours.get(name):
                yield f"{product} v{version.number} {name}: {ours.get(name)}, published {theirs.get(name)}"
        if answer["x-operationId"] != version.operation or bool(operation.get("deprecated")) != version.deprecated:
            yield f"{product} v{version.number}: operation"


def _leaves(schema: dict[str, Any], path: str) -> Iterator[tuple[str, tuple[type, bool]]]:
    if schema["type"] == "object":
        for name, child in schema.get("properties", {}).items():
            yield from _leaves(child, f"{path}.{name}" if path else name)
    elif schema["type"] == "array":
        yield from _leaves(schema["items"], f"{path}[]")
    else:
        yield path, (KINDS[schema["type"]], bool(schema.get("nullable")))


@lru_cache(maxsize=1)
def _paths() -> dict[str, Any]:
    if not OPENAPI.exists():
        return {}
    found: dict[str, Any] = yaml.load(OPENAPI.read_text("utf-8"), Loader=yaml.CSafeLoader)["paths"]
    return found
