# SPDX-License-Identifier: EUPL-1.2
"""Reads the RNE's JSON, where most things may be missing: what is missing is empty, what has the wrong type is unknown.

Every function raises UnknownAnswer and nothing else.
"""

from datetime import date

import orjson

from connectors.kit import UnknownAnswer
from connectors.kit.wire import Wire, an_object, objects, text

_LATIN_1 = {0xDC00 + byte: byte for byte in range(0x80, 0x100)}


def json_of(body: bytes) -> object:
    """The body as JSON, bytes that are no UTF-8 being read as Latin-1: old descriptions were never converted.

    Raises UnknownAnswer when it is not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(body.decode("utf-8", "surrogateescape").translate(_LATIN_1))
    except orjson.JSONDecodeError:
        raise UnknownAnswer from None


def child(row: Wire, *keys: str) -> Wire:
    """The object at the end of a path, empty when any part of the path is missing."""
    for key in keys:
        value = row.get(key)
        if value is None:
            return {}
        row = an_object(value)
    return row


def children(row: Wire, key: str) -> list[Wire]:
    """A list of objects, empty when it is missing."""
    value = row.get(key)
    return [] if value is None else objects(value)


def texts(row: Wire, key: str) -> list[str]:
    """A list of texts, empty when it is missing."""
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnknownAnswer
    found = [item for item in value if isinstance(item, str)]
    if len(found) != len(value):
        raise UnknownAnswer
    return found


def written(row: Wire, key: str) -> str | None:
    """A text that may be null, or a whole number written as one: street numbers and the like come as both."""
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(row, key)


def day(row: Wire, key: str) -> str | None:
    """The day of a date or date-time as `YYYY-MM-DD`, in its own time zone; null when there is none to be read.

    Dates were typed in by hand for decades, and one that does not exist must not hide the rest of an extract.
    """
    value = text(row, key)
    if value is None:
        return None
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None
