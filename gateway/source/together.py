# SPDX-License-Identifier: EUPL-1.2
"""The same question asked by several at the same moment is put to the registry once, and its answer shared.

Only where the answer could be served from what is kept anyway: same declared key, and a contract that lets it be kept.
Each of those who wait has its own « asked » record and its own answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Together(Generic[Found]):
    """The questions under way, by key."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[str, ...], asyncio.Task[Found]] = {}

    async def ask(self, key: tuple[str, ...], ask: Callable[[], Awaitable[Found]]) -> Found:
        """The answer of the question under way for this key, or of a new one. Errors are shared as well."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(_awaited(ask))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        # One that gives up must not take the answer away from the others.
        return await asyncio.shield(task)

    def _landed(self, key: tuple[str, ...], task: "asyncio.Task[Found]") -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # looked at here, so that an error nobody waited for is not reported as lost


async def _awaited(ask: Callable[[], Awaitable[Found]]) -> Found:
    return await ask()
