# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` at any moment under load: the log verifies, goes on, and holds the record of every answer received.

A kill does not lose what the kernel already has: that records are flushed to the disk is what test_fsync.py shows.
"""

import asyncio
import hashlib
import os
import secrets
from pathlib import Path

import pytest

from gateway.audit.show import head_note
from tests.promises.accounts import assert_settled, records, verified
from tests.promises.clients import PATHS, Received, client, load
from tests.promises.sandboxes import Process, Start, Stop, kill, same_place, unlimited

ROUNDS, SOAK_ROUNDS = 6, 100
LATEST_S = 1.0
"""A process is killed at a moment between its first answer and so many seconds later."""


def moments(rounds: int) -> list[float]:
    """When to kill, in seconds; another seed each time, printed so that a failure can be played again."""
    seed = os.environ.get("DLNUF_TEST_SEED") or secrets.token_hex(4)
    print(f"DLNUF_TEST_SEED={seed}")
    drawn = (hashlib.sha256(f"{seed}/{number}".encode()).digest() for number in range(rounds))
    return [int.from_bytes(digest[:4]) / 2**32 * LATEST_S for digest in drawn]


async def killed_under_load(
    process: Process, address: str, header: dict[str, str], moment: float
) -> tuple[list[Received], int]:
    """What the clients of a process received until it was killed, and how many requests it left without an answer."""
    async with load(address, header) as clients:
        await clients.answers(1)
        await asyncio.sleep(moment)
        kill(process)
    return clients.received, clients.unanswered


async def play(rounds: int, state: Path, start: Start, stop: Stop) -> None:
    """Kill a process so many times, and hold its log against all that was ever received."""
    process, address = start(state)
    header = unlimited(state, process, address)
    received: list[Received] = []
    unanswered, checkpoints = 0, list[str]()
    for moment in moments(rounds):
        answers, lost = await killed_under_load(process, address, header, moment)
        received += answers
        unanswered += lost
        dead = verified(state, checkpoints)  # as the kill left it, its WAL beside it
        process, address = start(state, *same_place(address))
        assert verified(state, checkpoints) == dead
        checkpoints.append(head_note(state / "audit.db"))
        assert_settled(records(state), received, unanswered)
        async with client(address, header) as again:
            answer, _ = await again.ask(PATHS[0])
            assert answer.status == 200
            received += again.received
    assert stop(process) == 0
    verified(state, checkpoints)
    assert_settled(records(state), received, unanswered)
    assert sum(answer.status == 200 for answer in received) > 5 * rounds


async def test_a_process_killed_under_load_has_recorded_every_answer_it_gave(
    tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop
) -> None:
    await play(ROUNDS, tmp_path / "state", start_sandbox, stop_sandbox)


@pytest.mark.slow
async def test_a_hundred_kills_lose_no_record(tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop) -> None:
    await play(SOAK_ROUNDS, tmp_path / "state", start_sandbox, stop_sandbox)
