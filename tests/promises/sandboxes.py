# SPDX-License-Identifier: EUPL-1.2
"""What tests of a sandbox of their own share: the types of the fixtures that start and stop it, and a way in."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from gateway.identity.keys import load
from gateway.identity.register import Register
from tests.conftest import Sandbox

Process = subprocess.Popen[str]
Start = Callable[..., tuple[Process, str]]
Stop = Callable[[Process], int]


def unlimited(state: Path, process: Process, address: str) -> dict[str, str]:
    """The header of a new token that no rate limit stops."""
    register = Register(state / "register.db")
    try:
        return Sandbox(address, state, process, load(state / "keys"), register).token(safe_listed=True).header
    finally:
        register.close()


def same_place(address: str) -> tuple[str, str]:
    """The arguments that start a sandbox again where it was: elsewhere its people are others, with new rights."""
    return "--port", address.rpartition(":")[2]


def kill(process: Process) -> None:
    """Kill a process as nothing can resist, and wait until it is gone."""
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
