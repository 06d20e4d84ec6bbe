# SPDX-License-Identifier: EUPL-1.2
"""Answers kept in the process, under the keys their contracts declare, for as long as those contracts allow.

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
from gateway.problems import Problem
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


class Cache:
    """At most `limit_bytes`; the least recently used leave first. `now`: epoch seconds."""

    def __init__(self, limit_bytes: int, now: Callable[[], float]) -> None:
        self._limit = limit_bytes
        self._now = now
        self._size = 0
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()

    def fresh(self, question: Question) -> Sourced | None:
        """The answer kept for this very question, when it is still fresh."""
        kept = self._kept.get(question.key)
        if kept is None:
            return None
        now = self._now()
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
        if kept is None or trouble.status not in UNANSWERED or kept.document is not None:
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
        kept = _Kept(body, sourced.provider, sourced.obtained_at, sourced.fresh_until, sourced.document)
        self._kept[question.key] = kept
        self._size += len(body) + OVERHEAD_BYTES
        while self._size > self._limit:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: tuple[str, ...]) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= len(kept.body) + OVERHEAD_BYTES
