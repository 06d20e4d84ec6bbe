# SPDX-License-Identifier: EUPL-1.2
"""The auditors' console as it ships, in this process, over a real log that tests write and publish themselves."""

import re
import secrets
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from connectors.kit.contract import Contract, load_all
from gateway.audit.index.follow import Follower
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer
from gateway.audit.reader import LogReader, StoreReader
from gateway.audit.recording import Recorder
from gateway.audit.subject import Subjects
from gateway.audit.subject_keys import SqliteKeys
from gateway.identity.habilitation import Habilitation
from gateway.identity.register import Register
from gateway.people.people import Identity, People
from gateway.people.person import Assurance, Granted, Role
from gateway.problems import problem
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from gateway.web.console.pages import MENU, ROUTERS, Lent, add_console, open_console
from gateway.web.pages import add_web, open_web
from gateway.web.trace import PeopleTrace

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SIRET = "13002526500013"
SIREN = "999100118"
HEX = "5a" * 32
ADDRESS = "https://passerelle.example"
SIGNER = Signer.from_seed("dlnuf.test/console", bytes(range(32)))


class Published(StoreReader):
    """A log whose published head is the one that a test published last."""

    note = ""
    since = int(NOW.timestamp())

    def checkpoint(self) -> str:
        return self.note

    def published_at(self) -> int:
        return self.since


class Failing:
    """A recorder that may be made to fail, as a full disk does."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.closed = False

    async def event(self, name: str, **facts: Any) -> int:
        if self.closed:
            raise problem("00510")
        return await self._recorder.event(name, **facts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recorder, name)


@cache
def known() -> tuple[Mapping[str, Contract], Policies]:
    """The contracts and policies of the house, read once."""
    contracts = load_all()
    return contracts, load_policies(default_folder(), contracts)


@dataclass
class World:
    """The console, its log, and its people."""

    app: FastAPI
    follower: Follower
    log: AuditLog
    reader: Published
    recorder: Failing
    subjects: Subjects
    people: People
    state: Path
    hour: list[datetime]

    async def wrote(self, **changed: Any) -> dict[str, Any]:
        """Write an answered exchange about the company, question and outcome; its outcome's record."""
        facts: dict[str, Any] = {
            "product": "insee/unite_legale",
            "version": 4,
            "registry": "insee",
            "subject": self.subjects.commitment(changed.pop("siren", SIREN), NOW),
            "habilitation": "hab-1",
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
        event = facts.pop("event", "answered")
        if event == "answered":
            await self.recorder.event("asked", **facts)
            outcome = {"cached": False, "fields": HEX, "digest": HEX, "size": 812, "status": 200, "latency_ms": 37}
        else:
            outcome = {"status": 403, "code": "00100", "latency_ms": 1}
        await self.recorder.event(event, **{**facts, **outcome})
        self.publish()
        return facts

    def publish(self) -> None:
        """Publish the head, and let the index follow."""
        self.reader.note = self.log.checkpoint()
        while self.follower.step():
            pass

    def records(self, event: str = "") -> list[dict[str, Any]]:
        """What the log holds, of one event or all."""
        found = [orjson.loads(one.entry or b"{}") for one in self.reader.entries(0, self.log.size)]
        return [record for record in found if event in ("", record["event"])]

    def browser(self) -> httpx.AsyncClient:
        """A browser of nobody."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS)

    async def signed_in(self, name: str, *roles: Role) -> "Somebody":
        """Somebody with these roles."""
        now = int(NOW.timestamp())
        account = self.people.accounts.remember("https://fournisseur.example", name, name, self.people.new_id(), now)
        for role in roles:
            self.people.accounts.grant(Granted(account.id, role, "essai", now))
        secret = await self.people.enter(Identity("https://fournisseur.example", name, name, "eidas2"))
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

    async def token(self) -> str:
        """What this person's forms carry."""
        found = re.search(r'name="jeton" value="([^"]+)"', (await self.browser.get("/compte")).text)
        assert found
        return found[1]

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form as its page does, and follow where it leads."""
        return await self.browser.post(
            path, data={"jeton": await self.token(), **fields}, headers={"origin": ADDRESS}, follow_redirects=True
        )


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A console over an empty log."""
    hour = [NOW]
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    subjects = Subjects(bytes(32), SqliteKeys(tmp_path / "subjects.db"), secrets.token_bytes, lambda: 0.0)
    recorder = Failing(Recorder(log, subjects, lambda: hour[0], lambda _: None))
    register = Register(tmp_path / "register.db")
    register.create(
        Habilitation(
            str(uuid.uuid4()), SIRET, "Ville d'essai", "marches_publics", frozenset(("open_data",)), None, 1_700_000_000
        )
    )
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
    contracts, policies = known()
    app = FastAPI()
    add_web(app, contracts, policies, ROUTERS)
    add_console(app)
    follower = Follower(tmp_path / "index.db", reader)
    follower.step()
    open_web(app, people, ADDRESS, menu=MENU)
    app.state.console = open_console(lent(tmp_path, reader, follower, recorder, subjects, register, hour))
    yield World(app, follower, log, reader, recorder, subjects, people, tmp_path, hour)
    follower.close()
    people.close()
    register.close()
    log.close()


def lent(
    state: Path,
    log: LogReader,
    follower: Follower,
    recorder: Any,
    subjects: Subjects,
    register: Register,
    hour: list[datetime],
) -> Lent:
    """What the application lends the console."""
    return Lent(
        state=state,
        log=log,
        follower=follower,
        verifier=SIGNER.verifier,
        recorder=recorder,
        subjects=subjects,
        register=register,
        policies=known()[1],
        contracts=known()[0],
        clock=lambda: hour[0],
        secret=bytes(range(32)),
        rules=default_folder(),
        random=secrets.token_bytes,
        health=dict,
    )


@pytest.fixture
async def auditor(world: World) -> Somebody:
    """An auditor at the console."""
    return await world.signed_in("Audrey Lestang", Role.AUDITOR)
