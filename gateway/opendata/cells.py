# SPDX-License-Identifier: EUPL-1.2
"""Counts made k-anonymous: each one that is published is about at least k different companies.

Small counts are merged, never left as a hole that a total would fill: the published counts are parts that do not
overlap, so that no subtraction gives back a small one. When merging the small ones does not reach k, the smallest of
the others joins them. A month whose whole is below k is not published at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OTHERS = "autres"

Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""By purpose and registry: how many consultations of each company, by its commitment."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One published count. `companies`: how many different ones it is about."""

    purpose: str
    registry: str
    count: int
    companies: int


@dataclass(frozen=True, slots=True)
class _Part:
    purpose: str
    registry: str
    count: int
    who: frozenset[str]


def anonymous(counts: Counts, k: int) -> list[Cell]:
    """The counts that may be published, sorted. Raises ValueError for a k that protects nobody."""
    if k < 2:
        raise ValueError("k is at least 2")
    published: list[_Part] = []
    pooled: list[_Part] = []
    parts = [_Part(*name, sum(found.values()), frozenset(found)) for name, found in sorted(counts.items()) if found]
    for purpose in sorted({part.purpose for part in parts}):
        kept, rest = _merged([part for part in parts if part.purpose == purpose], k, purpose)
        published += kept
        pooled += rest
    if pooled:
        published, rest = _merged([*published, *pooled], k, OTHERS)
        if rest:
            return []
    return sorted(
        (Cell(part.purpose, part.registry, part.count, len(part.who)) for part in published),
        key=lambda cell: (cell.purpose, cell.registry),
    )


def _merged(parts: list[_Part], k: int, purpose: str) -> tuple[list[_Part], list[_Part]]:
    """These parts with the small ones merged; and what stays too small even so, when there is nothing to join it."""
    large = sorted((part for part in parts if len(part.who) >= k), key=lambda part: (-len(part.who), part.registry))
    small = [part for part in parts if len(part.who) < k]
    if not small:
        return large, []
    others = _joined(small, purpose)
    if len(others.who) < k and large:
        others = _joined([others, large.pop()], purpose)
    return ([*large, others], []) if len(others.who) >= k else (large, [others])


def _joined(parts: Iterable[_Part], purpose: str) -> _Part:
    found = list(parts)
    who = frozenset().union(*(part.who for part in found))
    return _Part(purpose, OTHERS, sum(part.count for part in found), who)
