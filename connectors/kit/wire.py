# SPDX-License-Identifier: EUPL-1.2
"""Reads a registry's JSON without trusting it: what has not the announced type is an unknown answer.

A key that is missing counts as null. Every function raises UnknownAnswer and nothing else.
"""

import math
from datetime import date
from typing import Any

from connectors.kit.errors import UnknownAnswer

Wire = dict[str, Any]

LARGEST = 10**15
"""No amount, count or number of a registry is larger: more digits than a State's budget has are junk."""


def an_object(value: object) -> Wire:
    """The value, which must be an object."""
    if isinstance(value, dict):
        return value
    raise UnknownAnswer


def objects(value: object, most: int = 10_000) -> list[Wire]:
    """The value, which must be a list of objects; it may be empty, and not longer than `most`."""
    if isinstance(value, list) and len(value) <= most and all(isinstance(item, dict) for item in value):
        return value
    raise UnknownAnswer


def text(row: Wire, key: str) -> str | None:
    """A text that may be null; an empty one counts as null."""
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value or None
    raise UnknownAnswer


def needed(row: Wire, key: str) -> str:
    """A text that must be there."""
    value = text(row, key)
    if value is None:
        raise UnknownAnswer
    return value


def flag(row: Wire, key: str) -> bool | None:
    """A yes or no that may be null."""
    value = row.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise UnknownAnswer


def whole(row: Wire, key: str) -> int | None:
    """A whole number that may be null."""
    value = number(row, key)
    if value is None or isinstance(value, int):
        return value
    raise UnknownAnswer


def number(row: Wire, key: str) -> float | int | None:
    """A number that may be null; never infinite, never beyond LARGEST."""
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnknownAnswer
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise UnknownAnswer
    return value


def day(row: Wire, key: str) -> str | None:
    """The day of a date or date-time, as `YYYY-MM-DD`, as written: without moving it to another time zone.

    None when it is null or empty.
    """
    written = text(row, key)
    if written is None:
        return None
    try:
        return date.fromisoformat(written[:10]).isoformat()
    except ValueError:
        raise UnknownAnswer from None
