# SPDX-License-Identifier: EUPL-1.2
"""Disks fill up, files become read-only or vanish, processes are killed: nothing acknowledged is ever lost.

Each fault is a real one, in a process of its own that says on its output which records were acknowledged.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.audit.log import AuditLog, LogUnavailable
from tests.gateway.audit.audit_world import SIGNER, entry, verified

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import asyncio, os, resource, sys
from pathlib import Path
from gateway.audit.log import AuditLog, LogUnavailable
from tests.gateway.audit.audit_world import SIGNER, entry

folder, fault, start = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
say = lambda *words: print(*words, flush=True)

async def record(log, number):
    try:
        say("yes", await log.append(entry(number)), number)
        return True
    except LogUnavailable as error:
        say("no", error)
        return False

async def main():
    if fault == "read-only" and os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    log = AuditLog.open(folder / "audit.db", SIGNER)
    if fault == "endless":
        for number in range(start, start + 1000000):
            await asyncio.gather(*(record(log, 8 * number + lane) for lane in range(8)))
    if fault == "full":
        await asyncio.gather(*(record(log, number) for number in range(20)))
        size = max(os.path.getsize(folder / name) for name in ("audit.db", "audit.db-wal"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 6000, resource.RLIM_INFINITY))
        refused = 0  # in a row: a WAL that is full is first written over into the file, which makes room once more
        for number in range(20, 400):
            refused = 0 if await record(log, number) else refused + 1
            if refused == 3:
                break
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await record(log, 401)
    if fault == "read-only":
        await record(log, 0)
        say("reason", log.reason)
    log.close()

asyncio.run(main())
"""


def child(folder: Path, fault: str, start: int = 0) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), fault, str(start)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def acknowledged(output: str) -> dict[int, bytes]:
    """Record number → its bytes, for each whole line that says yes."""
    words = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return {int(line[1]): entry(int(line[2])) for line in words if line[0] == "yes"}


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that another user can enter, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_full_disk_refuses_and_loses_nothing_and_the_log_goes_on_when_there_is_room(tmp_path: Path) -> None:
    output, _ = child(tmp_path, "full").communicate(timeout=60)
    lines = output.splitlines()
    kept = acknowledged(output)
    refusals = [line for line in lines if line.startswith("no")]
    assert len(refusals) >= 2, lines[-3:]
    assert all("le journal ne peut pas être écrit" in line for line in refusals)
    assert lines[-1].startswith("yes"), lines[-3:]
    assert_holds(tmp_path, kept)


def test_a_killed_process_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    kept: dict[int, bytes] = {}
    for turn in range(10):
        process = child(tmp_path, "endless", turn * 100_000)
        assert process.stdout is not None
        output = "".join(process.stdout.readline() for _ in range(5 + 37 * turn))
        process.send_signal(signal.SIGKILL)
        output += process.stdout.read()
        process.wait(timeout=10)
        process.stdout.close()
        assert process.returncode == -signal.SIGKILL
        kept |= acknowledged(output)
        if turn % 3 == 0:  # as it was left, WAL and all
            assert_holds(tmp_path, kept)
    assert len(kept) > 1000
    assert_holds(tmp_path, kept)


def assert_holds(folder: Path, kept: dict[int, bytes]) -> None:
    """The log verifies, and every acknowledged record stands at its number."""
    report = verified(folder)
    assert report.problem is None
    assert report.size > max(kept)
    copy = folder / "copie"
    shutil.copytree(folder, copy)
    log = AuditLog.open(copy / "audit.db", SIGNER)
    log.close()
    connection = sqlite3.connect(copy / "audit.db")
    found = dict(connection.execute("SELECT seq, entry FROM record"))
    connection.close()
    shutil.rmtree(copy)
    assert {number: found[number] for number in kept} == kept


def test_a_file_that_is_read_only_refuses_every_record(shared_folder: Path) -> None:
    """The child gives up root's rights, to which no file is read-only."""
    log = AuditLog.open(shared_folder / "audit.db", SIGNER)
    log.append_now([entry(0)])
    log.close()
    (shared_folder / "audit.db").chmod(0o444)
    shared_folder.chmod(0o555)
    output, _ = child(shared_folder, "read-only").communicate(timeout=30)
    shared_folder.chmod(0o755)
    assert "no le journal ne peut pas être écrit" in output
    assert "reason le journal ne peut pas être écrit" in output
    assert verified(shared_folder).size == 1


async def test_a_folder_that_does_not_exist_refuses_until_it_does(tmp_path: Path) -> None:
    log = AuditLog.open(tmp_path / "absent" / "audit.db", SIGNER)
    assert log.reason
    with pytest.raises(LogUnavailable, match="ne peut pas être écrit"):
        await log.append(entry(0))
    with pytest.raises(LogUnavailable, match="ne peut pas être écrit"):
        log.checkpoint()
    (tmp_path / "absent").mkdir()
    assert await log.append(entry(0)) == 0
    log.close()
    assert verified(tmp_path / "absent").problem is None


@pytest.mark.parametrize("victim", [".", "audit.db"])
async def test_a_file_taken_away_under_the_log_refuses_and_never_begins_another(tmp_path: Path, victim: str) -> None:
    """SQLite itself would go on writing into a file that has no name any more."""
    folder = tmp_path / "journal"
    folder.mkdir()
    log = AuditLog.open(folder / "audit.db", SIGNER)
    for number in range(3):
        await log.append(entry(number))
    away = tmp_path / "ailleurs"
    (folder / victim).rename(away)
    for number in (3, 4):
        with pytest.raises(LogUnavailable):
            await log.append(entry(number))
    assert not (folder / "audit.db").exists()
    log.close()


async def test_a_wal_taken_away_under_the_log_refuses_then_heals_without_a_loss(tmp_path: Path) -> None:
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    for number in range(3):
        await log.append(entry(number))
    (tmp_path / "audit.db-wal").rename(tmp_path / "ailleurs")
    with pytest.raises(LogUnavailable, match=r"audit\.db-wal n'existe pas"):
        await log.append(entry(3))
    await log.append(entry(4))
    kept = log.checkpoint()
    log.close()
    report = verified(tmp_path, kept)
    assert (report.problem, report.size) == (None, 5)


async def test_a_folder_put_back_is_written_again(tmp_path: Path) -> None:
    folder, away = tmp_path / "journal", tmp_path / "ailleurs"
    folder.mkdir()
    log = AuditLog.open(folder / "audit.db", SIGNER)
    await log.append(entry(0))
    folder.rename(away)
    with pytest.raises(LogUnavailable):
        await log.append(entry(1))
    away.rename(folder)
    number = await log.append(entry(2))
    log.close()
    report = verified(folder)
    assert (report.problem, report.size) == (None, number + 1)


async def test_an_older_copy_put_in_its_place_is_never_continued(tmp_path: Path) -> None:
    """Two heads of one size with two roots, both signed by us, would be the end of all proof."""
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    await log.append(entry(0))
    older = tmp_path / "avant"
    older.mkdir()
    for name in ("audit.db", "audit.db-wal"):
        shutil.copyfile(tmp_path / name, older / name)
    await log.append(entry(1))
    for name in ("audit.db", "audit.db-wal", "audit.db-shm"):
        with suppress(FileNotFoundError):
            (tmp_path / name).unlink()
    for name in ("audit.db", "audit.db-wal"):
        shutil.copyfile(older / name, tmp_path / name)
    for _ in range(3):
        with pytest.raises(LogUnavailable):
            await log.append(entry(2))
    assert "a perdu des enregistrements" in log.reason
    log.close()
    assert verified(tmp_path).size == 1
