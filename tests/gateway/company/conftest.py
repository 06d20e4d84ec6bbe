# SPDX-License-Identifier: EUPL-1.2
"""The company's pages as they ship, in this process, over a real log that tests write, close and publish themselves."""

import secrets
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.closing import DayCloser
from gateway.people.people import Identity
from gateway.people.person import OFFICER, Role
from gateway.people.representations import Representation
from gateway.purpose.load import Policies
from gateway.web.company.common import Company
from gateway.web.company.pages import MENU, ROUTERS, Lent, add_company, open_company
from tests.gateway.pages_world import ADDRESS, HEX, ISSUER, Pages, Somebody, founded, known

MINE, OTHER = "999100118", "999100225"
HABILITATION = "0b6f1d3e-5a3c-4c52-9f27-6f1c0f8f3a11"


def policies() -> Policies:
    """The policies of the house."""
    return known()[1]


@dataclass(kw_only=True)
class World(Pages):
    """The company's pages, their log, and their people."""

    company: Company
    last: int = -1
    """The number of the last record that `wrote` wrote."""

    async def wrote(self, siren: str = MINE, event: str = "answered", **changed: Any) -> str:
        """Write an exchange about a company, question and outcome; its id."""
        own = {
            "agent": self.subjects.person_commitment("agent", "agente-7", self.hour[0]),
            "address": "192.0.2.7",
            "habilitation": HABILITATION,
        }
        facts = self.facts(siren, **own | changed)
        self.last = await self.recorder.event("asked", **facts)
        outcome: dict[str, Any] = {"status": 403, "code": "00100", "latency_ms": 1}
        if event == "answered":
            outcome = {"cached": False, "fields": HEX, "digest": HEX, "size": 8, "status": 200, "latency_ms": 3}
            outcome["groups"] = ["identite", "adresse"]
        if event != "asked":
            self.last = await self.recorder.event(event, **facts, **outcome)
        self.publish()
        return str(facts["id"])

    async def closed_days(self) -> list[str]:
        """Close every day that is over."""
        embargoed = [one.id for one in policies().purposes.values() if one.embargo_days]
        closer = DayCloser(self.reader, self.recorder.event, embargoed, lambda: self.hour[0])
        found = []
        while (day := await closer.step()) is not None:
            found.append(day)
        self.publish()
        return found

    async def somebody(self, name: str, *roles: Role, siren: str = "", decided: str = "") -> Somebody:
        """Somebody signed in: with roles, as an officer of a company, or by an instructor's decision."""
        account = self.account(name, *roles)
        if decided:
            now = int(self.hour[0].timestamp())
            self.people.representations.ask(Representation(name, account, decided, "decision", "asked", now, "mandat"))
            self.people.representations.decide(name, "asked", "open", "autre", "vu", now)
        acr = next(iter(OFFICER)) if siren else "eidas2"
        return await self.entered(account, Identity(ISSUER, name, name, acr, siret=f"{siren}00010" if siren else ""))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The pages over an empty log."""
    habilitations = {HABILITATION: "Ville d'essai", str(uuid.uuid4()): "Autre service"}
    async with founded(tmp_path, habilitations, ROUTERS, MENU) as pages:
        add_company(pages.app)
        company = open_company(lent(pages))
        pages.app.state.company = company
        yield World(**vars(pages), company=company)
        company.store.close()


def lent(pages: Pages) -> Lent:
    """What the application lends the company's pages."""
    return Lent(
        state=pages.state,
        log=pages.reader,
        recorder=pages.recorder,  # type: ignore[arg-type]  # a recorder that can be closed
        subjects=pages.subjects,
        policies=policies(),
        contracts=known()[0],
        register=pages.register,
        clock=lambda: pages.hour[0],
        random=secrets.token_bytes,
        public_url=ADDRESS,
    )


@pytest.fixture
async def officer(world: World) -> Somebody:
    """Who represents the company."""
    return await world.somebody("Éloïse Vercheny", siren=MINE)


def tomorrow(world: World, days: int = 1) -> None:
    """Let days go by."""
    world.hour[0] += timedelta(days=days)
