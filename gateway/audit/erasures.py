# SPDX-License-Identifier: EUPL-1.2
"""Which records were erased, and which record says so: bytes that are gone without a reason are a fault.

The leaf of an erased record stays in the tree, so that everything else still verifies.
"""

from collections.abc import Mapping


class Erasures:
    """Follows records in order, and says at the end which missing bytes no record accounts for."""

    def __init__(self) -> None:
        self._missing: list[range] = []

    def missing(self, number: int) -> None:
        """The bytes of this record are gone."""
        if self._missing and self._missing[-1].stop == number:
            self._missing[-1] = range(self._missing[-1].start, number + 1)
        else:
            self._missing.append(range(number, number + 1))

    def follow(self, number: int, record: Mapping[str, object]) -> None:
        """Take in the next record that is there, which satisfies the vocabulary."""

    def finish(self) -> tuple[int, str] | None:
        """The first record gone without a reason, and what is wrong, in French."""
        for gone in self._missing:
            return gone.start, "aucun enregistrement ne le dit"
        return None
