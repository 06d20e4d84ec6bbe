# SPDX-License-Identifier: EUPL-1.2
"""A flush that fails: from that moment nothing leaves, and what left before has its record on the disk.

The real process, with fsync and fdatasync answered EIO by the kernel from a moment in the middle of its load.
"""

import asyncio
from pathlib import Path

from gateway.audit.show import head_note
from tests.promises.accounts import UNRECORDED, assert_settled, records, verified
from tests.promises.breaking import broken, launcher
from tests.promises.clients import PATHS, Load, client, load
from tests.promises.sandboxes import Start, Stop, unlimited

BEFORE = 200
"""How many answers the crowd receives before the disk breaks."""


async def assert_nothing_leaves(clients: Load, document: str) -> None:
    """Fresh or kept, answered or refused, data or document: nothing can be recorded, so nothing is given."""
    told = [(await clients.ask(path))[0] for path in PATHS]
    told.append((await clients.ask(PATHS[0], headers={}))[0])
    told.append((await clients.ask(PATHS[0], headers={"Authorization": "Bearer inconnu"}))[0])
    told.append(await clients.download(document))
    assert [(answer.status, answer.code, answer.holds_data) for answer in told] == [(503, UNRECORDED, False)] * len(
        told
    )
    status, reason = await clients.ready()
    assert status == 503
    assert reason.startswith("le journal ne peut pas être écrit")


async def test_when_a_flush_fails_nothing_leaves_and_what_left_before_is_recorded(
    tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop
) -> None:
    state = tmp_path / "state"
    process, address = start_sandbox(state, command=launcher("fsync"))
    header = unlimited(state, process, address)
    async with client(address, header) as lone:
        assert (await lone.ask(PATHS[0], headers={}))[0].status == 200  # and now kept
        _, document = await lone.ask(PATHS[3])
        assert document is not None
        assert await lone.ready() == (200, "ok")
        async with load(address, header) as crowd:
            await crowd.answers(BEFORE)
            checkpoint = head_note(state / "audit.db")
            with broken(process, "fsync"):
                await assert_nothing_leaves(lone, document)
                crowd.stopping = True
                await asyncio.sleep(0)
                assert stop_sandbox(process) == 0
    received, unanswered = lone.received + crowd.received, crowd.unanswered
    assert any(answer.code == UNRECORDED for answer in crowd.received)
    assert sum(answer.status == 200 for answer in crowd.received) > BEFORE // 2
    verified(state, [checkpoint])
    assert_settled(records(state), received, unanswered)

    process, address = start_sandbox(state)
    async with client(address, header) as again:
        assert await again.ready() == (200, "ok")
        assert (await again.ask(PATHS[0]))[0].status == 200
    assert stop_sandbox(process) == 0
    verified(state, [checkpoint])
    assert_settled(records(state), received + again.received, unanswered)
