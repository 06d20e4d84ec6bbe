# SPDX-License-Identifier: EUPL-1.2
"""A full disk, a read-only file: 503 and no data, said by the health page, and over when the cause is gone."""

import asyncio
import shutil
import time
from pathlib import Path

from gateway.audit.show import head_note
from tests.promises.accounts import UNRECORDED, assert_settled, records, verified
from tests.promises.breaking import broken, launcher
from tests.promises.clients import PATHS, Load, Received, client, load
from tests.promises.disks import can_mount, disk, remount_read_only, tmpfs, unwritable
from tests.promises.faulty_disk import MODE_BITS
from tests.promises.sandboxes import Start, Stop, kill, same_place, unlimited

INSEE = [path for path in PATHS if "/insee/" in path]  # answers without a document to file
PATIENCE_S = 20
BEFORE = 60
"""How many answers a crowd receives before something breaks."""


async def assert_closed(lone: Load, complaint: str) -> None:
    """Every request is refused without data, and the health page says why."""
    told = [(await lone.ask(path))[0] for path in INSEE]
    assert [(answer.status, answer.code, answer.holds_data) for answer in told] == [(503, UNRECORDED, False)] * len(
        told
    )
    status, reason = await lone.ready()
    assert status == 503
    assert complaint in reason


async def assert_open_again(lone: Load) -> None:
    """The gateway is ready again by itself, without a request and without a restart; then it answers."""
    deadline = time.monotonic() + PATIENCE_S
    while (await lone.ready())[0] != 200:
        assert time.monotonic() < deadline, "the gateway does not notice that its disk is well again"
        await asyncio.sleep(0.05)
    told = [(await lone.ask(path))[0] for path in PATHS]
    assert [answer.status for answer in told] == [200] * len(told)


def is_full(received: list[Received]) -> bool:
    """Whether the last answers, many of them, were all refused for want of a record."""
    return len(received) > 50 and all(answer.code == UNRECORDED for answer in received[-50:])


async def test_a_full_disk_refuses_without_data_and_the_gateway_goes_on_when_there_is_room(
    full_disk: str, tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop
) -> None:
    with disk(full_disk, tmp_path) as small:
        state = small.state
        process, address = start_sandbox(state)
        header = unlimited(state, process, address)
        small.shrink(process)
        async with client(address, header) as lone:
            async with load(address, header) as crowd:
                deadline = time.monotonic() + PATIENCE_S
                while not is_full(crowd.received):
                    assert time.monotonic() < deadline, "the disk does not fill up"
                    await asyncio.sleep(0.01)
            await assert_closed(lone, "le journal ne peut pas être écrit")
            verified(state)
            copy = shutil.copytree(state, tmp_path / "copie")
            received = crowd.received + lone.received
            assert_settled(records(copy), received, crowd.unanswered)
            checkpoint = head_note(copy / "audit.db")
            verified(copy, [checkpoint])

            small.make_room(process)
            await assert_open_again(lone)
        assert sum(answer.status == 200 for answer in crowd.received) > 20
        assert {answer.code for answer in crowd.received} <= {None, UNRECORDED, "00502"}
        assert stop_sandbox(process) == 0
        verified(state, [checkpoint])
        assert_settled(records(state), crowd.received + lone.received, crowd.unanswered)


async def test_a_disk_that_becomes_read_only_refuses_without_data_and_loses_nothing(
    tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop
) -> None:
    state = tmp_path / "state"
    process, address = start_sandbox(state, command=launcher("read-only"))
    header = unlimited(state, process, address)
    async with client(address, header) as lone, load(address, header) as crowd:
        await crowd.answers(BEFORE)
        with broken(process, "read-only"):
            await assert_closed(lone, "le journal ne peut pas être écrit")
            crowd.stopping = True
            await asyncio.sleep(0)
            assert stop_sandbox(process) == 0
    received = crowd.received + lone.received
    verified(state)
    assert_settled(records(state), received, crowd.unanswered)
    assert any(answer.status == 200 for answer in crowd.received)

    process, address = start_sandbox(state)
    async with client(address, header) as again:
        assert (await again.ask(PATHS[0]))[0].status == 200
    assert stop_sandbox(process) == 0
    verified(state)
    assert_settled(records(state), received + again.received, crowd.unanswered)


async def test_a_read_only_audit_file_refuses_without_data_until_it_may_be_written(
    unwritable_by: str, tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop
) -> None:
    state = tmp_path / "state"
    process, address = start_sandbox(state)
    assert stop_sandbox(process) == 0
    before = verified(state)
    with unwritable(unwritable_by, state / "audit.db"):
        process, address = start_sandbox(state, *same_place(address), command=launcher(MODE_BITS))
        header = unlimited(state, process, address)
        async with client(address, header) as lone:
            await assert_closed(lone, "lecture seule")
        assert verified(state) == before
    async with client(address, header) as again:
        await assert_open_again(again)
    assert stop_sandbox(process) == 0
    verified(state)
    assert_settled(records(state), lone.received + again.received, 0)


async def test_what_a_kill_leaves_is_verified_where_nothing_can_be_written(
    tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop
) -> None:
    async def killed(state: Path) -> tuple[list[Received], int]:
        process, address = start_sandbox(state)
        async with load(address, unlimited(state, process, address)) as crowd:
            await crowd.answers(BEFORE)
            kill(process)
        return crowd.received, crowd.unanswered

    if can_mount():
        with tmpfs(tmp_path / "disk") as mounted:
            received, unanswered = await killed(mounted / "state")
            remount_read_only(mounted)
            verified(mounted / "state")
            assert_settled(records(mounted / "state"), received, unanswered)
    received, unanswered = await killed(tmp_path / "state")
    for path in (tmp_path / "state").iterdir():
        path.chmod(0o500 if path.is_dir() else 0o400)
    (tmp_path / "state").chmod(0o500)
    try:
        verified(tmp_path / "state")
        assert_settled(records(tmp_path / "state"), received, unanswered)
    finally:
        (tmp_path / "state").chmod(0o700)
    assert any(answer.status == 200 for answer in received)
