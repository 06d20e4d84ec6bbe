# SPDX-License-Identifier: EUPL-1.2
"""Rights given by commands: two invented organisations, what a command did, what the log holds."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.kit.simulation.personas import load_world
from gateway.audit.vocabulary import check

BUYER = load_world().personas[0].siret
OTHER = load_world().personas[1].siret
NOBODY = "99999999-9999-4999-8999-999999999999"


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shown:
    """What a caller shows."""

    token: str
    token_in_url: bool = False
    address: str = "192.0.2.7"


def records(state: Path) -> list[dict[str, Any]]:
    """What the log holds, oldest first; each of them within the vocabulary."""
    with sqlite3.connect(state / "audit.db") as db:
        found = [json.loads(entry) for (entry,) in db.execute("SELECT entry FROM record ORDER BY seq")]
    db.close()
    for record in found:
        check(record)
    return found


def events(state: Path) -> list[str]:
    return [str(record["event"]) for record in records(state)]


def spoil_the_log(state: Path) -> None:
    """After this no record can be written."""
    for file in state.glob("audit.db*"):
        file.unlink()
    (state / "audit.db").mkdir()
