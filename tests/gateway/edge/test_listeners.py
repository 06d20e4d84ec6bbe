# SPDX-License-Identifier: EUPL-1.2
"""A habilitation listens to so many files at once, and no more, whenever its listeners come."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from gateway.dossier.words import Standing
from gateway.edge.candidatures import LISTENERS_EACH, Counter
from gateway.problems import Problem
from gateway.values import Consumer

REQUEST = Request({"type": "http", "headers": []})
PORTAL = Consumer("t", "h", "99900000300015", "Portail", "essai", frozenset(), None, 0)


class Known(Counter):
    """The counter, for somebody who showed their token."""

    def caller(self, request: Request) -> Consumer:
        return PORTAL


@contextmanager
def watching(identifier: str) -> Iterator[asyncio.Event]:
    yield asyncio.Event()


@pytest.fixture
def counter() -> Counter:
    """An office whose one file is open, and where nothing happens."""
    desk = SimpleNamespace(of=lambda identifier, consumer: SimpleNamespace(standing=Standing.OPEN))
    files = SimpleNamespace(watching=watching, events=lambda identifier, after: ())
    office: Any = SimpleNamespace(desk=desk, files=files)
    house: Any = None
    return Known(lambda: office, lambda: house, ())


async def test_listeners_who_come_at_the_same_instant_get_no_more_places(counter: Counter) -> None:
    answers: list[Any] = [await counter.events(REQUEST, "dossier") for _ in range(LISTENERS_EACH + 5)]
    streams = [one.body_iterator for one in answers]
    try:
        begun = [await anext(stream, b"") for stream in streams]
        assert [bool(one) for one in begun] == [True] * LISTENERS_EACH + [False] * 5
        with pytest.raises(Problem, match="00722"):
            await counter.events(REQUEST, "dossier")
    finally:
        for stream in streams:
            await stream.aclose()
    again: Any = (await counter.events(REQUEST, "dossier")).body_iterator
    assert await anext(again), "who left gave the place back"
    await again.aclose()
