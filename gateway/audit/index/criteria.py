# SPDX-License-Identifier: EUPL-1.2
"""What an auditor looks for, and what a search gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for. All that is given must hold; () in a list of several means that nothing can.

    `subjects`, `agents`: commitments, any of which. `since`, `until`: epoch milliseconds, the second excluded.
    `terms`: any of these values, by field of lines.TERMS. `unanswered`: questions that never had an outcome.
    """

    subjects: tuple[str, ...] | None = None
    agents: tuple[str, ...] | None = None
    exchange: str | None = None
    object: str | None = None
    since: int | None = None
    until: int | None = None
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A line as the index knows it; the record itself is in the log, under `seq`. `asked`: number of its question.

    `at`: epoch milliseconds. `terms`: by field of lines.TERMS.
    """

    seq: int
    asked: int | None
    at: int
    terms: Mapping[str, str]
    status: int | None
    latency_ms: int | None
    cached: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first. `older`: where the next page begins, or None. `exact`: `count` is all, not « more than »."""

    lines: tuple[Found, ...]
    older: int | None
    count: int
    exact: bool


NOTHING = Page((), None, 0, True)


@dataclass(frozen=True, slots=True)
class Plan:
    """Criteria in the index's numbers.

    `terms`, `keys`: columns with the values wanted. `rare`: the lines of the rare values, by block; None without any.
    `floor`: lines below this number were not looked at.
    """

    terms: tuple[tuple[str, tuple[int, ...]], ...]
    keys: tuple[tuple[str, tuple[int, ...]], ...]
    rare: Mapping[int, int] | None
    floor: int
    since: int | None
    until: int | None

    def conditions(self) -> tuple[str, list[int]]:
        """The same in SQL, to be added to a WHERE; the values of its question marks."""
        clauses, values = "", list[int]()
        for name, wanted in (*self.terms, *self.keys):
            clauses += f" AND {name} IN ({','.join('?' * len(wanted))})"
            values += wanted
        if self.since is not None:
            clauses += " AND at >= ?"
            values.append(self.since)
        if self.until is not None:
            clauses += " AND at < ?"
            values.append(self.until)
        return clauses, values
