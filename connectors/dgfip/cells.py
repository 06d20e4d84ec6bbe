# SPDX-License-Identifier: EUPL-1.2
"""The figures of the forms about capital, read as a sheet whose rows are persons: ranks down, figures across."""

import re
from collections.abc import Iterable, Iterator, Mapping

from connectors.dgfip.liasse import Form, ranked

_HUNDREDTHS = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,6}))?", re.ASCII)
_BIRTH = re.compile(r"([0-9]{4})([0-9]{2})(?:[0-9]{2})?", re.ASCII)


class Cells:
    """The figures of a form by code and rank, or of no form at all. Blank cells count as null."""

    def __init__(self, form: Form | None) -> None:
        self._values: Mapping[str, Mapping[int, str | None]] = ranked(form) if form else {}

    def at(self, code: str, rank: int = 1) -> str | None:
        """What stands in a cell."""
        value = self._values.get(code, {}).get(rank)
        return value if value and value.strip() else None

    def hundredth(self, code: str, rank: int = 1) -> float | None:
        """A percentage, which is written times a hundred; None when it is blank or cannot be read."""
        found = self._number(code, rank)
        return round(float(f"{found[1]}.{found[2] or 0}") / 100, 4) if found else None

    def count(self, code: str, rank: int = 1) -> int | None:
        """The whole part of a count, which is written times a hundred; None when it is blank or cannot be read."""
        found = self._number(code, rank)
        return int(found[1]) // 100 if found else None

    def birth(self, code: str, rank: int) -> tuple[str | None, str | None]:
        """The year and the month of a birth date `YYYYMMDD`, never its day."""
        found = _BIRTH.fullmatch((self.at(code, rank) or "").strip())
        return (found[1], found[2]) if found else (None, None)

    def ranks(self, key: str, codes: Iterable[str]) -> Iterator[int]:
        """The ranks that are someone's: up to the highest of `key`, where any of the codes has a value."""
        highest = max(self._values.get(key, {}), default=0)
        across = (key, *codes)
        return (rank for rank in range(1, highest + 1) if any(self.at(code, rank) for code in across))

    def _number(self, code: str, rank: int) -> re.Match[str] | None:
        return _HUNDREDTHS.fullmatch((self.at(code, rank) or "").strip())
