# SPDX-License-Identifier: EUPL-1.2
"""Numbers as French readers write them, with the spaces that keep a number on its line."""

from decimal import Decimal

_SPACE = "\N{NARROW NO-BREAK SPACE}"


def whole(value: int) -> str:
    """`4 180 500`."""
    return f"{value:,}".replace(",", _SPACE)


def euros(value: int | Decimal) -> str:
    """`4 180 500 €`; cents only when there are some."""
    exact = Decimal(value)
    cents = exact % 1
    written = whole(int(exact)) + (f",{abs(int(cents * 100)):02}" if cents else "")
    return f"{written}\N{NO-BREAK SPACE}€"


def number(value: float) -> str:
    """`27,5`: at most two decimals, and none that says nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    head, _, tail = text.partition(".")
    return whole(int(head)) + (f",{tail}" if tail else "")
