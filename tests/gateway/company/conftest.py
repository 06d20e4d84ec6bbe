# SPDX-License-Identifier: EUPL-1.2
"""The company's pages as they ship, in this process, over a real log that tests write, close and publish themselves."""

import re
import secrets
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from connectors.kit.contract import load_all
from gateway.audit.closing import DayCloser
from gateway.audit.index.follow import Follower
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer
from gateway.audit.reader import StoreReader
from gateway.audit.recording import Recorder
from gateway.audit.subject import Subjects
from gateway.audit.subject_keys import SqliteKeys
from gateway.identity.habilitation import Habilitation
from gateway.identity.register import Register
from gateway.people.people import Identity, People
from gateway.people.person import OFFICER, Assurance, Granted, Role
from gateway.people.representations import Representation
from gateway.problems import problem
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from gateway.web.company.common import Company
from gateway.web.company.pages import MENU, ROUTERS, Lent, add_company, open_company
from gateway.web.pages import add_web, open_web
from gateway.web.trace import PeopleTrace

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SIRET = "13002526500013"
MINE, OTHER = "999100118", "999100225"
HEX = "5a" * 32
HABILITATION = "0b6f1d3e-5a3c-4c52-9f27-6f1c0f8f3a11"
ADDRESS = "https://passerelle.example"
ISSUER = "https://fournisseur.example"
SIGNER = Signer.from_seed("dlnuf.test/entreprise", bytes(range(32)))


class Published(StoreReader):
    """A log whose published head is the one that a test published last."""

    note = ""

    def checkpoint(self) -> str:
        return self.note


class Failing:
    """A recorder that may be made to fail, as a full disk does."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.closed = False

    async def event(self, name: str, **facts: Any) -> int:
        if self.closed:
            raise problem("00510")
        return await self._recorder.event(name, **facts)


@cache
def policies() -> Policies:
    """The policies of the house, read once."""
    return load_policies(default_folder(), load_all())


@dataclass
class World:
    """The company's pages, their log, and their people."""

    app: FastAPI
    company: Company
    follower: Follower
    log: AuditLog
    reader: Published
    recorder: Failing
    subjects: Subjects
    people: People
    hour: list[datetime]
    last: int = -1
    """The number of the last record that `wrote` wrote."""

    async def wrote(self, siren: str = MINE, event: str = "answered", **changed: Any) -> str:
        """Write an exchange about a company, question and outcome; its id."""
        facts: dict[str, Any] = {
            "product": "insee/unite_legale",
            "version": 4,
            "registry": "insee",
            "subject": self.subjects.commitment(siren, self.hour[0]),
            "agent": self.subjects.person_commitment("agent", "agente-7", self.hour[0]),
            "address": "192.0.2.7",
            "habilitation": HABILITATION,
            "token": "jeton-1",
            "consumer": SIRET,
            "purpose": "marches_publics",
            "policy": HEX,
            "recipient": SIRET,
            "context": "Marchés publics",
            "object": "marche-127",
            "id": str(uuid.uuid4()),
            **changed,
        }
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

    def publish(self) -> None:
        """Publish the head, and let the index follow."""
        self.reader.note = self.log.checkpoint()
        while self.follower.step():
            pass

    def records(self, event: str) -> list[dict[str, Any]]:
        """What the log holds of one event."""
        found = [orjson.loads(one.entry or b"{}") for one in self.reader.entries(0, self.log.size)]
        return [record for record in found if event == record["event"]]

    def browser(self) -> httpx.AsyncClient:
        """A browser of nobody."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS)

    async def somebody(self, name: str, *roles: Role, siren: str = "", decided: str = "") -> "Somebody":
        """Somebody signed in: with roles, as an officer of a company, or by an instructor's decision."""
        now = int(self.hour[0].timestamp())
        account = self.people.accounts.remember(ISSUER, name, name, self.people.new_id(), now)
        for role in roles:
            self.people.accounts.grant(Granted(account.id, role, "essai", now))
        if decided:
            self.people.representations.ask(
                Representation(name, account.id, decided, "decision", "asked", now, "mandat")
            )
            self.people.representations.decide(name, "asked", "open", "autre", "vu", now)
        acr = next(iter(OFFICER)) if siren else "eidas2"
        secret = await self.people.enter(Identity(ISSUER, name, name, acr, siret=f"{siren}00010" if siren else ""))
        browser = self.browser()
        browser.cookies.set("__Host-dlnuf-session", secret, domain="passerelle.example")
        return Somebody(browser, account.id)


@dataclass
class Somebody:
    """A browser that is signed in."""

    browser: httpx.AsyncClient
    account: str

    async def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return await self.browser.get(path)

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form as its page does, and follow where it leads."""
        found = re.search(r'name="jeton" value="([^"]+)"', (await self.browser.get("/compte")).text)
        assert found
        return await self.browser.post(
            path, data={"jeton": found[1], **fields}, headers={"origin": ADDRESS}, follow_redirects=True
        )


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The pages over an empty log."""
    hour = [NOW]
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    subjects = Subjects(bytes(32), SqliteKeys(tmp_path / "subjects.db"), secrets.token_bytes, lambda: 0.0)
    recorder = Failing(Recorder(log, subjects, lambda: hour[0], lambda _: None))
    people = People(
        tmp_path / "people.db",
        PeopleTrace(recorder, subjects, lambda: hour[0]),  # type: ignore[arg-type]  # a recorder that can be closed
        Assurance(),
        lambda: hour[0].timestamp(),
        secrets.token_bytes,
    )
    reader = Published.at(tmp_path / "audit.db")
    assert isinstance(reader, Published)
    reader.note = log.checkpoint()
    register = Register(tmp_path / "register.db")
    for number, name in ((HABILITATION, "Ville d'essai"), (str(uuid.uuid4()), "Autre service")):
        register.create(
            Habilitation(number, SIRET, name, "marches_publics", frozenset(("open_data",)), None, 1_700_000_000)
        )
    app = FastAPI()
    add_web(app, load_all(), policies(), ROUTERS)
    add_company(app)
    follower = Follower(tmp_path / "index.db", reader)
    follower.step()
    open_web(app, people, ADDRESS, menu=MENU)
    company = open_company(
        Lent(
            state=tmp_path,
            log=reader,
            recorder=recorder,  # type: ignore[arg-type]  # idem
            subjects=subjects,
            policies=policies(),
            contracts=load_all(),
            register=register,
            clock=lambda: hour[0],
            random=secrets.token_bytes,
            public_url=ADDRESS,
        )
    )
    app.state.company = company
    yield World(app, company, follower, log, reader, recorder, subjects, people, hour)
    company.store.close()
    follower.close()
    people.close()
    register.close()
    log.close()


@pytest.fixture
async def officer(world: World) -> Somebody:
    """Who represents the company."""
    return await world.somebody("Éloïse Vercheny", siren=MINE)


def tomorrow(world: World, days: int = 1) -> None:
    """Let days go by."""
    world.hour[0] += timedelta(days=days)
