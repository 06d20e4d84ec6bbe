# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit day`: which days were closed, and whether each still comes out of its records as the log says."""

import argparse
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.audit.closing import DayCloser
from gateway.audit.ledger import Ledger
from gateway.audit.reader import StoreReader
from gateway.audit.stores.writers import store_at
from gateway.cli.audit import register
from tests.gateway.audit.audit_world import SIGNER
from tests.gateway.audit.forger import change
from tests.gateway.audit.index_world import commitment, exchange, spelled

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
EMBARGO = "detection_fraude"


@pytest.fixture
async def state(tmp_path: Path) -> Path:
    """Two days of a log, closed: the first with three companies, one of them under embargo; the second with none."""
    path = tmp_path / "audit.db"
    with closing(Ledger(store_at(path), SIGNER)) as ledger, closing(StoreReader.at(path)) as reader:
        ledger.open()

        def write(record: dict[str, object]) -> int:
            return ledger.append([orjson.dumps(record, option=orjson.OPT_SORT_KEYS)])

        async def event(name: str, **facts: Any) -> int:
            told = {key: value for key, value in facts.items() if value is not None}
            return write({"v": 1, "event": name, "id": name, "at": spelled(MIDNIGHT + timedelta(hours=1)), **told})

        for number, purpose in enumerate(("marches_publics", "marches_publics", EMBARGO)):
            at = spelled(MIDNIGHT - timedelta(days=1, hours=2))
            write(exchange(number, at=at, subject=commitment(f"company {number}"), purpose=purpose))
        closer = DayCloser(reader, event, (EMBARGO,), lambda: MIDNIGHT + timedelta(hours=1))
        while await closer.step() is not None:
            pass
    return tmp_path


def run(*words: object) -> Any:
    """The exit code of a command line."""
    parser = argparse.ArgumentParser(prog="dlnuf")
    register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["audit", "day", *map(str, words)])
    return arguments.run(arguments)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The JSON lines that were printed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_closed_days_are_listed_in_order_with_what_they_cover(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--state", state) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2026-11-22 : enregistrements n° 0 à 2, clos au n° 3."
    assert lines[2] == "2026-11-23 : aucun enregistrement, clos au n° 4."
    assert run("--state", state, "--json") == 0
    first, second = told(capsys)
    assert (first["day"], first["first"], first["stop"], first["under_embargo"]) == ("2026-11-22", 0, 3, [EMBARGO])
    assert lines[1] == f"Racine : {first['root']}"
    assert first["root"] != second["root"]
    assert "verified" not in first


async def test_a_day_that_comes_out_of_its_records_is_verified(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--state", state, "--date", "2026-11-22", "--verify") == 0
    said = capsys.readouterr().out
    assert said.startswith("VÉRIFIÉ : 2026-11-22 : enregistrements n° 0 à 2, clos au n° 3 ; 2 entreprise(s) hors")
    assert run("--state", state, "--verify", "--json") == 0
    first, second = told(capsys)
    assert (first["verified"], first["companies"], first["sealed"]) == (True, 2, {EMBARGO: 1})
    assert (second["verified"], second["companies"]) == (True, 0)


async def test_a_day_whose_records_were_changed_is_refused_and_the_others_are_still_told(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(state / "audit.db", "UPDATE record SET leaf = zeroblob(32) WHERE seq = 1")
    assert run("--state", state, "--verify") == 1
    said = capsys.readouterr().out
    assert "REFUSÉ : 2026-11-22" in said
    assert "VÉRIFIÉ : 2026-11-23" in said
    assert run("--state", state, "--verify", "--json") == 1
    first, second = told(capsys)
    assert (first["verified"], bool(first["problem"]), second["verified"]) == (False, True, True)


async def test_a_day_that_is_not_closed_or_is_none_is_said(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--state", state, "--date", "2026-11-24") == 1
    assert "aucune journée close le 2026-11-24" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        run("--state", state, "--date", "24/11/2026")
    assert stopped.value.code == 2
    (state / "audit.db").write_bytes(b"rien")
    assert run("--state", state) == 1
    assert "Traceback" not in capsys.readouterr().err
