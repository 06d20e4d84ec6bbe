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

import orjson

from gateway.audit.canonical import spelled
from gateway.audit.log import LogUnavailable
from gateway.audit.subject import Subjects
from gateway.audit.vocabulary import check
from gateway.problems import Problem, problem
from gateway.values import Ask, Consumer, Envelope, Grant, Permit, Quota

LOG = logging.getLogger("dlnuf.audit")

STATED_BYTES = 400
STATED_CUT = 60
"""A stated text is kept whole up to so many bytes of JSON; a longer one is cut, and followed by its digest."""

Line = Callable[[Mapping[str, Any]], None]


class Log(Protocol):
    """Where records go."""

    async def append(self, entry: bytes) -> int:
        """The record's number, once it is durable. Raises LogUnavailable. Cancelling does not take it back."""
        ...


class Recorder:
    """Makes records and puts them in the log. `subjects_key`: for commitments; `line`: where log lines go."""

    def __init__(self, log: Log, subjects_key: bytes, clock: Callable[[], datetime], line: Line) -> None:
        self._log = log
        self._subjects = Subjects(subjects_key)
        self._clock = clock
        self._line = line

    def recording(self, ask: Ask) -> "Recording":
        """A block in which an exchange takes place, and which writes its outcome."""
        return Recording(self, ask)

    async def downloaded(self, document_id: str, exchange_id: str, size: int, address: str) -> None:
        """Record that a document is about to be handed out. Raises 503 `00510`."""
        identifier = exchange_id or str(uuid.uuid4())
        record = {
            "v": 1,
            "event": "downloaded",
            "id": identifier,
            "at": self.now(),
            "document": document_id,
            "size": size,
            "address": address,
        }
        await self.write(record)
        self._line({"event": "downloaded", "id": identifier, "size": size})

    async def write(self, record: dict[str, Any]) -> None:
        """Make a record durable. Raises 503 `00510` when that fails; a cancelled caller does not take it back."""
        try:
            check(record)
            await self._log.append(spelled(record))
        except (LogUnavailable, ValueError) as error:
            # A record outside the vocabulary, or without canonical bytes, is as good as none: nothing leaves either.
            LOG.error("record_refused", extra={"reason": str(error)})
            raise problem("00510") from None

    def subject(self, ask: Ask) -> str | None:
        """The commitment to the company asked about."""
        subject = ask.subject
        return self._subjects.commitment(subject) if subject else None

    def now(self) -> str:
        """The time of a record: UTC with milliseconds."""
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"

    def line(self, record: Mapping[str, Any]) -> None:
        """One log line for an outcome, without what could name a person."""
        shown = ("event", "id", "at", "product", "version", "status", "code", "cached", "latency_ms", "habilitation")
        self._line({key: record[key] for key in shown if key in record})


class Recording:
    """One exchange's block. The story fills in what it learns; leaving the block writes what became of it."""

    __slots__ = ("_ask", "_facts", "_recorder", "_started", "answer", "cached", "consumer", "grant", "permit", "quota")

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
        self.cached = False
        self._facts: dict[str, Any] | None = None

    async def __aenter__(self) -> "Recording":
        return self

    async def asked(self) -> None:
        """Make « asked » durable. Raises 503 `00510`."""
        self._facts = self._gathered()  # who, whom and why do not change any more: the outcome says the same
        await self._recorder.write(self._record("asked"))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
            record = self._refusal(event, found.status, found.code)
            try:
                await self._recorder.write(record)
            except Problem as unwritten:
                unwritten.quota = self.quota
                raise unwritten from None
            self._recorder.line(record)
        if found is not error:
            raise found from None

    async def _write_answered(self) -> None:
        leaving = self.answer
        record = self._record("answered")
        record["cached"] = self.cached
        record["status"] = leaving.status
        record["size"] = len(leaving.body)
        record["digest"] = hashlib.sha256(leaving.body).hexdigest()
        record["latency_ms"] = self._elapsed_ms()
        if self.permit is not None:
            record["groups"] = list(self.permit.release.groups)
            record["fields"] = self.permit.release.digest
        try:
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
        """Everything known so far."""
        facts = self._facts if self._facts is not None else self._gathered()
        return {**facts, "event": event, "at": self._recorder.now()}

    def _gathered(self) -> dict[str, Any]:
        ask = self._ask
        facts: dict[str, Any] = {
            "v": 1,
            "id": ask.id,
            "product": ask.product.id,
            "version": ask.version,
            "registry": ask.product.registry,
            "address": ask.address,
        }
        if (subject := self._recorder.subject(ask)) is not None:
            facts["subject"] = subject
        for name, values in (
            ("context", ask.stated.context),
            ("object", ask.stated.object),
            ("recipient", ask.stated.recipient),
        ):
            if values:
                facts[name] = stated(values[0])
        if (consumer := self.consumer) is not None:
            facts["habilitation"] = consumer.habilitation_id
            facts["token"] = consumer.token_id
            facts["consumer"] = consumer.siret
            facts["purpose"] = consumer.purpose
        if (grant := self.grant) is not None:
            facts["policy"] = grant.policy
            facts["basis"] = list(grant.basis)
        return facts


def stated(text: str) -> str:
    """A stated text as a record keeps it: whole when short, else its beginning and its SHA-256."""
    if len(text) <= STATED_BYTES // 6 or len(orjson.dumps(text)) <= STATED_BYTES:
        return text
    return f"{text[:STATED_CUT]}… sha256:{hashlib.sha256(text.encode()).hexdigest()}"
