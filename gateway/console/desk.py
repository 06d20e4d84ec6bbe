# SPDX-License-Identifier: EUPL-1.2
"""The desk at which the log is read: every look is a durable record before anything of it is shown.

Whoever looks is in the log as a keyed commitment, with the role they looked in, what they looked for (question.told)
and how many records that was. When the record cannot be made, 503 `00510` is raised and nothing is shown.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from connectors.kit.contract import Contract
from gateway.audit.index.criteria import Criteria, Page
from gateway.audit.index.follow import State
from gateway.audit.index.search import Search
from gateway.audit.index.store import reading
from gateway.audit.note import BadNote, Checkpoint, Verifier, open_checkpoint
from gateway.audit.reader import Entry, LogReader, LogUnreadable
from gateway.audit.recording import Recorder
from gateway.audit.subject import KeysUnavailable, Subjects
from gateway.audit.trouble import described
from gateway.console.question import Question
from gateway.console.seal import Seal
from gateway.purpose.model import Policies

PERSON = "person"
"""The kind under which people are committed to, as the people's door does."""

LATE_S = 30
"""A head is published every ten seconds at least while records come in: three times that is too long."""

_T = TypeVar("_T")


class ConsoleUnavailable(Exception):
    """The console cannot show what it should. The message says why, in French; nothing of the log was shown."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks: an account, and the role it looks in."""

    account: str
    role: str


@dataclass(frozen=True, slots=True)
class Publication:
    """The last published head, None when the log did not sign it; since how many seconds; how many records wait."""

    head: Checkpoint | None
    age_s: int
    waiting: int

    @property
    def late(self) -> bool:
        """Whether records have waited for longer than a head takes that is published every few seconds."""
        return self.waiting > 0 and self.age_s > LATE_S


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading the log takes. `index`: the search index's file. `state`: how that index stands."""

    recorder: Recorder
    subjects: Subjects
    clock: Callable[[], datetime]
    index: Path
    state: Callable[[], State]
    log: LogReader
    verifier: Verifier
    seal: Seal
    policies: Policies
    contracts: Mapping[str, Contract]
    names: Callable[[], Mapping[str, str]]
    """How organisations are called, by SIRET."""

    async def looked(self, who: Looker, query: str, count: int, subject: str | None = None) -> None:
        """Make a look durable. Raises 503 `00510`."""
        await self.recorder.event(
            "log_read", actor=self.actor(who.account), role=who.role, query=query, count=count, subject=subject
        )

    def actor(self, account: str) -> str:
        """How a record made now names a person. Raises ConsoleUnavailable."""
        with self._told():
            return self.subjects.person_commitment(PERSON, account, self.clock())

    async def search(self, who: Looker, question: Question, before: int | None = None) -> Page:
        """A page of what is looked for. Raises 503 `00510`, ConsoleUnavailable."""
        criteria = await self.run(lambda: question.criteria(self.subjects, self.clock()))
        found = await self.searching(lambda search: search.page(criteria, before))
        await self.looked(who, self.told(question), found.count, self.subject(question))
        return found

    async def searching(self, work: Callable[[Search], _T]) -> _T:
        """Something done with the index, in a thread. Raises ConsoleUnavailable."""

        def done() -> _T:
            connection = reading(self.index)
            try:
                return work(Search(connection))
            finally:
                connection.close()

        return await self.run(done)

    async def run(self, work: Callable[[], _T]) -> _T:
        """Something that waits for the disk, in a thread. Raises ConsoleUnavailable."""
        with self._told():
            return await asyncio.to_thread(work)

    def entry(self, number: int) -> Entry | None:
        """One record of the log; None when there is none of that number. Raises LogUnreadable."""
        if number < 0:
            return None
        found = self.log.entries(number, number + 1)
        return found[0] if found else None

    def published(self) -> Checkpoint | None:
        """The last published head; None when it is not signed by the log. Raises LogUnreadable."""
        try:
            return open_checkpoint(self.log.checkpoint(), self.verifier)
        except BadNote:
            return None

    def publication(self) -> Publication:
        """How far the log is published, and since when. Raises LogUnreadable."""
        head = self.published()
        age = max(0, int(self.clock().timestamp()) - self.log.published_at())
        return Publication(head, age, max(0, self.log.size() - head.size) if head else 0)

    def criteria(self, question: Question) -> Criteria:
        """The question as the index understands it."""
        return question.criteria(self.subjects, self.clock())

    def told(self, question: Question) -> str:
        """The question as the log keeps it. Raises ConsoleUnavailable."""
        with self._told():
            return question.told(self.subjects, self.clock())

    def subject(self, question: Question) -> str | None:
        """The company looked for, as a record made now names it. Raises ConsoleUnavailable."""
        with self._told():
            return self.subjects.commitment(question.entreprise, self.clock()) if question.entreprise else None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except KeysUnavailable as error:
            raise ConsoleUnavailable(f"Les clés des sujets ne peuvent pas être lues : {error}.") from error
        except LogUnreadable as error:
            raise ConsoleUnavailable(f"Le journal ne peut pas être lu : {error}.") from error
        except sqlite3.Error as error:
            raise ConsoleUnavailable(f"L'index de recherche ne peut pas être lu : {described(error)}.") from error
