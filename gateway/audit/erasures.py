# SPDX-License-Identifier: EUPL-1.2
"""Which records were erased, and which record says so: bytes that are gone without a reason are a fault.

The leaf of an erased record stays in the tree, so that everything else still verifies. An `erased` record names those
it is about by their numbers, from `seq` on, as runs: so many erased, so many kept, so many erased… It is written before
the first byte is removed; a record it names that is still there was about to be erased, which is no fault.
"""

from collections.abc import Iterator, Mapping, Sequence

MAX_RUNS_BYTES = 1000
"""How long the runs of one record may be; an erasure with more of them is several records."""


class Erasures:
    """Follows records in order, and says at the end which missing bytes no record accounts for."""

    def __init__(self) -> None:
        self._missing: list[range] = []
        self._erased: list[range] = []
        self._wrong: tuple[int, str] | None = None
        self.count = 0
        """How many records are gone."""

    def missing(self, number: int) -> None:
        """The bytes of this record are gone."""
        self.count += 1
        if self._missing and self._missing[-1].stop == number:
            self._missing[-1] = range(self._missing[-1].start, number + 1)
        else:
            self._missing.append(range(number, number + 1))

    def follow(self, number: int, record: Mapping[str, object]) -> None:
        """Take in the next record that is there, which satisfies the vocabulary."""
        if record["event"] != "erased":
            return
        try:
            named = list(read_runs(record))
        except ValueError as error:
            self._wrong = self._wrong or (number, str(error))
            return
        if named[-1].stop > number:
            self._wrong = self._wrong or (number, "il parle d'enregistrements qui n'existaient pas encore")
            return
        self._erased.extend(named)

    def finish(self) -> tuple[int, str] | None:
        """The first record that is at fault, and what is wrong, in French: it is gone without a reason, or misleads."""
        if self._wrong:
            return self._wrong
        said = _merged(self._erased)
        reason = next(said, None)
        for gone in self._missing:
            while reason is not None and reason.stop <= gone.start:
                reason = next(said, None)
            if reason is None or gone.start < reason.start:
                return gone.start, "ses octets manquent, et aucun enregistrement ne dit qu'il a été effacé"
            if gone.stop > reason.stop:
                return reason.stop, "ses octets manquent, et aucun enregistrement ne dit qu'il a été effacé"
        return None


def write_runs(numbers: Sequence[int]) -> Iterator[dict[str, object]]:
    """What `erased` records say of these numbers, which grow: `seq`, `size`, `count` and `runs` of each record."""
    start, runs, length, count = -1, [0], 0, 0
    following = -1
    for number in numbers:
        if number == following:
            runs[-1] += 1
        elif start >= 0 and length < MAX_RUNS_BYTES:
            length += len(f",{runs[-1]},{number - following}")
            runs += [number - following, 1]
        else:
            if start >= 0:
                yield _told(start, runs, count)
            start, runs, length, count = number, [1], 0, 0
        count += 1
        following = number + 1
    if start >= 0:
        yield _told(start, runs, count)


def read_runs(record: Mapping[str, object]) -> Iterator[range]:
    """The numbers that an `erased` record names, in order. Raises ValueError, in French, when it contradicts itself."""
    start, told = record["seq"], record["runs"]
    if not isinstance(start, int) or not isinstance(told, str):
        raise ValueError("il ne dit pas quels enregistrements")
    runs = [int(run) for run in told.split(",")]
    if len(runs) % 2 == 0 or sum(runs) != record["size"] or sum(runs[::2]) != record["count"]:
        raise ValueError("les enregistrements qu'il dit effacés ne sont pas au compte")
    for place, run in enumerate(runs):
        if place % 2 == 0:
            yield range(start, start + run)
        start += run


def _told(start: int, runs: Sequence[int], count: int) -> dict[str, object]:
    return {"seq": start, "size": sum(runs), "count": count, "runs": ",".join(map(str, runs))}


def _merged(ranges: Sequence[range]) -> Iterator[range]:
    """The same numbers in as few ranges as possible, in order."""
    current: range | None = None
    for one in sorted(ranges, key=lambda each: each.start):
        if current is None:
            current = one
        elif one.start <= current.stop:
            current = range(current.start, max(current.stop, one.stop))
        else:
            yield current
            current = one
    if current is not None:
        yield current
