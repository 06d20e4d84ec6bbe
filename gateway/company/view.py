# SPDX-License-Identifier: EUPL-1.2
"""A company's consultations, newest first, as its representatives may see them.

What is under embargo is left out by the record's own purpose and instant, whatever was asked for; so is everything that
could name an agent or a caller's address. Every look is a durable record, made before anything is shown.
"""

import asyncio
import heapq
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from connectors.kit.contract import Contract, Product
from gateway.audit.day import facts_of
from gateway.audit.index.criteria import Criteria
from gateway.audit.index.search import Search
from gateway.audit.index.store import reading
from gateway.audit.reader import Entry, LogReader, LogUnreadable
from gateway.audit.recording import Recorder
from gateway.audit.subject import KeysUnavailable, Subjects
from gateway.audit.trouble import described
from gateway.purpose.model import Policies, Purpose

PERSON = "person"
ROLE = "representant"
PAGE = 50
MOST = 20_000
"""How many records one look reads at most."""
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
OUTCOMES = ("answered", "refused", "failed")

_T = TypeVar("_T")


class ViewUnavailable(Exception):
    """The consultations cannot be shown now. The message says why, in French; nothing was shown."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Which consultations. `since`, `until`: instants, the second excluded."""

    siren: str
    since: datetime | None = None
    until: datetime | None = None
    purpose: str = ""
    consumer: str = ""

    def told(self) -> str:
        """As the log keeps it: no identifier of the company, which the record names by its commitment."""
        said = {"finalité": self.purpose, "consommateur": self.consumer}
        said |= {name: f"{at:%Y-%m-%d}" for name, at in (("du", self.since), ("avant", self.until)) if at}
        return " ".join(f"{name}={value}" for name, value in said.items() if value) or "toutes ses consultations"


