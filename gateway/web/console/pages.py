# SPDX-License-Identifier: EUPL-1.2
"""Putting the console on the application: its routes, its entries in the menu, and what it lives on."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from connectors.kit.contract import Contract
from gateway.audit.index.follow import Follower
from gateway.audit.note import Verifier
from gateway.audit.reader import LogReader
from gateway.audit.recording import Recorder
from gateway.audit.subject import Subjects
from gateway.console.database import ConsoleStore
from gateway.console.desk import Desk
from gateway.console.seal import Seal
from gateway.identity.register import Register, RegisterUnavailable
from gateway.people.person import Role
from gateway.purpose.model import Policies
from gateway.web.console import common, exchange, exports, figures, kept, reads, search
from gateway.web.look import Entry

ROUTERS = (*(search.router, exchange.router, exports.router, kept.router, figures.router, reads.router),)
MENU = (
    Entry("Console", "/console", Role.AUDITOR),
    Entry("Santé du journal", "/console/sante", Role.OPERATOR),
)
_NAMES_S = 30.0


@dataclass(frozen=True, slots=True)
class Lent:
    """What the application lends the console. `follower`: brings the index up to date. `secret`: 32 bytes."""

    state: Path
    log: LogReader
    follower: Follower
    verifier: Verifier
    recorder: Recorder
    subjects: Subjects
    register: Register
    policies: Policies
    contracts: Mapping[str, Contract]
    clock: Callable[[], datetime]
    secret: bytes
    health: Callable[[], Mapping[str, Any]]


def open_console(lent: Lent) -> common.Console:
    """The console over what is lent; `app.state.console`."""
    follower = lent.follower
    return common.Console(
        Desk(
            recorder=lent.recorder,
            subjects=lent.subjects,
            clock=lent.clock,
            index=lent.state / "index.db",
            state=lambda: follower.state,
            log=lent.log,
            verifier=lent.verifier,
            seal=Seal(lent.secret),
            policies=lent.policies,
            contracts=lent.contracts,
            names=_Names(lent.register),
        ),
        ConsoleStore(lent.state / "console.db"),
        lent.health,
    )


class _Names:
    """How organisations are called: as their habilitations say, read again every half minute."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._known: dict[str, str] = {}
        self._until = 0.0

    def __call__(self) -> Mapping[str, str]:
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + _NAMES_S
            try:
                self._known = {one.siret: one.name for one in self._register.habilitations()}
            except RegisterUnavailable:
                return self._known  # a name less is no reason to show nothing
        return self._known


def add_console(app: FastAPI) -> None:
    """Say on the console's pages why they cannot show anything. Its routes are ROUTERS."""
    common.install(app)
