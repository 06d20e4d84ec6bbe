# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit index` reads a real log file into the index, as often as one likes."""

from pathlib import Path

import pytest

from gateway.audit.index.criteria import Criteria
from gateway.audit.index.search import Search
from gateway.audit.index.store import reading
from gateway.audit.log import AuditLog
from gateway.cli.main import main

from .audit_world import SIGNER, entry


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder whose log holds five refusals."""
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    log.append_now([entry(number) for number in range(5)])
    log.close()
    return tmp_path


def indexed(state: Path) -> int:
    """How many lines the index holds."""
    connection = reading(state / "index.db")
    try:
        return Search(connection).page(Criteria()).count
    finally:
        connection.close()


def test_the_command_reads_the_log_into_the_index(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--rebuild"], []):
        assert main(["audit", "index", "--state", str(state), *arguments]) == 0
        assert capsys.readouterr().out == "5 enregistrements dans l'index.\n"
        assert indexed(state) == 5


def test_a_log_that_is_not_there_is_said_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "index", "--state", str(tmp_path)]) == 1
    assert "audit.db" in capsys.readouterr().err
