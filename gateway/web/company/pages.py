# SPDX-License-Identifier: EUPL-1.2
"""Putting the company's pages on the application: routes, entries in the menu, and what they live on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from connectors.kit.contract import Contract
from gateway.audit.closing import Closings
from gateway.audit.index.closings import hints_of
from gateway.audit.reader import LogReader
from gateway.audit.recording import Recorder
from gateway.audit.subject import Subjects
from gateway.company.days import Days
from gateway.company.store import CompanyStore
from gateway.company.view import View
from gateway.identity.register import Register
from gateway.people.person import Role
from gateway.purpose.model import Policies
from gateway.web.company import accesses, common, contests, days, listing, readings, tracker
from gateway.web.look import Entry
from gateway.web.organisations import Organisations
from gateway.web.pace import Pace

ROUTERS = (listing.router, days.router, contests.router, accesses.router, readings.router, tracker.router)
MENU = (
    Entry("Mon entreprise", "/entreprise", Role.REPRESENTATIVE),
    Entry("Contestations", contests.ADDRESS, Role.INSTRUCTOR),
)


@dataclass(frozen=True, slots=True)
class Lent:
    """What the application lends the company's pages."""

    state: Path
    log: LogReader
    recorder: Recorder
    subjects: Subjects
    policies: Policies
    contracts: Mapping[str, Contract]
    register: Register
    clock: Callable[[], datetime]
    random: Callable[[int], bytes]
    public_url: str


def open_company(lent: Lent) -> common.Company:
    """The company's pages over what is lent; `app.state.company`. Raises CompanyUnavailable."""
    index = lent.state / "index.db"
    view = View(
        recorder=lent.recorder,
        subjects=lent.subjects,
        clock=lent.clock,
        index=index,
        log=lent.log,
        policies=lent.policies,
        contracts=lent.contracts,
        names=Organisations(lent.register).by_number,
    )
    return common.Company(
        view=view,
        days=Days(lent.log, Closings(lent.log, hints_of(index)), lent.subjects, lent.policies),
        store=CompanyStore(lent.state / "company.db"),
        public_url=lent.public_url,
        random=lent.random,
        pace=Pace(lambda: lent.clock().timestamp()),
    )


def add_company(app: FastAPI) -> None:
    """Say on the company's pages why they cannot show anything. Its routes are ROUTERS."""
    common.install(app)
