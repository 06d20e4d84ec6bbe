# SPDX-License-Identifier: EUPL-1.2
"""Where the days' records are in the log, as the index knows it: closing.py need not read millions of others."""

import sqlite3
from pathlib import Path

from gateway.audit.closing import Hints
from gateway.audit.index.criteria import Criteria
from gateway.audit.index.search import Search
from gateway.audit.index.store import reading


def hints_of(index: Path) -> Hints:
    """What the index at this path knows; nothing when there is none, and the log is then read from its beginning."""

    def known() -> tuple[list[int], int]:
        try:
            connection = reading(index, mapped=False)
        except sqlite3.Error:
            return [], 0
        try:
            search = Search(connection)
            size = search.size()
            return list(search.numbers(Criteria(terms={"event": ("day_closed",)}))), size
        except sqlite3.Error:
            return [], 0
        finally:
            connection.close()

    return known
