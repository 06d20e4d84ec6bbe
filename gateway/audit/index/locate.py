# SPDX-License-Identifier: EUPL-1.2
"""Where in the log the records of an exchange are: what a receipt needs of the index."""

from contextlib import closing
from pathlib import Path

from gateway.audit.index.search import Search
from gateway.audit.index.store import reading
from gateway.audit.reader import LogUnreadable
from gateway.audit.trouble import UNREADABLE, described


class Locator:
    """Looks exchanges up in an index's file, which is opened for each call: it may be thrown away at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, exchange: str) -> list[int]:
        """The numbers of the records that may be this exchange's. Raises LogUnreadable."""
        try:
            with closing(reading(self._path)) as connection:
                return Search(connection).exchange(exchange)
        except UNREADABLE as error:
            raise LogUnreadable(f"{self._path.name} ne peut pas être lu : {described(error)}") from error
