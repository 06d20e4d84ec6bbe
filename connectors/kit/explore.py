# SPDX-License-Identifier: EUPL-1.2
"""Asks an open data portal that speaks Explore 2.1 (Opendatasoft) for the records of a data set."""

from typing import Any

import orjson

from connectors.kit.door import Registry
from connectors.kit.errors import UnknownAnswer
from connectors.kit.wire import Wire, an_object, objects, text, whole

MOST = 100
"""How many records a portal gives at once."""


async def records(
    registry: Registry, data_set: str, field: str, value: str, order_by: str = ""
) -> tuple[int, list[Wire]]:
    """How many records have this value in this field, and the first hundred of them, in order.

    `value` is an identifier already checked: it must not hold a quote. Raises UnknownAnswer.
    """
    if "'" in value or "\\" in value:
        raise ValueError("a value for a portal holds no quote")
    query = {"where": f"{field}='{value}'", "limit": str(MOST)} | ({"order_by": order_by} if order_by else {})
    reply = await registry.get(f"/api/explore/v2.1/catalog/datasets/{data_set}/records", query=query)
    if reply.status != 200:
        raise UnknownAnswer
    body = an_object(reply.json())
    rows = objects(body.get("results"), MOST)
    total = whole(body, "total_count")
    if total is None or total < len(rows):
        raise UnknownAnswer
    return total, rows


def texts(row: Wire, key: str) -> list[str]:
    """A field of several texts: a portal gives an array, a single text, or null."""
    value = row.get(key)
    if isinstance(value, list):
        if not all(isinstance(one, str) for one in value):
            raise UnknownAnswer
        return [one for one in value if one]
    only = text(row, key)
    return [only] if only else []


def written(row: Wire, key: str) -> Any:
    """What a field holds that is JSON inside a text: a portal's way to nest; None when it is null.

    Raises UnknownAnswer when the text is not JSON.
    """
    value = text(row, key)
    if value is None:
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise UnknownAnswer from None
