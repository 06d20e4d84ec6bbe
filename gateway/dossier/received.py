# SPDX-License-Identifier: EUPL-1.2
"""What a buyer received: its tenders whose deadline is past, and the files that were deposited for them.

Before the deadline there is nothing to find, not even that somebody applied; to anybody but the buyer there never is.
What does not answer is None, whatever the reason: unknown, somebody else's, too early, not deposited.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.dossier.files import Files
from gateway.dossier.tenders import Heading
from gateway.dossier.values import Candidature, Tender
from gateway.dossier.words import Phase, Standing
from gateway.problems import Problem

PAGE = 50
MOST_FILES = 300
"""How many files of a tender are read for one page."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A tender, as the list of them shows it."""

    key: str
    deadline: int
    deposited: int
    tender: Tender


@dataclass(frozen=True, slots=True)
class Received:
    """A tender with its files. `withdrawn`: numbers of those withdrawn after their deposit. `left_out`: not read."""

    key: str
    deadline: int
    tender: Tender
    files: tuple[Candidature, ...]
    withdrawn: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def chosen(self) -> tuple[Candidature, ...]:
        """The files whose certificates were asked for, since the buyer means to award them the contract."""
        return tuple(one for one in self.files if one.phase.rank >= Phase.ATTRIBUTION.rank)

    def file(self, identifier: str) -> Candidature | None:
        """One of its files."""
        return next((one for one in self.files if one.id == identifier), None)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Where buyers find what they received. `now`: epoch seconds."""

    files: Files
    now: Callable[[], float]

    def tenders(self, buyer: str, page: int = 0) -> list[Listed]:
        """A page of a buyer's tenders, and one more when there is another page."""
        found = self.files.store.tenders.open_to(buyer, self.now(), PAGE + 1, page * PAGE)
        return [
            Listed(one.key, one.deadline or 0, one.deposited, head.tender)
            for one in found
            if (head := self.files.store.head(one.dossier)) is not None
        ]

    def heading(self, buyer: str, key: str) -> Heading | None:
        """A tender of the buyer's, opened or not."""
        return self.files.store.tenders.one(buyer, key)

    def tender(self, buyer: str, key: str) -> Received | None:
        """A tender of the buyer's, when it may be opened, with what was deposited."""
        found = self.heading(buyer, key)
        if found is None or found.deadline is None or not found.over(self.now()):
            return None
        every = self.files.store.tenders.files(key)
        read = [one for identifier in every[:MOST_FILES] if (one := self._read(identifier)) is not None]
        sealed = tuple(one for one in read if one.standing is Standing.SEALED and one.seal is not None)
        withdrawn = tuple(one.number for one in read if one.standing is Standing.WITHDRAWN and one.seal is not None)
        head = sealed[0] if sealed else self.files.store.head(found.dossier)
        if head is None:
            return None
        return Received(key, found.deadline, head.tender, sealed, withdrawn, len(every) - len(every[:MOST_FILES]))

    def file(self, buyer: str, key: str, identifier: str) -> Candidature | None:
        """One deposited file of a tender that may be opened."""
        found = self.heading(buyer, key)
        if found is None or not found.over(self.now()) or identifier not in self.files.store.tenders.files(key):
            return None
        dossier = self._read(identifier)
        return dossier if dossier is not None and dossier.standing is Standing.SEALED and dossier.seal else None

    def _read(self, identifier: str) -> Candidature | None:
        try:
            return self.files.get(identifier)
        except Problem as trouble:
            if trouble.status == 404:
                return None  # erased between two reads
            raise
