# SPDX-License-Identifier: EUPL-1.2
"""Reads Data.Subvention's leaves: every value comes as an object of value, provider, last update and type."""

from connectors.kit import wire
from connectors.kit.wire import Wire, an_object


def child(row: Wire, key: str) -> Wire:
    """The object under a key; one that is missing or null says nothing."""
    value = row.get(key)
    return {} if value is None else an_object(value)


def text(row: Wire, key: str) -> str | None:
    """The text of a leaf."""
    return wire.text(child(row, key), "value")


def number(row: Wire, key: str) -> float | None:
    """The number of a leaf."""
    return wire.number(child(row, key), "value")


def provider(row: Wire, key: str) -> str | None:
    """Who told a leaf to Data.Subvention."""
    return wire.text(child(row, key), "provider")


def updated(row: Wire, key: str) -> str | None:
    """When a leaf was last told."""
    return wire.text(child(row, key), "last_update")
