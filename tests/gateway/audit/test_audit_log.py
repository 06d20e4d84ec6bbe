# SPDX-License-Identifier: EUPL-1.2
"""The log keeps its word: what is acknowledged is in the verified file, whoever else writes, hangs up or closes."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from gateway.audit.log import AuditLog, LogUnavailable
from gateway.audit.note import Signer, open_checkpoint
from gateway.audit.stores.address import Place
from gateway.audit.stores.sqlite_store import together
from tests.gateway.audit.audit_world import ASKED, SIGNER, entry, stored, verified


def opened(place: Place, *, queue_limit: int = 10_000, patience_s: float = 5.0) -> AuditLog:
    where = place / "audit.db" if isinstance(place, Path) and place.is_dir() else place
    return AuditLog.open(where, SIGNER, queue_limit=queue_limit, patience_s=patience_s)


async def test_numbers_follow_each_other_and_the_head_follows_the_records(place: Place) -> None:
    log = opened(place)
    assert [await log.append(entry(number)) for number in range(5)] == [0, 1, 2, 3, 4]
    assert log.size == 5
    assert open_checkpoint(log.checkpoint(), SIGNER.verifier).size == 5
    assert log.reason == ""
    log.close()
    assert stored(place) == [entry(number) for number in range(5)]
    report = verified(place, log.checkpoint())
    assert (report.problem, report.size, report.checkpoints) == (None, 5, 1)


def test_an_empty_log_verifies(place: Place) -> None:
    log = opened(place)
    first = log.checkpoint()
    log.close()
    report = verified(place, first)
    assert (report.problem, report.size, report.last_at) == (None, 0, None)


async def test_a_closed_log_goes_on_where_it_stopped(place: Place) -> None:
    kept = []
    for start in (0, 3, 6):
        log = opened(place)
        assert [await log.append(entry(start + number)) for number in range(3)] == [start, start + 1, start + 2]
        kept.append(log.checkpoint())
        log.close()
    report = verified(place, *kept)
    assert (report.problem, report.size, report.checkpoints) == (None, 9, 3)


async def test_many_tasks_at_once_each_get_the_number_of_their_own_record(place: Place) -> None:
    log = opened(place)

    async def one(number: int) -> tuple[int, bytes]:
        return await log.append(entry(number)), entry(number)

    numbered = await asyncio.gather(*(one(number) for number in range(2000)))
    log.close()
    assert dict(numbered) == dict(enumerate(stored(place)))
    assert verified(place).problem is None


async def test_a_task_that_gives_up_does_not_take_its_record_back(place: Place) -> None:
    log = opened(place)
    tasks = [asyncio.create_task(log.append(entry(number))) for number in range(200)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes[::2]] == [asyncio.CancelledError] * 100
    log.close()
    assert sorted(map(bytes, stored(place))) == sorted(entry(number) for number in range(200))
    assert verified(place).problem is None


async def test_two_hands_on_one_file_write_one_tree(place: Place) -> None:
    """As a command does while the gateway runs."""
    left, right = opened(place), opened(place)

    async def fill(log: AuditLog, start: int) -> list[int]:
        return [await log.append(entry(start + number)) for number in range(150)]

    numbers = await asyncio.gather(fill(left, 0), fill(right, 1000), fill(left, 2000), fill(right, 3000))
    assert sorted(number for part in numbers for number in part) == list(range(600))
    kept = left.checkpoint(), right.checkpoint()
    left.close()
    right.close()
    report = verified(place, *kept)
    assert (report.problem, report.size, report.checkpoints) == (None, 600, 2)


async def test_a_running_log_is_verified_without_being_disturbed(place: Place) -> None:
    log = opened(place)
    for number in range(100):
        await log.append(entry(number))
        if number % 10 == 9:
            report = await asyncio.to_thread(verified, place, log.checkpoint())
            assert (report.problem, report.size) == (None, number + 1)
    log.close()


def test_a_command_writes_its_records_next_to_each_other(place: Place) -> None:
    log = opened(place)
    assert log.append_now([]) == []
    assert log.append_now([entry(0), entry(1)]) == [0, 1]
    assert log.append_now([entry(number) for number in range(2, 1502)]) == list(range(2, 1502))
    threads = [
        threading.Thread(target=log.append_now, args=([entry(number), entry(number + 1)],))
        for number in range(1502, 1522, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    contents = stored(place)
    assert contents[:1502] == [entry(number) for number in range(1502)]
    pairs = [(contents[place], contents[place + 1]) for place in range(1502, 1522, 2)]
    assert sorted(pairs) == sorted((entry(number), entry(number + 1)) for number in range(1502, 1522, 2))
    assert verified(place).problem is None


async def test_closing_writes_what_is_queued_and_then_refuses(place: Place) -> None:
    log = opened(place)
    tasks = [asyncio.create_task(log.append(entry(number))) for number in range(700)]
    await asyncio.sleep(0)
    log.close()
    log.close()
    assert sorted(await asyncio.gather(*tasks)) == list(range(700))
    with pytest.raises(LogUnavailable, match="fermé"):
        await log.append(entry(1))
    with pytest.raises(LogUnavailable, match="fermé"):
        log.append_now([entry(1)])
    assert verified(place).size == 700


def test_one_log_serves_several_event_loops(place: Place) -> None:
    log = opened(place)
    for number in range(3):
        assert asyncio.run(log.append(entry(number))) == number
    log.close()


async def test_a_wait_that_is_too_long_is_a_refusal_and_the_log_recovers(tmp_path: Path) -> None:
    log = opened(tmp_path, patience_s=0.1)
    holder = sqlite3.connect(tmp_path / "audit.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    tasks = [asyncio.create_task(log.append(entry(number))) for number in range(3)]
    refusals = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(refusal) for refusal in refusals] == ["pas de réponse du journal en 0.1 s"] * 3
    with pytest.raises(LogUnavailable, match="pas de réponse"):
        await asyncio.to_thread(log.append_now, [entry(4)])
    holder.execute("ROLLBACK")
    holder.close()
    await asyncio.to_thread(log.close)
    # What the impatient left behind is still written: that is allowed, an answer without a record is not.
    assert stored(tmp_path / "audit.db") == [entry(0), entry(1), entry(2), entry(4)]
    assert verified(tmp_path).problem is None


async def test_a_queue_that_is_too_long_refuses_the_next(place: Place) -> None:
    log = opened(place, queue_limit=10)
    tasks = [asyncio.create_task(log.append(entry(number))) for number in range(600)]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    written = [outcome for outcome in outcomes if isinstance(outcome, int)]
    refused = {str(outcome) for outcome in outcomes if not isinstance(outcome, int)}
    assert refused == {"trop d'enregistrements attendent d'être écrits"}
    assert 10 <= len(written) < 600
    log.close()
    assert sorted(written) == list(range(len(stored(place))))


async def test_a_file_held_by_another_process_is_a_refusal_and_the_log_recovers(tmp_path: Path) -> None:
    log = opened(tmp_path)
    holder = sqlite3.connect(tmp_path / "audit.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogUnavailable, match="autre processus"):
        await log.append(entry(0))
    assert "autre processus" in log.reason
    holder.execute("ROLLBACK")
    holder.close()
    assert await log.append(entry(1)) == 0
    assert log.reason == ""
    log.close()
    assert verified(tmp_path).problem is None


async def test_an_entry_that_is_too_long_is_refused_alone(place: Place) -> None:
    log = opened(place)
    outcomes = await asyncio.gather(log.append(entry(1)), log.append(b"x" * 4097), return_exceptions=True)
    assert outcomes[0] == 0
    assert isinstance(outcomes[1], LogUnavailable)
    log.close()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM record WHERE seq = 2",
        "DELETE FROM head",
        "INSERT INTO head SELECT * FROM head",
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET chain = zeroblob(32)",
        "UPDATE head SET frontier = zeroblob(3)",
        "UPDATE head SET size = 2",
        "UPDATE head SET note = 'note'",
        "INSERT INTO record VALUES (3, x'00', x'00', x'00')",
        "UPDATE record SET leaf = zeroblob(32) WHERE seq = 1",
        "CREATE TABLE autre(a)",
        "PRAGMA user_version = 1",
    ],
)
async def test_a_file_that_contradicts_itself_is_never_written_again(tmp_path: Path, damage: str) -> None:
    log = opened(tmp_path)
    log.append_now([entry(0), entry(1), entry(2)])
    log.close()
    with sqlite3.connect(tmp_path / "audit.db") as connection:
        connection.execute(damage)
    connection.close()
    before = (tmp_path / "audit.db").read_bytes()
    log = opened(tmp_path)
    assert log.reason.startswith("le journal ne se vérifie plus")
    for _ in range(2):
        with pytest.raises(LogUnavailable, match="ne se vérifie plus"):
            await log.append(entry(3))
    log.close()
    with sqlite3.connect(tmp_path / "audit.db") as connection:
        assert connection.execute("SELECT max(seq) FROM record").fetchone()[0] in (1, 2, 3)
    connection.close()
    assert (tmp_path / "audit.db").read_bytes() == before


async def test_records_another_process_rewrote_meanwhile_close_the_log(tmp_path: Path) -> None:
    """What we signed and what the file says must be one tree, or nothing more is signed."""
    log = opened(tmp_path)
    log.append_now([entry(number) for number in range(4)])
    for name in ("audit.db-wal", "audit.db"):
        assert (tmp_path / name).exists()
    other = tmp_path / "autre"
    other.mkdir()
    forged = opened(other)
    forged.append_now([entry(number) for number in (7, 8, 9, 10, 11)])
    row = sqlite3.connect(other / "audit.db").execute("SELECT * FROM head").fetchone()
    with sqlite3.connect(tmp_path / "audit.db") as connection:
        connection.execute("UPDATE head SET size=?, root=?, chain=?, frontier=?, note=?", row)
    connection.close()
    forged.close()
    with pytest.raises(LogUnavailable, match="ne se vérifie plus"):
        await log.append(entry(4))
    log.close()


async def test_another_key_cannot_go_on_with_the_log(place: Place) -> None:
    log = opened(place)
    log.append_now([entry(0)])
    log.close()
    stranger = AuditLog.open(place, Signer.from_seed(SIGNER.name, b"z" * 32))
    with pytest.raises(LogUnavailable, match="clé"):
        await stranger.append(entry(1))
    stranger.close()
    assert verified(place).size == 1


async def test_a_question_left_without_an_outcome_is_no_fault(place: Place) -> None:
    log = opened(place)
    await log.append(entry(0, ASKED))
    log.close()
    assert verified(place).problem is None


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    opened(tmp_path).close()
    assert (tmp_path / "audit.db").stat().st_mode & 0o077 == 0


def test_batches_of_every_length_are_few_statements_and_whole(tmp_path: Path) -> None:
    lengths = set()
    for batch in range(1, 1100):
        left = batch
        while left:
            lengths.add(together(left))
            left -= together(left)
        assert left == 0
    assert lengths == {*range(1, 33), 64, 128, 256, 512}  # kept prepared, each with what it last held
    log = opened(tmp_path)
    number = 0
    for length in (1, 32, 33, 63, 64, 65, 127, 200, 511, 513):
        entries = [entry(number + rank) for rank in range(length)]
        assert log.append_now(entries) == list(range(number, number + length))
        number += length
    last = log.checkpoint()
    log.close()
    assert stored(tmp_path / "audit.db") == [entry(rank) for rank in range(number)]
    assert verified(tmp_path, last).problem is None
