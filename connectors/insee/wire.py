# SPDX-License-Identifier: EUPL-1.2
"""Reads Sirene's JSON without trusting it: what has not the announced type is an unknown answer.

A key that is missing counts as null. Every function raises UnknownAnswer and nothing else.
"""

from typing import Any

from connectors.kit import UnknownAnswer
from connectors.kit.paris import epoch

Wire = dict[str, Any]


def text(row: Wire, key: str) -> str | None:
    """A text that may be null."""
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    raise UnknownAnswer


def needed(row: Wire, key: str) -> str:
    """A text that must be there."""
    value = row.get(key)
    if isinstance(value, str) and value:
        return value
    raise UnknownAnswer


def flag(row: Wire, key: str) -> bool:
    """A yes or no that must be there."""
    value = row.get(key)
    if isinstance(value, bool):
        return value
    raise UnknownAnswer


def child(row: Wire, key: str) -> Wire:
    """An object that must be there."""
    value = row.get(key)
    if isinstance(value, dict):
        return value
    raise UnknownAnswer


def children(row: Wire, key: str) -> list[Wire]:
    """A list of objects that must be there; it may be empty."""
    value = row.get(key)
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise UnknownAnswer


def current(periods: list[Wire]) -> Wire:
    """The period under way: the one that has no end, wherever it stands. None or several is an unknown answer."""
    open_ended = [period for period in periods if period.get("dateFin", "") is None]
    if len(open_ended) != 1:
        raise UnknownAnswer
    return open_ended[0]


def last_change(periods: list[Wire], change: str) -> int | None:
    """When the latest period that says `change` began, as an epoch of Paris midnight; None when no period says so.

    The registry lists the latest period first; comparing dates makes the order of no importance.
    """
    begun = [text(period, "dateDebut") or "" for period in periods if period.get(change) is True]
    return epoch(max(begun, default=None))
