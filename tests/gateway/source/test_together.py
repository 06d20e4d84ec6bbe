# SPDX-License-Identifier: EUPL-1.2
"""One question under way for all who ask it at the same moment."""

import asyncio

import pytest

from gateway.source.together import Together


async def test_fifty_ask_and_the_registry_hears_one() -> None:
    together: Together[int] = Together()
    heard = 0
    gate = asyncio.Event()

    async def ask() -> int:
        nonlocal heard
        heard += 1
        await gate.wait()
        return heard

    tasks = [asyncio.create_task(together.ask(("a",), ask)) for _ in range(50)]
    await asyncio.sleep(0)
    other = asyncio.create_task(together.ask(("b",), ask))
    await asyncio.sleep(0)
    tasks[0].cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert set(await asyncio.gather(*tasks[1:], other)) == {2}
    assert heard == 2


async def test_errors_are_shared_and_not_kept() -> None:
    together: Together[int] = Together()

    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError

    results = await asyncio.gather(*(together.ask(("a",), fail) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(result, ValueError) for result in results)

    async def succeed() -> int:
        return 1

    assert await together.ask(("a",), succeed) == 1
