# SPDX-License-Identifier: EUPL-1.2
"""From an exchange to its records: « asked » before a registry hears of it, exactly one outcome before a byte leaves.

A record says who, for whom, under which rule, about whom (as a keyed commitment), which fields and the digest of the
answer; never a credential, never the answer. When a record cannot be made durable the exchange becomes 503 `00510`.
A client that hangs up cancels nothing of this: what is queued for the log stays queued.
"""

import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol

from gateway.audit.fitting import fitted, stated
from gateway.audit.floods import Floods
from gateway.audit.log import LogUnavailable
from gateway.audit.subject import KeysUnavailable, Subjects, agent_of
from gateway.audit.vocabulary import VERSION, check
from gateway.problems import Problem, problem
from gateway.values import Ask, Consumer, Envelope, Grant, Permit, Quota, Sourced

LOG = logging.getLogger("dlnuf.audit")

CUT = frozenset(("reason", "query"))

Line = Callable[[Mapping[str, Any]], None]


class Log(Protocol):
    """Where records go."""

    async def append(self, entry: bytes) -> int:
        """The record's number, once it is durable. Raises LogUnavailable. Cancelling does not take it back."""
        ...


def happening(name: str, at: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The record of an event that is not an exchange's. `at`: as `written_at` gives it."""
    record: dict[str, Any] = {"v": VERSION, "event": name, "id": str(uuid.uuid4()), "at": at}
    for key, value in facts.items():
        if value is not None:
            record[key] = stated(value) if key in CUT and isinstance(value, str) else value
    return record


def written_at(at: datetime) -> str:
    """An instant as records write it: UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Recorder:
    """Makes records and puts them in the log.

    `subjects`: makes the commitments; `line`: where log lines go; `policy`: digest of the policies in force.
    """

    def __init__(
        self, log: Log, subjects: Subjects, clock: Callable[[], datetime], line: Line, policy: str = ""
    ) -> None:
        self._log = log
        self._subjects = subjects
        self._clock = clock
        self._line = line
        self.policy = policy
        self.floods = Floods(lambda: clock().timestamp())
        self.observers: list[Callable[[Ask, Consumer], None]] = []
        """Told of every exchange whose caller was recognised, once it is over; they keep nothing in the log."""

    def recording(self, ask: Ask) -> "Recording":
        """A block in which an exchange takes place, and which writes its outcome."""
        return Recording(self, ask)

    async def downloaded(self, document_id: str, exchange_id: str, size: int, address: str) -> None:
        """Record that a document is about to be handed out. Raises 503 `00510`."""
        identifier = exchange_id or str(uuid.uuid4())
        await self.event("downloaded", id=identifier, document=document_id, size=size, address=address)
        self._line({"event": "downloaded", "id": identifier, "size": size})

    async def event(self, name: str, **facts: Any) -> int:
        """Record an event of the vocabulary with these facts; its number in the log. Raises 503 `00510`.

        `v`, `event`, `at` and, unless given, `id` are added; what is None is left out; `reason` and `query` are cut
        when long. A fact outside the vocabulary is refused like a log that cannot be written: what it was for must
        not happen.
        """
        return await self.write(happening(name, self.now(), facts))

    async def write(self, record: Mapping[str, Any]) -> int:
        """Make a record durable; its number. Raises 503 `00510` when that fails; cancelling does not take it back."""
        try:
            check(record)
            return await self._log.append(fitted(record))
        except (LogUnavailable, ValueError) as error:
            # A record outside the vocabulary, or without canonical bytes, is as good as none: nothing leaves either.
            LOG.error("record_refused", extra={"reason": str(error)})
            raise problem("00510") from None

    def commitments(self, subject: str | None, agent: str | None) -> dict[str, str]:
        """Whom a record made now is about, and which agent asks. Raises 503 `00510` when this month has no key."""
        found = {}
        at = self._clock()
        try:
            if subject:
                found["subject"] = self._subjects.commitment(subject, at)
            if agent:
                found["agent"] = self._subjects.person_commitment("agent", agent, at)
        except KeysUnavailable as error:
            LOG.error("subject_key_unavailable", extra={"reason": str(error)})
            raise problem("00510") from None
        return found

    def now(self) -> str:
        """The time of a record: UTC with milliseconds."""
        return written_at(self._clock())

    def line(self, record: Mapping[str, Any]) -> None:
        """One log line for an outcome, without what could name a person."""
        shown = ("event", "id", "at", "product", "version", "status", "code", "cached", "latency_ms", "habilitation")
        self._line({key: record[key] for key in shown if key in record})


class Recording:
    """One exchange's block. The story fills in what it learns; leaving the block writes what became of it."""

    __slots__ = ("_ask", "_facts", "_recorder", "_started", "answer", "consumer", "grant", "permit", "quota", "sourced")

    answer: Envelope
    """What will leave; the story sets it last."""

    def __init__(self, recorder: Recorder, ask: Ask) -> None:
        self._recorder = recorder
        self._ask = ask
        self._started = time.perf_counter()
        self.consumer: Consumer | None = None
        self.grant: Grant | None = None
        self.permit: Permit | None = None
        self.quota: Quota | None = None
        self.sourced: Sourced | None = None
        self._facts: dict[str, Any] = {}

    async def __aenter__(self) -> "Recording":
        return self

    async def asked(self) -> None:
        """Make « asked » durable. Raises 503 `00510`."""
        record = self._record("asked")
        self._facts = record  # who, whom and why do not change any more: the outcome says the same
        await self._recorder.write(record)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.consumer is not None:
            for observer in self._recorder.observers:
                observer(self._ask, self.consumer)
        if error is None:
            await self._write_answered()
            return
        if isinstance(error, Problem):
            found = error
        elif isinstance(error, Exception):
            LOG.error("exchange_failed", exc_info=error, extra={"id": self._ask.id})
            found = problem("00500")
        else:  # the task is being cancelled, or the process ends: say so in the log, and let it go on
            with suppress(Problem):  # nobody is left to be told 00510, and who cancels must see it cancelled
                await self._recorder.write(self._refusal("failed", 500, "00500"))
            return
        found.quota = self.quota or found.quota
        self.consumer = self.consumer or found.consumer
        if found.code != "00510":  # the log itself is what failed: there is nowhere to write it
            event = "failed" if found.from_registry or found.status >= 500 else "refused"
            nobody = event == "refused" and self.consumer is None
            if nobody and not self._recorder.floods.alone(self._ask.address, found.status, found.code):
                if found is not error:
                    raise found from None
                return
            try:
                record = self._refusal(event, found.status, found.code) | _told_again(found)
                await self._recorder.write(record)
            except Problem as unwritten:
                unwritten.quota = self.quota
                raise unwritten from None
            self._recorder.line(record)
        if found is not error:
            raise found from None

    async def _write_answered(self) -> None:
        leaving = self.answer
        try:
            record = self._record("answered")
            record["status"] = leaving.status
            record["size"] = len(leaving.body)
            record["digest"] = hashlib.sha256(leaving.body).hexdigest()
            record["latency_ms"] = self._elapsed_ms()
            if (sourced := self.sourced) is not None:
                record["cached"] = sourced.cached
                record["obtained_at"] = sourced.obtained_at
                record["fresh_until"] = sourced.fresh_until
                if sourced.instead_of:
                    record["instead_of"] = sourced.instead_of
            if self.permit is not None:
                record["groups"] = list(self.permit.release.groups)
                record["fields"] = self.permit.release.digest
            await self._recorder.write(record)
        except Problem as unwritten:
            unwritten.quota = self.quota
            raise
        self._recorder.line(record)

    def _refusal(self, event: str, status: int, code: str) -> dict[str, Any]:
        record = self._record(event)
        record["status"] = status
        record["code"] = code
        record["latency_ms"] = self._elapsed_ms()
        return record

    def _elapsed_ms(self) -> int:
        return int((time.perf_counter() - self._started) * 1000)

    def _record(self, event: str) -> dict[str, Any]:
        """Everything known so far. Raises 503 `00510`: no key for this month's commitments."""
        at = self._recorder.now()
        asked = self._facts
        # A month may end between a question and its outcome: each is about its company under its own month's key.
        facts = asked if asked and asked["at"][:7] == at[:7] else self._gathered()
        return {**facts, "event": event, "at": at}

    def _gathered(self) -> dict[str, Any]:
        ask, consumer = self._ask, self.consumer
        facts: dict[str, Any] = {
            "v": VERSION,
            "id": ask.id,
            "product": ask.product.id,
            "version": ask.version,
            "registry": ask.product.registry,
            "address": ask.address,
        }
        # An agent is one of a consumer's: of somebody unknown nothing is believed.
        agent = agent_of(consumer.siret, ask.agent) if consumer is not None and ask.agent else None
        if ask.dossier:
            facts["dossier"] = ask.dossier
        if ask.door:
            facts["door"] = ask.door
        facts.update(self._recorder.commitments(ask.subject, agent))
        if ask.trace:
            facts["trace"] = ask.trace
            facts["span"] = ask.span
        for name, values in (
            ("context", ask.stated.context),
            ("object", ask.stated.object),
            ("recipient", ask.stated.recipient),
        ):
            if values:
                facts[name] = stated(values[0])
        if consumer is not None:
            facts["habilitation"] = consumer.habilitation_id
            facts["token"] = consumer.token_id
            facts["consumer"] = consumer.siret
            facts["purpose"] = consumer.purpose
            if self._recorder.policy:
                facts["policy"] = self._recorder.policy
        if (grant := self.grant) is not None:
            facts["policy"] = grant.policy
            facts["basis"] = list(grant.basis)
        return facts


def _told_again(found: Problem) -> dict[str, Any]:
    """What a record says of a registry's absence that was kept."""
    if (again := found.again) is None:
        return {}
    return {"cached": True, "obtained_at": again.obtained_at, "fresh_until": again.fresh_until}
