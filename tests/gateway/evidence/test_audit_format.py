# SPDX-License-Identifier: EUPL-1.2
"""The page of formats keeps its word: each command it shows runs, on files made as it says."""

import re
import shlex
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.audit.export import export
from gateway.audit.ledger import Ledger
from gateway.audit.log import AuditLog
from gateway.audit.reader import SqliteReader
from gateway.audit.stores.writers import store_at
from gateway.cli.main import main
from tests.gateway.audit.audit_world import SIGNER
from tests.gateway.audit.authority import Authority
from tests.gateway.audit.evidence_world import ANSWER, QUORUM_TEXT, exchanges, growth, receipt, seen

PAGE = Path(__file__).parents[3] / "docs" / "audit-format.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the page names."""
    place = tmp_path_factory.mktemp("format")
    log, authority = exchanges(40), Authority()
    state = place / "etat"
    state.mkdir()
    written = AuditLog.open(state / "audit.db", SIGNER)
    written.append_now([entry for entry in log.records if entry is not None])
    written.close()
    ledger = Ledger(store_at(state / "audit.db"), SIGNER)
    ledger.publish()
    ledger.close()
    export(SqliteReader(state / "audit.db"), "2026-11", SIGNER.verifier, place / "mois.zip")
    note = seen(log.head(), 1, 2)
    for name, content in {
        "journal.pub": SIGNER.verifier.text(),
        "recu.tlog-proof": receipt(log, 7, note),
        "reponse.json": ANSWER,
        "temoins.policy": QUORUM_TEXT,
        "point.txt": note,
        "ancien.txt": log.head(32),
        "coherence.txt": growth(log, 32),
        "point.tsr": authority.stamp(sha256(note.split("\n\n")[0].encode() + b"\n").digest()),
        "autorite.pem": authority.certificates,
    }.items():
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def test_the_page_shows_commands() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_page_verifies(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    program, *arguments = shlex.split(command)
    assert program == "dlnuf"
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("VÉRIFIÉ")
