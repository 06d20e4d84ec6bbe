# SPDX-License-Identifier: EUPL-1.2
"""A witness as a registry runs it: the real command, in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.cosignature import ED25519, Cosigner, CosigningKey

DLNUF = (sys.executable, "-c", "from gateway.cli.main import entry; entry()")
STOP_S = 30


@dataclass(frozen=True)
class Running:
    """A witness at work: where it listens, its public key, its memory's folder, its process."""

    url: str
    cosigner: Cosigner
    state: Path
    process: "subprocess.Popen[str]"

    def kill(self) -> None:
        """End it as a power cut does."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_S)


def write_key(folder: Path, name: str, kind: int = ED25519) -> Path:
    """The file of a witness's secret key."""
    path = folder / f"{name.replace('/', '-')}.key"
    if not path.exists():
        path.write_text(CosigningKey(name, kind, name.encode().ljust(32, b".")[:32]).text() + "\n")
    return path


@contextmanager
def witness(
    folder: Path, log_key: str, *arguments: str, name: str = "temoin.test/w1", kind: int = ED25519
) -> Iterator[Running]:
    """A witness of one log, with its memory under `folder`; one that has a memory goes on from it."""
    key, state = write_key(folder, name, kind), folder / name.replace("/", "-")
    first = [] if (state / "witness.db").exists() else ["--new"]
    process = subprocess.Popen(
        [
            *DLNUF, "witness", "serve", "--log-key", log_key, "--key", str(key), "--state", str(state),
            "--port", "0", *first, *arguments,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, process.stderr.read()
        yield Running(found[0], CosigningKey.parse(key.read_text()).cosigner, state, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_S)
        process.stdout.close()
        process.stderr.close()
