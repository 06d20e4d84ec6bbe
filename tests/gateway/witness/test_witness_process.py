# SPDX-License-Identifier: EUPL-1.2
"""A witness in a process of its own, over HTTP: it signs, survives, catches a split view, and says so."""

import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from gateway.audit.addition import PATH, Addition
from gateway.audit.cosignature import ED25519, ML_DSA_44
from tests.gateway.audit.audit_world import SIGNER
from tests.gateway.audit.memory_log import MemoryLog
from tests.gateway.witness.running_witness import DLNUF, Running, witness
from tests.gateway.witness.test_witness import grown

LOG_KEY = SIGNER.verifier.text()


def present(running: Running, log: MemoryLog, old: int, new: int | None = None) -> httpx.Response:
    """Present a head of the log to a running witness."""
    body = Addition(old, tuple(log.tiles(new).consistency(old)), log.head(new)).text()
    return httpx.post(running.url + PATH, content=body.encode(), timeout=10)


def show(state: Path) -> "subprocess.CompletedProcess[str]":
    """What the witness's operator reads."""
    return subprocess.run([*DLNUF, "witness", "show", "--state", str(state)], capture_output=True, text=True)


@pytest.mark.parametrize("kind", [ED25519, ML_DSA_44], ids=["ed25519", "ml-dsa-44"])
def test_a_witness_signs_over_http(tmp_path: Path, kind: int) -> None:
    log = grown(300)
    with witness(tmp_path, LOG_KEY, kind=kind) as running:
        reply = present(running, log, 0, 200)
        assert (reply.status_code, running.cosigner.kind) == (200, kind)
        assert running.cosigner.seen_at(log.head(200) + reply.text)
        assert present(running, log, 200).status_code == 200
        about = httpx.get(running.url)
        assert running.cosigner.text() in about.text
        assert log.head() in about.text
    shown = show(running.state)
    assert shown.returncode == 0
    assert "300 enregistrements" in shown.stdout


def test_a_split_view_is_caught(tmp_path: Path) -> None:
    """One log shows a court one history and an auditor another: the witness signs the first it saw, and has both."""
    shown_to_court, shown_to_auditor = grown(40), grown(50, fork_at=17)
    with witness(tmp_path, LOG_KEY) as running:
        assert present(running, shown_to_court, 0).status_code == 200
        refused = present(running, shown_to_auditor, 40)
        assert refused.status_code == 422
        assert "—" not in refused.text
        same_size = present(running, shown_to_auditor, 0, 40)
        assert (same_size.status_code, same_size.text) == (409, "40\n")
        assert same_size.headers["content-type"] == "text/x.tlog.size"
    evidence = show(running.state)
    assert evidence.returncode == 1
    assert evidence.stdout.count("CONTRADICTION") == evidence.stdout.count("SANS PREUVE") == 1
    for head in (shown_to_court.head(), shown_to_auditor.head(), shown_to_auditor.head(40)):
        assert head in evidence.stdout


def test_a_killed_witness_remembers_what_it_signed(tmp_path: Path) -> None:
    log, other = grown(30), grown(30, fork_at=2)
    with witness(tmp_path, LOG_KEY) as running:
        assert present(running, log, 0, 20).status_code == 200
        running.kill()
    with witness(tmp_path, LOG_KEY) as running:
        assert present(running, other, 20).status_code == 422
        assert present(running, other, 0, 20).text == "20\n"
        assert present(running, log, 20).status_code == 200


def test_other_addresses_and_bodies_are_refused(tmp_path: Path) -> None:
    with witness(tmp_path, LOG_KEY) as running:
        assert httpx.get(running.url + PATH).status_code == 405
        assert httpx.get(running.url + "/autre").status_code == 404
        assert httpx.post(running.url + PATH, content=b"x" * 200_000).status_code == 413
        assert httpx.post(running.url + PATH, content=b"n'importe quoi").status_code == 400


def test_a_witness_is_not_started_without_its_memory(tmp_path: Path) -> None:
    key = tmp_path / "temoin.key"
    made = subprocess.run(
        [*DLNUF, "witness", "key", "--name", "t.test", "--key", str(key)], capture_output=True, text=True
    )
    assert made.returncode == 0
    assert made.stdout.startswith("t.test+")
    assert key.stat().st_mode & 0o077 == 0
    again = subprocess.run(
        [*DLNUF, "witness", "key", "--name", "t.test", "--key", str(key)], capture_output=True, text=True
    )
    assert (again.returncode, again.stdout) == (2, "")
    serve = [
        *DLNUF,
        "witness",
        "serve",
        "--log-key",
        LOG_KEY,
        "--key",
        str(key),
        "--state",
        str(tmp_path),
        "--port",
        "0",
    ]
    refused = subprocess.run(serve, capture_output=True, text=True, timeout=30)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "--new" in refused.stderr
    for wrong in (["--log-key", "rien"], ["--origin", "autre"]):
        misused = subprocess.run([*serve, *wrong], capture_output=True, text=True, timeout=30)
        assert misused.returncode == 2, misused.stderr


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(AssertionError, match="dlnuf witness"),
        witness(tmp_path, LOG_KEY, "--port", str(taken.getsockname()[1])),
    ):
        raise ValueError("it must not start")
