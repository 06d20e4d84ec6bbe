# SPDX-License-Identifier: EUPL-1.2
"""What the tests of pages over the log share: a real log that tests write and publish, people, and their browsers."""

import re
import secrets
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
from fastapi import APIRouter, FastAPI

from connectors.kit.contract import Contract, load_all
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
from gateway.people.person import Assurance, Granted, Role
from gateway.problems import problem
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from gateway.web.pages import Entry, add_web, open_web
from gateway.web.trace import PeopleTrace

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SIRET = "13002526500013"
HEX = "5a" * 32
ADDRESS = "https://passerelle.example"
ISSUER = "https://fournisseur.example"
SIGNER = Signer.from_seed("dlnuf.test/pages", bytes(range(32)))


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


@dataclass(kw_only=True)
class Pages:
    """Pages, their log, and their people. `hour`: the time, which a test may move."""

    app: FastAPI
    follower: Follower
    log: AuditLog
    reader: Published
    recorder: Failing
    subjects: Subjects
    register: Register
    people: People
    state: Path
    hour: list[datetime]

    def facts(self, siren: str, **changed: Any) -> dict[str, Any]:
        """What an exchange about a company says, question and outcome."""
        return {
            "product": "insee/unite_legale",
            "version": 4,
            "registry": "insee",
            "subject": self.subjects.commitment(siren, self.hour[0]),
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

    def account(self, name: str, *roles: Role) -> str:
        """An account with these roles."""
        now = int(self.hour[0].timestamp())
        account = self.people.accounts.remember(ISSUER, name, name, self.people.new_id(), now)
        for role in roles:
            self.people.accounts.grant(Granted(account.id, role, "essai", now))
        return account.id

    async def entered(self, account: str, identity: Identity) -> "Somebody":
        """The browser of somebody whom the provider has just told us of."""
        secret = await self.people.enter(identity)
        browser = self.browser()
        browser.cookies.set("__Host-dlnuf-session", secret, domain="passerelle.example")
        return Somebody(browser, account)


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


@asynccontextmanager
async def founded(
    folder: Path, habilitations: Mapping[str, str], routers: Sequence[APIRouter], menu: Sequence[Entry]
) -> AsyncIterator[Pages]:
    """These pages over an empty log, for the time of the block. `habilitations`: their names by id."""
    hour = [NOW]
    log = AuditLog.open(folder / "audit.db", SIGNER)
    subjects = Subjects(bytes(32), SqliteKeys(folder / "subjects.db"), secrets.token_bytes, lambda: 0.0)
    recorder = Failing(Recorder(log, subjects, lambda: hour[0], lambda _: None))
    register = Register(folder / "register.db")
    for at, (number, name) in enumerate(habilitations.items(), 1_700_000_000):
        register.create(Habilitation(number, SIRET, name, "marches_publics", frozenset(("open_data",)), None, at))
    people = People(
        folder / "people.db",
        PeopleTrace(recorder, subjects, lambda: hour[0]),  # type: ignore[arg-type]  # a recorder that can be closed
        Assurance(),
        lambda: hour[0].timestamp(),
        secrets.token_bytes,
    )
    reader = Published.at(folder / "audit.db")
    assert isinstance(reader, Published)
    reader.note = log.checkpoint()
    app = FastAPI()
    add_web(app, *known(), routers)
    follower = Follower(folder / "index.db", reader)
    follower.step()
    open_web(app, people, ADDRESS, menu=menu)
    yield Pages(
        app=app, follower=follower, log=log, reader=reader, recorder=recorder, subjects=subjects, register=register,
        people=people, state=folder, hour=hour,
    )  # fmt: skip
    follower.close()
    people.close()
    register.close()
    log.close()
