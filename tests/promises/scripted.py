# SPDX-License-Identifier: EUPL-1.2
"""A log and a source that do as a script says, and write down in one list what happened, in the order it did.

Both stand behind the doors of the real ones. A step of the event loop is the unit of time: nothing waits, no thread.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from connectors.kit import Answer
from gateway.audit.log import LogUnavailable
from gateway.problems import problem
from gateway.values import Question, Sourced

Fate = Literal["durable", "refused", "doubtful", "late", "turned away"]
FATES: tuple[Fate, ...] = ("durable", "refused", "doubtful", "late", "turned away")
Mood = Literal["answers", "wrong", "silent", "breaks"]
MOODS: tuple[Mood, ...] = ("answers", "wrong", "silent", "breaks")


@dataclass(frozen=True, slots=True)
class Write:
    """What becomes of one record: after so many steps it is durable, or refused, or one is told no although it is.

    `doubtful`: written, but the flush failed. `late`: its writer is told no first, and it is written later.
    `turned away`: refused at the door, never queued.
    """

    steps: int = 0
    fate: Fate = "durable"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the source does when it is asked: after so many steps it answers, or does not."""

    steps: int = 0
    mood: Mood = "answers"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: a record became durable, the source was contacted, an answer left."""

    kind: Literal["durable", "contact", "left"]
    id: str
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ScriptedLog:
    """One writer, first come first served, as the real log: giving up the wait does not take a record back."""

    writes: Iterator[Write]
    events: list[Event]
    owed: list[bytes] = field(default_factory=list)
    """Every record that was queued and that the script does not refuse: it must be durable in the end."""
    durable: list[bytes] = field(default_factory=list)
    healthy: bool = True
    """Whether no record was refused, late or in doubt so far."""
    _queue: list[tuple[bytes, Write, "asyncio.Future[int]"]] = field(default_factory=list)
    _writer: "asyncio.Task[None] | None" = None

    async def append(self, entry: bytes) -> int:
        """As the real one does."""
        write = next(self.writes)
        if write.fate != "durable":
            self.healthy = False
        if write.fate == "turned away":
            raise LogUnavailable("trop d'enregistrements attendent")
        if write.fate != "refused":
            self.owed.append(entry)
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append((entry, write, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return await future

    async def drained(self) -> None:
        """Wait until all that was queued has met its fate."""
        if self._writer is not None:
            await self._writer

    async def _write_all(self) -> None:
        while self._queue:
            entry, write, future = self._queue.pop(0)
            if write.fate == "late":
                _refuse(future)
            for _ in range(write.steps):
                await asyncio.sleep(0)
            if write.fate != "refused":
                self.durable.append(entry)
                record = orjson.loads(entry)
                self.events.append(Event("durable", record["id"], record))
            if write.fate == "durable":
                if not future.done():
                    future.set_result(len(self.durable) - 1)
            else:
                _refuse(future)


def _refuse(future: "asyncio.Future[int]") -> None:
    if not future.done():
        future.set_exception(LogUnavailable("panne du journal"))


@dataclass(frozen=True, slots=True)
class ScriptedSource:
    """A source that knows a few companies and does as its script says.

    `silent`: the registry does not answer. `breaks`: our own code does. `wrong`: the answer lacks the published shape.
    """

    known: Mapping[str, Answer[Any]]
    conversations: Iterator[Conversation]
    events: list[Event]

    def ready(self, question: Question) -> Any:
        """As the real one does: raises 422 for what is no identifier."""
        if not question.parameters["siren"].startswith("999"):
            raise problem("00301")
        return question

    async def put(self, call: Any, **how: Any) -> Sourced:
        """As the script says."""
        self.events.append(Event("contact", call.caller.request_id))
        said = next(self.conversations)
        for _ in range(said.steps):
            await asyncio.sleep(0)
        answer = self.known.get(call.parameters["siren"])
        if said.mood == "silent" or answer is None:
            found = problem("00501")
            found.from_registry = True
            raise found
        if said.mood == "breaks":
            raise RuntimeError("une erreur de notre code")
        if said.mood == "wrong":
            answer = Answer({"siren": 1})
        now = int(time.time())
        return Sourced(answer, "INSEE", now, now + 3600)


def of(events: Sequence[Event], identity: str) -> list[Event]:
    """What happened to one exchange, in order."""
    return [event for event in events if event.id == identity]
