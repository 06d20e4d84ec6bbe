# SPDX-License-Identifier: EUPL-1.2
"""Through a proxy that drops, delays, cuts, resets and corrupts: no answer unexplained, none unrecorded."""

import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import orjson
import pytest

from gateway.audit.reader import MOST, SqliteReader
from gateway.audit.vocabulary import OUTCOMES
from tests.faults.proxy import Faults
from tests.faults.run import CONTRACTS, Run, through_faults, unexplained

WEIGHTS = {
    "none": 40.0, "delay": 8.0, "trickle": 8.0, "drop": 9.0, "reset": 7.0, "cut": 9.0, "mangled": 10.0, "babble": 5.0,
    "forgotten": 3.5, "hang": 0.5,
}  # fmt: skip
RENEWING = frozenset(name for name, one in CONTRACTS.items() if one.access.logs_in and one.access.renew_on_401)


def check(run: Run, requests: int) -> None:
    """What must hold of a whole run."""
    assert len(run.got) == requests
    strange = [found for got in run.got if (found := unexplained(got)) is not None]
    assert not strange, f"{len(strange)} sans explication, dont : {strange[:20]}"
    outcomes, asked = recorded(run.state)
    ids = [got.id for got in run.got]
    assert len(set(ids)) == requests
    for got in run.got:
        assert outcomes[got.id] == [got.status], got
        assert asked[got.id] == 1, got
    assert set(outcomes) == set(ids) | set(run.references)  # and nothing else
    told = subprocess.run(
        [sys.executable, "-c", "from gateway.cli.main import entry; entry()", "audit", "verify", "--state", run.state],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def recorded(state: Path) -> tuple[dict[str, list[int]], Counter[str]]:
    """The statuses of each exchange's outcomes, and how many times it was « asked »."""
    outcomes: dict[str, list[int]] = defaultdict(list)
    asked: Counter[str] = Counter()
    reader = SqliteReader(state / "audit.db")
    for start in range(0, reader.size(), MOST):
        for row in reader.entries(start, start + MOST):
            assert row.entry is not None
            record = orjson.loads(row.entry)
            if record["event"] in OUTCOMES:
                outcomes[record["id"]].append(record["status"])
            elif record["event"] == "asked":
                asked[record["id"]] += 1
    return outcomes, asked


@pytest.mark.slow
async def test_ten_thousand_requests_none_unexplained_none_unrecorded(tmp_path: Path) -> None:
    faults = Faults(2026, WEIGHTS, RENEWING, frozenset(CONTRACTS))
    run = await through_faults(tmp_path / "state", 10_000, faults, "vies")
    print(run.figures())
    check(run, 10_000)
    assert {event.fault for got in run.got for event in got.events} == set(WEIGHTS)


async def test_some_hundred_requests_none_unexplained_none_unrecorded(tmp_path: Path) -> None:
    faults = Faults(5, WEIGHTS, RENEWING, frozenset())  # none hangs here: a time-out of the contracts takes seconds
    run = await through_faults(tmp_path / "state", 600, faults, "vies")
    check(run, 600)
    assert {event.fault for got in run.got for event in got.events} == set(WEIGHTS) - {"hang"}
    assert any(not got.events for got in run.got)  # the registry that failed again and again was left alone
    assert len({got.target.contract.registry for got in run.got}) == len(CONTRACTS)
