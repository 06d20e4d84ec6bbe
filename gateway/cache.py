# SPDX-License-Identifier: EUPL-1.2
"""Answers kept in the process, under the keys their contracts declare, for as long as those contracts allow.

A firm « there is nothing » is kept as well, where its contract gives it a life (`absent_for`), and says so in its meta.
Past its freshness an answer is served only when its registry does not answer and its contract allows it (`stale_for`).

Fails towards the registry: what is not found, too large or past its time is simply asked again. Kept as bytes, so that
the limit means something and nobody can change what is kept.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from connectors.kit import Answer
from gateway.problems import Fault, Problem, ToldAgain
from gateway.values import FiledDocument, Question, Sourced

UNANSWERED = frozenset({502, 503, 504})
"""The statuses of a registry that did not answer the question."""
OVERHEAD_BYTES = 400
"""What an entry costs beside its bytes: key, objects, place in the order."""


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    provider: str
    obtained_at: int
    fresh_until: int
    document: FiledDocument | None


@dataclass(frozen=True, slots=True)
class _Absent:
    status: int
    fault: Fault
    media_type: str
    obtained_at: int
    fresh_until: int
    body: bytes = b""


class Cache:
    """At most `limit_bytes`; the least recently used leave first. `now`: epoch seconds."""

    def __init__(self, limit_bytes: int, now: Callable[[], float]) -> None:
        self._limit = limit_bytes
        self._now = now
        self._size = 0
        self._kept: OrderedDict[tuple[str, ...], _Kept | _Absent] = OrderedDict()

    def fresh(self, question: Question) -> Sourced | None:
        """The answer kept for this very question, when it is still fresh. Raises the absence that is kept for it."""
        kept = self._kept.get(question.key)
        if kept is None:
            return None
        now = self._now()
        if isinstance(kept, _Absent):
            if kept.fresh_until > now:
                raise _again(kept, int(now))
            self._forget(question.key)
            return None
        if kept.fresh_until <= now:
            if kept.fresh_until + question.product.stale_for_s <= now:
                self._forget(question.key)
            return None
        return self._served(question, kept)

    def stale(self, question: Question, trouble: Problem) -> Sourced:
        """The answer kept past its freshness, when the registry cannot answer and the contract allows it.

        Raises `trouble` otherwise, and always when the registry did answer (« not found » is an answer).
        """
        kept = self._kept.get(question.key)
        if not isinstance(kept, _Kept) or trouble.status not in UNANSWERED or kept.document is not None:
            raise trouble
        if kept.fresh_until + question.product.stale_for_s <= self._now():
            raise trouble
        return replace(self._served(question, kept), instead_of=trouble.code)

    def _served(self, question: Question, kept: _Kept) -> Sourced:
        self._kept.move_to_end(question.key)
        data, links, meta = orjson.loads(kept.body)
        answer: Answer[Any] = Answer(data, links, meta)
        return Sourced(answer, kept.provider, kept.obtained_at, kept.fresh_until, kept.document, cached=True)

    def keep(self, question: Question, sourced: Sourced) -> None:
        """Keep an answer until it is no longer fresh."""
        if sourced.fresh_until <= self._now():
            return
        answer = sourced.answer
        body = orjson.dumps((answer.data, answer.links, answer.meta))
        if len(body) + OVERHEAD_BYTES > self._limit // 8:
            return
        self._forget(question.key)
        self._put(question, _Kept(body, sourced.provider, sourced.obtained_at, sourced.fresh_until, sourced.document))

    def keep_absence(self, question: Question, absence: Problem) -> None:
        """Keep a registry's « there is nothing » for as long as its contract says; any other trouble is not kept."""
        if absence.lasts_s <= 0 or self._limit // 8 < OVERHEAD_BYTES:
            return
        now = int(self._now())
        self._forget(question.key)
        self._put(question, _Absent(absence.status, absence.faults[0], absence.media_type, now, now + absence.lasts_s))

    def _put(self, question: Question, kept: _Kept | _Absent) -> None:
        self._kept[question.key] = kept
        self._size += len(kept.body) + OVERHEAD_BYTES
        while self._size > self._limit:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: tuple[str, ...]) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= len(kept.body) + OVERHEAD_BYTES


def _again(kept: _Absent, now: int) -> Problem:
    """A kept absence, told again: a problem of its own for each caller."""
    found = Problem(kept.status, [kept.fault], kept.media_type, from_registry=True)
    found.again = ToldAgain(kept.obtained_at, kept.fresh_until, kept.fresh_until - now)
    return found
