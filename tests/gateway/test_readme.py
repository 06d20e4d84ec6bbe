# SPDX-License-Identifier: EUPL-1.2
"""The README's commands do what it says: each is run, or for the test command itself, found to be the one CI runs."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = re.findall(r"```sh\n(.+?)\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder where `.venv/bin/dlnuf` is the one being tested."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_the_readme_shows_these_commands_and_no_other() -> None:
    assert [command.split()[0] for command in COMMANDS] == [
        "make", "make", ".venv/bin/dlnuf", "curl", ".venv/bin/dlnuf", ".venv/bin/dlnuf", "make",
    ]  # fmt: skip


def test_the_test_command_is_the_one_ci_runs() -> None:
    assert "make test" in COMMANDS
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert script.index("make check") < script.index("make test")


def test_make_demo_shows_three_answers_and_their_trace_then_stops_at_ctrl_c(elsewhere: Path) -> None:
    recipe = run("make -n demo PORT=8123", ROOT).stdout
    shown = next(line for line in recipe.splitlines() if "dlnuf demo" in line)
    assert "--port 8123" in shown
    command = shlex.split(shown.removeprefix("@").replace("8123", "0"))
    process = subprocess.Popen(
        command, cwd=elsewhere, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert process.stdout is not None
    output = ""
    for line in process.stdout:
        output += line
        if "Ctrl-C" in line:
            break
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    process.stdout.close()
    assert output.count("→ 200") == 3
    assert output.count("application/pdf") == 2
    assert "  réponse  " in output
    assert "  téléchargement  " in output
    assert "curl -H" in output


def test_the_sandbox_the_call_and_the_verification(elsewhere: Path) -> None:
    sandbox, call, explain, verify = COMMANDS[2:6]
    port = free_port()
    process = subprocess.Popen(
        [*shlex.split(sandbox), "--port", str(port)],
        cwd=elsewhere, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert "prêt" in process.stdout.readline()
        token = (elsewhere / ".sandbox" / "demo.token").read_text()
        words = [word.replace("$(cat .sandbox/demo.token)", token) for word in shlex.split(call)]
        name, _, value = words[2].partition(": ")
        answer = httpx.get(words[3].replace(":8000", f":{port}"), headers={name: value})
        assert answer.status_code == 200
        assert answer.json()["data"]["personne_morale_attributs"]["raison_sociale"] == "ATELIERS DU GRAND CHENE"
        explained = run(explain, elsewhere)
        assert (explained.returncode, "R2143-13" in explained.stdout) == (0, True)
        verified = run(verify, elsewhere)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        process.stdout.close()
    assert os.path.exists(elsewhere / ".sandbox" / "audit.db")
