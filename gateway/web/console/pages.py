# SPDX-License-Identifier: EUPL-1.2
"""Putting the console on the application: its routes, its entries in the menu, and what it lives on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
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
from gateway.console.campaigns import Campaigns
from gateway.console.database import ConsoleStore
from gateway.console.desk import Desk
from gateway.console.findings import Watch
from gateway.console.rules import load_rules
from gateway.console.scraping import Scraping
from gateway.console.seal import Seal
from gateway.identity.register import Register
from gateway.people.person import Role
from gateway.purpose.model import Policies
from gateway.values import Ask, Consumer
from gateway.web.console import answers, campaigns, common, exchange, exports, figures, kept, reads, reviews, search
from gateway.web.look import Entry
from gateway.web.organisations import Organisations

ROUTERS = (
    *(search.router, exchange.router, exports.router, kept.router, figures.router, reads.router),
    *(reviews.router, campaigns.router, answers.router),
)
MENU = (
    Entry("Console", "/console", Role.AUDITOR),
    Entry("Santé du journal", "/console/sante", Role.OPERATOR),
)


@dataclass(frozen=True, slots=True)
class Lent:
    """What the application lends the console. `follower`: brings the index up to date. `secret`: 32 bytes.

    `rules`: folder of the policies, where the anomaly rules stand.
    """

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
    rules: Path
    random: Callable[[int], bytes]
    health: Callable[[], Mapping[str, Any]]


def open_console(lent: Lent) -> common.Console:
    """The console over what is lent; `app.state.console`."""
    follower = lent.follower
    desk = Desk(
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
        names=Organisations(lent.register).by_siret,
    )
    store = ConsoleStore(lent.state / "console.db")
    scraping = Scraping(lambda: lent.clock().timestamp())
    lent.recorder.observers.append(lambda ask, consumer: _seen(scraping, ask, consumer))
    watch = Watch(desk, store, load_rules(lent.rules), scraping)
    return common.Console(desk, store, watch, Campaigns(desk, store, lent.secret, lent.random), lent.health)


@asynccontextmanager
async def watching(console: common.Console) -> AsyncIterator[None]:
    """For the time of the block, the rules are run every minute."""
    task = asyncio.create_task(console.watch.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        console.store.close()


def _seen(scraping: Scraping, ask: Ask, consumer: Consumer) -> None:
    if subject := ask.subject:
        scraping.seen(consumer.habilitation_id, consumer.siret, subject)


def add_console(app: FastAPI) -> None:
    """Say on the console's pages why they cannot show anything. Its routes are ROUTERS."""
    common.install(app)
