# SPDX-License-Identifier: EUPL-1.2
"""Counts what our gateway wrote in its audit log under load: two durable records for each answer, no more, no less.

Once a minute the house looks for unusual volumes, and a load is one: the finding that it raises is no answer's record.
"""

import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.load import Window

_COUNT = """
SELECT count(*), count(DISTINCT told ->> 'id'), total(told ->> 'event' = 'asked'),
  total(told ->> 'event' = 'answered' AND told ->> 'status' = 200 AND NOT told ->> 'cached')
FROM (SELECT CAST(entry AS TEXT) AS told FROM record WHERE seq >= ?)
WHERE told ->> 'event' != 'finding_raised'
"""


class Dishonest(Exception):
    """The load was not what it claims to be, so its figures say nothing. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Written:
    """Requests' records since a moment. exchanges: distinct ones. answered: outcomes that are fresh, of status 200."""

    records: int
    exchanges: int
    asked: int
    answered: int


def size(audit: Path) -> int:
    """How many records the log holds."""
    with contextlib.closing(_reading(audit)) as log:
        (count,) = log.execute("SELECT coalesce(max(seq) + 1, 0) FROM record").fetchone()
    return int(count)


def written(audit: Path, since: int) -> Written:
    """What was written from record number `since` on."""
    with contextlib.closing(_reading(audit)) as log:
        row = log.execute(_COUNT, (since,)).fetchone()
    return Written(*(int(number) for number in row))


def expect_honest(system: str, windows: Iterable[Window]) -> None:
    """Raises Dishonest unless there were answers, every one of them a 200."""
    windows = list(windows)
    if not any(window.answers for window in windows):
        raise Dishonest(f"{system} : aucune réponse n'est arrivée.")
    for window in windows:
        if not window.honest:
            told = ", ".join(f"{count} × {status}" for status, count in sorted(window.statuses.items()))
            raise Dishonest(
                f"{system} : toutes les réponses devaient être 200 ({told}; {window.broken} connexions rompues)."
            )


def expect_two_records(found: Written, windows: Iterable[Window]) -> None:
    """Raises Dishonest unless the log holds « asked » and « answered » for each request that wrk sent, and only that.

    What wrk began and did not wait for, at the end of a window, may have been answered or never have been read.
    """
    windows = list(windows)
    received, sent = sum(window.answers for window in windows), sum(window.sent for window in windows)
    twice = found.asked == found.answered == found.exchanges and found.records == 2 * found.answered
    if not twice or not received <= found.answered <= sent:
        raise Dishonest(
            f"le journal devait gagner deux enregistrements par réponse : {found.records} enregistrements, "
            f"{found.asked} « asked », {found.answered} « answered », pour {received} réponses reçues sur {sent}."
        )


def _reading(audit: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{audit.resolve().as_uri()}?mode=ro", uri=True, timeout=10.0)
