# SPDX-License-Identifier: EUPL-1.2
"""Notices, while exchanges pass, a habilitation that walks through neighbouring SIRENs.

Commitments hide which numbers follow each other, so the log cannot tell. Here the last few hundred numbers of each
habilitation stay in memory for an hour at most, without their check digit, and never leave it: what comes out is how
many had a neighbour. Each process sees its own share of the traffic; a restart forgets.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

KEPT = 300
HABILITATIONS = 2_000
NEAR = 3
HOUR_S = 3600.0


@dataclass(slots=True)
class _Walk:
    """The numbers that one habilitation asked about, oldest first, and when one had a neighbour among them."""

    consumer: str
    numbers: OrderedDict[int, float] = field(default_factory=OrderedDict)
    near: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))


class Scraping:
    """Fed by the exchanges, asked by the watch; both in the event loop. `now`: epoch seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._walks: OrderedDict[str, _Walk] = OrderedDict()

    def seen(self, habilitation: str, consumer: str, subject: str) -> None:
        """A company was asked about. What is not a SIREN is not counted. A few microseconds."""
        if len(subject) != 9 or not subject.isdigit():
            return
        walk = self._walks.get(habilitation)
        if walk is None:
            walk = self._walks[habilitation] = _Walk(consumer)
            if len(self._walks) > HABILITATIONS:
                self._walks.popitem(last=False)
        self._walks.move_to_end(habilitation)
        number, now = int(subject[:8]), self._now()
        numbers = walk.numbers
        if number in numbers:
            numbers.move_to_end(number)
            numbers[number] = now
            return
        while numbers and (len(numbers) >= KEPT or next(iter(numbers.values())) < now - HOUR_S):
            numbers.popitem(last=False)
        if not numbers.keys().isdisjoint(range(number - NEAR, number + NEAR + 1)):  # itself is not among them
            walk.near.append(now)
        numbers[number] = now

    def found(self, least: int) -> list[tuple[str, str, int]]:
        """Habilitation, consumer and count of those with at least so many neighbours within the hour."""
        since = self._now() - HOUR_S
        found = []
        for habilitation, walk in list(self._walks.items()):
            while walk.near and walk.near[0] < since:
                walk.near.popleft()
            if len(walk.near) >= least:
                found.append((habilitation, walk.consumer, len(walk.near)))
            if walk.numbers and next(reversed(walk.numbers.values())) < since:
                del self._walks[habilitation]  # nothing for an hour: nothing is kept
        return found
