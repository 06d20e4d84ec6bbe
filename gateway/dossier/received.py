# SPDX-License-Identifier: EUPL-1.2
"""What a buyer received: its tenders whose deadline is past, and the files that were deposited for them.

Before the deadline there is nothing to find, not even that somebody applied; to anybody but the buyer there never is.
What does not answer is None, whatever the reason: unknown, somebody else's, too early, not deposited.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.dossier.files import Files
from gateway.dossier.tenders import Heading
from gateway.dossier.values import Candidature, Tender
from gateway.dossier.words import Phase, Standing
from gateway.problems import Problem

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A tender, as the list of them shows it."""

    key: str
    deadline: int
    deposited: int
    tender: Tender


@dataclass(frozen=True, slots=True)
class Received:
    """A tender that may be opened. `files`: ids of those deposited; `withdrawn`: numbers of those given up since."""

    key: str
    deadline: int
    tender: Tender
    files: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Where buyers find what they received. `now`: epoch seconds.

    A tender may have hundreds of files, each a few milliseconds to read: others are served between two of them.
    """

    files: Files
    now: Callable[[], float]

    async def tenders(self, buyer: str, page: int = 0) -> list[Listed]:
        """A page of a buyer's tenders, and one more when there is another page."""
        found = self.files.store.tenders.open_to(buyer, self.now(), PAGE + 1, page * PAGE)
        heads = await self._heads([one.dossier for one in found])
        return [
            Listed(one.key, one.deadline or 0, one.deposited, heads[one.dossier].tender)
            for one in found
            if one.dossier in heads
        ]

    async def tender(self, buyer: str, key: str) -> Received | None:
        """A tender of the buyer's, when it may be opened."""
        found, tenders = self._open(buyer, key), self.files.store.tenders
        if found is None or found.deadline is None:
            return None
        deposited, given_up = (tenders.files(key, one) for one in (Standing.SEALED, Standing.WITHDRAWN))
        heads = await self._heads([found.dossier, *given_up])
        if found.dossier not in heads:
            return None
        withdrawn = tuple(heads[one].number for one in given_up if one in heads and heads[one].seal is not None)
        return Received(key, found.deadline, heads[found.dossier].tender, tuple(deposited), withdrawn)

    async def read(self, identifiers: Sequence[str]) -> list[Candidature]:
        """Deposited files, whole; one that is gone since is left out."""
        found = []
        for identifier in identifiers:
            await asyncio.sleep(0)
            if (dossier := self._sealed(identifier)) is not None:
                found.append(dossier)
        return found

    async def chosen(self, received: Received) -> list[str]:
        """Numbers of the files whose certificates were asked for: the buyer means to award them the contract."""
        heads = await self._heads(received.files)
        return [one.number for one in heads.values() if one.phase.rank >= Phase.ATTRIBUTION.rank]

    def file(self, buyer: str, key: str, identifier: str) -> Candidature | None:
        """One deposited file of a tender that may be opened."""
        if self._open(buyer, key) is None:
            return None
        dossier = self._sealed(identifier)
        return dossier if dossier is not None and self.files.store.tenders.of(dossier) == key else None

    def _open(self, buyer: str, key: str) -> Heading | None:
        found = self.files.store.tenders.one(buyer, key)
        return found if found is not None and found.over(self.now()) else None

    def _sealed(self, identifier: str) -> Candidature | None:
        try:
            dossier = self.files.get(identifier)
        except Problem as trouble:
            if trouble.status == 404:
                return None  # unknown, or erased between two reads
            raise
        return dossier if dossier.standing is Standing.SEALED and dossier.seal is not None else None

    async def _heads(self, identifiers: Sequence[str]) -> dict[str, Candidature]:
        found = {}
        for identifier in dict.fromkeys(identifiers):
            await asyncio.sleep(0)
            if (head := self.files.store.head(identifier)) is not None:
                found[identifier] = head
        return found