@dataclass(frozen=True, slots=True)
class Consultation:
    """One of them, in words. `event`: answered, refused, failed, or asked when it never had an outcome.

    `fields`: the groups of fields that were released; `basis`: the legal basis in force.
    """

    seq: int
    at: datetime
    id: str
    event: str
    code: str
    product: str
    provider: str
    purpose: str
    title: str
    basis: tuple[str, ...]
    fields: tuple[str, ...]
    consumer: str
    consumer_name: str
    recipient: str
    recipient_name: str
    context: str
    object: str
    cached: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of them. `older`: where the next one begins; None when there is none. `whole`: nothing was left unread."""

    lines: tuple[Consultation, ...]
    older: int | None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """What reading a company's consultations takes. `index`: the search index's file.

    `names`: of organisations, by SIRET and by habilitation.
    """

    recorder: Recorder
    subjects: Subjects
    clock: Callable[[], datetime]
    index: Path
    log: LogReader
    policies: Policies
    contracts: Mapping[str, Contract]
    names: Callable[[], Mapping[str, str]]

    @property
    def embargoes(self) -> list[Purpose]:
        """The purposes that have one: said to every company alike."""
        return [one for one in self.policies.purposes.values() if one.embargo_days]

    def actor(self, account: str) -> str:
        """How a record made now names a person. Raises ViewUnavailable."""
        with self.told():
            return self.subjects.person_commitment(PERSON, account, self.clock())

    def subject(self, siren: str) -> str:
        """How a record made now names the company. Raises ViewUnavailable."""
        with self.told():
            return self.subjects.commitment(siren, self.clock())

    async def looked(self, account: str, siren: str, query: str, count: int) -> None:
        """Make a look durable. Raises 503 `00510`, ViewUnavailable."""
        await self.recorder.event(
            "log_read",
            actor=self.actor(account),
            role=ROLE,
            subject=self.subject(siren),
            query=f"entreprise : {query}",
            count=count,
        )

    async def consultations(
        self, account: str, asking: Asking, before: int | None = None, limit: int = PAGE, what: str = "liste"
    ) -> Listing:
        """A page of them, newest first. Raises 503 `00510`, ViewUnavailable."""
        found = await self.run(lambda: self._listing(asking, before, limit))
        await self.looked(account, asking.siren, f"{what}, {asking.told()}", len(found.lines))
        return found

    async def one(self, account: str, siren: str, number: int) -> Consultation | None:
        """One of the company's own consultations; None when there is none of this number, or it is under embargo."""
        found = await self.run(lambda: self._one(siren, number))
        await self.looked(account, siren, f"enregistrement {number}", int(found is not None))
        return found

    async def run(self, work: Callable[[], _T]) -> _T:
        """Something that waits for the disk, in a thread. Raises ViewUnavailable."""
        with self.told():
            return await asyncio.to_thread(work)

    def hidden(self, record: Mapping[str, object]) -> bool:
        """Whether a record is still under the embargo of its purpose."""
        purpose = self.policies.purposes.get(str(record.get("purpose", "")))
        if purpose is None or not purpose.embargo_days:
            return False
        at = _instant(record.get("at"))
        return at is None or self.clock() < at + timedelta(days=purpose.embargo_days)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say as ViewUnavailable what keeps the log from being read."""
        try:
            yield
        except KeysUnavailable as error:
            raise ViewUnavailable(f"Les clés des sujets ne peuvent pas être lues : {error}.") from error
        except LogUnreadable as error:
            raise ViewUnavailable(f"Le journal ne peut pas être lu : {error}.") from error
        except sqlite3.Error as error:
            raise ViewUnavailable(f"L'index de recherche ne peut pas être lu : {described(error)}.") from error

    def _listing(self, asking: Asking, before: int | None, limit: int) -> Listing:
        mine = self._commitments(asking.siren)
        connection = reading(self.index)
        try:
            lines: list[Consultation] = []
            for read, number in enumerate(self._numbers(Search(connection), asking, mine, before)):
                if read == MOST:
                    return Listing(tuple(lines), number + 1, whole=False)
                found = self._shown(self._entry(number), mine)
                if found is None:
                    continue
                if len(lines) == limit:
                    return Listing(tuple(lines), lines[-1].seq)
                lines.append(found)
            return Listing(tuple(lines), None)
        finally:
            connection.close()

    def _numbers(self, search: Search, asking: Asking, mine: Sequence[str], before: int | None) -> Iterator[int]:
        """Outcomes, and questions that never had one, newest first. The index may give more than was asked for."""
        terms = {
            name: (value,) for name, value in (("purpose", asking.purpose), ("consumer", asking.consumer)) if value
        }
        wanted = Criteria(
            subjects=tuple(mine),
            since=_milliseconds(asking.since),
            until=_milliseconds(asking.until),
            terms={**terms, "event": OUTCOMES},
        )
        outcomes = search.numbers(wanted, before)
        unanswered = search.numbers(
            Criteria(subjects=wanted.subjects, since=wanted.since, until=wanted.until, terms=terms, unanswered=True),
            before,
        )
        return heapq.merge(outcomes, unanswered, reverse=True)

    def _one(self, siren: str, number: int) -> Consultation | None:
        found = self._shown(self._entry(number), self._commitments(siren)) if 0 <= number < 1 << 62 else None
        return None if found is None or (found.event == "asked" and self._answered(found.id)) else found

    def _answered(self, exchange: str) -> bool:
        """Whether a question has its outcome: that is then the line."""
        connection = reading(self.index)
        try:
            numbers = Search(connection).exchange(exchange)
        finally:
            connection.close()
        records = [facts_of(entry.entry) for one in numbers if (entry := self._entry(one)) and entry.entry]
        return any(one and one.get("id") == exchange and one.get("event") in OUTCOMES for one in records)

    def _commitments(self, siren: str) -> list[str]:
        return self.subjects.over(siren, FIRST, self.clock() + timedelta(days=1))

    def _entry(self, number: int) -> Entry | None:
        found = self.log.entries(number, number + 1)
        return found[0] if found else None

    def _shown(self, entry: Entry | None, mine: Sequence[str]) -> Consultation | None:
        """A record in words, when it is one of the company's that it may see now."""
        record = facts_of(entry.entry) if entry is not None and entry.entry is not None else None
        if entry is None or record is None or record.get("event") not in (*OUTCOMES, "asked"):
            return None
        at = _instant(record.get("at"))
        if record.get("subject") not in mine or at is None or self.hidden(record):
            return None
        facts: dict[str, Any] = {key: value for key, value in record.items() if value is not None}
        product = self._product(str(facts.get("product", "")))
        purpose = self.policies.purposes.get(str(facts.get("purpose", "")))
        names = self.names()
        consumer, recipient = str(facts.get("consumer", "")), str(facts.get("recipient", ""))
        basis = facts.get("basis") or (purpose.basis if purpose and purpose.basis else ())
        return Consultation(
            seq=entry.seq,
            at=at,
            id=str(facts.get("id", "")),
            event=str(facts["event"]),
            code=str(facts.get("code", "")),
            product=product.title if product else str(facts.get("product", "")),
            provider=product.provider if product else str(facts.get("registry", "")),
            purpose=str(facts.get("purpose", "")),
            title=purpose.title if purpose else str(facts.get("purpose", "")),
            basis=tuple(str(one) for one in ([basis] if isinstance(basis, str) else basis)),
            fields=tuple(str(one) for one in facts.get("groups", ())) if facts["event"] == "answered" else (),
            consumer=consumer,
            # One organisation may have several habilitations, each with its own name.
            consumer_name=names.get(str(facts.get("habilitation", "")), names.get(consumer, "")),
            recipient=recipient,
            recipient_name=names.get(recipient, ""),
            context=str(facts.get("context", "")),
            object=str(facts.get("object", "")),
            cached=facts.get("cached") is True,
        )

    def _product(self, name: str) -> Product | None:
        contract = self.contracts.get(name.partition("/")[0])
        return contract.products.get(name) if contract else None


def _instant(at: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(at) if isinstance(at, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)
