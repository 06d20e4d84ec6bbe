# SPDX-License-Identifier: EUPL-1.2
"""Whose turn it is: questions wait by registry, files take turns, and plain calls always find room.

Each registry has a lane. A lane lets through at most half of what its contract allows at once, so that files never take
the places of plain calls; within it, files come one after the other, a question each, whatever the number of questions
one of them has. A registry that says it is asked too often closes its lane for a while, for all files alike.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

AT_ONCE = 64
"""Questions of files under way in the whole process."""
FIRST_PACE_S, SLOWEST_PACE_S, EASED = 0.05, 10.0, 0.95
"""How a registry's pace is found: halved when it says so, and quickened by each answer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item of one file that waits for its turn. `holder`: the portal's token, which may have to wait as a whole.

    `fresh`: asked anew, whatever is kept.
    """

    dossier: str
    item: str
    holder: str
    fresh: bool = False


@dataclass(slots=True)
class _Lane:
    """The questions for one registry, by file. `pace_s`: the least time between two of them, 0 for none."""

    places: int
    pace_s: float = 0.0
    under_way: int = 0
    closed_until: float = 0.0
    slowed_until: float = 0.0
    turns: "OrderedDict[str, deque[Waiting]]" = field(default_factory=OrderedDict)


class Queue:
    """Who may be asked now. `places`: what a registry's contract allows at once. `monotonic`: seconds."""

    def __init__(self, places: Callable[[str], int], monotonic: Callable[[], float]) -> None:
        self._places = places
        self._monotonic = monotonic
        self._lanes: dict[str, _Lane] = {}
        self._known: set[tuple[str, str]] = set()
        self._held: dict[str, float] = {}
        self._under_way = 0
        self._looked = 0.0  # when the lines were last looked at

    def add(self, registry: str, waiting: Waiting) -> None:
        """Stand in line; one that stands there already, or is being asked, does not stand twice."""
        key = (waiting.dossier, waiting.item)
        if key in self._known:
            return
        self._known.add(key)
        self._lane(registry).turns.setdefault(waiting.dossier, deque()).append(waiting)

    def ready(self) -> Iterator[tuple[str, Waiting]]:
        """Those whose turn it is, each taken out of the line; `done` must be called for each in the end."""
        now = self._looked = self._monotonic()
        moved = True
        while moved and self._under_way < AT_ONCE:
            moved = False
            # One question a lane each time round, so that the last registry is not asked last.
            for registry, lane in self._lanes.items():
                if self._under_way >= AT_ONCE:
                    return
                if lane.under_way >= lane.places or lane.closed_until > now:
                    continue
                if (waiting := self._next(lane, now)) is not None:
                    lane.under_way += 1
                    self._under_way += 1
                    moved = True
                    if lane.pace_s:
                        lane.closed_until = now + lane.pace_s
                    yield registry, waiting

    def done(self, registry: str, waiting: Waiting) -> None:
        """The question was put, whatever came of it."""
        self._lane(registry).under_way -= 1
        self._under_way -= 1
        self._known.discard((waiting.dossier, waiting.item))

    def drop(self, dossier: str) -> None:
        """Take a file's questions out of every line."""
        for lane in self._lanes.values():
            for waiting in lane.turns.pop(dossier, ()):
                self._known.discard((waiting.dossier, waiting.item))

    def close(self, registry: str, seconds: float) -> None:
        """Leave a registry alone for a while."""
        lane = self._lane(registry)
        lane.closed_until = max(lane.closed_until, self._monotonic() + seconds)

    def throttled(self, registry: str, seconds: float) -> None:
        """A registry says it is asked too often: leave it alone for a while, then ask at half the pace."""
        lane, now = self._lane(registry), self._monotonic()
        self.close(registry, seconds)
        if lane.slowed_until > now:
            return  # those that were under way together say the same thing once
        lane.slowed_until = now + seconds
        lane.pace_s = min(SLOWEST_PACE_S, max(FIRST_PACE_S, lane.pace_s * 2))

    def eased(self, registry: str) -> None:
        """A registry answered: a little quicker from now on."""
        lane = self._lane(registry)
        if lane.pace_s:
            lane.pace_s = lane.pace_s * EASED if lane.pace_s > FIRST_PACE_S / 4 else 0.0

    def hold(self, holder: str, seconds: float) -> None:
        """Let a portal's files wait: its pool is used up."""
        self._held[holder] = self._monotonic() + seconds

    def pace(self, registry: str, seconds: float) -> None:
        """Leave at least so much time between two questions to a registry."""
        self._lane(registry).pace_s = seconds

    def until(self) -> float | None:
        """Seconds until something that waits for time alone may go on, negative when it already may; None for nothing.

        What was closed when the lines were last looked at counts, even if its time came since: nothing else wakes it.
        """
        looked = self._looked
        ends = [lane.closed_until for lane in self._lanes.values() if lane.turns and lane.closed_until > looked]
        ends += [end for end in self._held.values() if end > looked]
        return min(ends) - self._monotonic() if ends else None

    def waiting(self) -> int:
        """How many questions stand in line."""
        return sum(len(turns) for lane in self._lanes.values() for turns in lane.turns.values())

    def _next(self, lane: _Lane, now: float) -> Waiting | None:
        for dossier, turns in lane.turns.items():
            holder = turns[0].holder
            if self._held.get(holder, 0.0) > now:
                continue
            self._held.pop(holder, None)
            waiting = turns.popleft()
            if turns:
                lane.turns.move_to_end(dossier)
            else:
                del lane.turns[dossier]
            return waiting
        return None

    def _lane(self, registry: str) -> _Lane:
        lane = self._lanes.get(registry)
        if lane is None:
            lane = self._lanes[registry] = _Lane(max(1, self._places(registry) // 2))
        return lane
