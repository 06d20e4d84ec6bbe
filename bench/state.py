# SPDX-License-Identifier: EUPL-1.2
"""The gateway's state for one run, made by its own commands: keys, a habilitation, a token that is not throttled."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.world import sirets

ROOT = Path(__file__).resolve().parents[1]
BODY = "13002526500013"
"""SIRET of the administration that asks."""


class CommandFailed(Exception):
    """A command of the gateway failed. The message, in French, holds what it said."""


@dataclass(frozen=True, slots=True)
class State:
    """Files of a run. `folder`: the gateway's state. `token`, `public_key`, `sirets`: one file each."""

    folder: Path
    token: Path
    public_key: Path
    sirets: Path


def prepared(folder: Path, companies: int) -> State:
    """A state in `folder`, for a registry that knows so many companies. Raises CommandFailed."""
    state = State(folder / "state", folder / "token", folder / "token.pem", folder / "sirets")
    where = ("--state", str(state.folder))
    dlnuf("key", "create", *where)
    state.public_key.write_text(json.loads(dlnuf("key", "show", "--json", *where))["token"], "ascii")
    right = ("--siret", BODY, "--name", "Mesure", "--purpose", "marches_publics", "--scopes", "all")
    habilitation = dlnuf("habilitation", "create", *right, "--recipients", "any", *where).strip()
    state.token.write_text(dlnuf("token", "issue", "--habilitation", habilitation, "--safe-list", *where), "ascii")
    state.token.chmod(0o600)
    state.sirets.write_text("\n".join(sirets(companies)), "ascii")
    return state


def dlnuf(*words: str) -> str:
    """Run a command of the gateway; what it prints. Raises CommandFailed."""
    done = subprocess.run([command(), *words], env=clean(), capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise CommandFailed(f"« dlnuf {' '.join(words[:2])} » a échoué : {done.stderr or done.stdout}")
    return done.stdout


def command() -> str:
    """The command `dlnuf` that stands beside this Python."""
    return str(Path(sys.executable).with_name("dlnuf"))


def clean(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment with nothing of ours in it: no proxy, no setting, no credential."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **(more or {})}
