# SPDX-License-Identifier: EUPL-1.2
"""The shipped application with deposited files of invented companies, and agents of their buyer: for tests of pages."""

import json
import re
import secrets
import sqlite3
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from gateway.dossier.store import Store
from gateway.dossier.values import Candidature, Seal
from gateway.dossier.words import Standing
from gateway.identity.register import Register
from gateway.people.accounts import Accounts
from gateway.people.database import Database
from gateway.people.person import Granted, Role
from gateway.people.sessions import Sessions
from tests.gateway.dossier import dossier_world
from tests.gateway.running_gateway import Running

BUYER, OTHER_OFFICE, STRANGER = "13002526500013", "13002526500021", "99910077900019"
DAY_S = 86_400


@dataclass
class World:
    """A running gateway, its files' store, and who may sign in. `reference`: of a tender of this test alone."""

    running: Running
    store: Store
    people: Database
    reference: str = field(default_factory=lambda: f"26-{secrets.randbelow(10**8):08}")
    browsers: list[httpx.AsyncClient] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        self.seen = len(self._entries())

    async def close(self) -> None:
        """Close the browsers."""
        for one in self.browsers:
            await one.aclose()

    def filed(self, dossier: Candidature | None = None, *, past: bool = True, **tender: Any) -> Candidature:
        """A deposited file in the store, whose tender's deadline is past or not."""
        found = dossier or dossier_world.candidature()
        deadline = int(time.time()) + (-DAY_S if past else DAY_S)
        register = Register(self.running.state / "register.db")
        habilitation = register.habilitations()[0].id
        register.close()
        found = replace(
            found, id=str(uuid.uuid4()), number=f"CA-2026-{secrets.randbelow(10**6):06}", habilitation_id=habilitation,
            tender=replace(found.tender, buyer_siret=BUYER, **self._stated(deadline, tender)),
        )  # fmt: skip
        with self.store.writing(durable=True):
            self.store.create(found)
        return found

    def _stated(self, deadline: int, tender: dict[str, Any]) -> dict[str, Any]:
        return {"deadline": deadline, "reference": self.reference, **tender}

    def not_deposited(self, *, standing: Standing = Standing.OPEN, seal: Seal | None = None) -> Candidature:
        """A file that is still open, or was given up."""
        return self.filed(dossier_world.candidature(standing=standing, seal=seal))

    def key(self, dossier: Candidature) -> str:
        """The tender's place among the buyer's pages."""
        return self.store.tenders.of(dossier)

    def agent(self, siret: str = BUYER, *, acr: str = "eidas2", role: Role | None = None, tender: str = "") -> "Agent":
        """Somebody signed in: the provider named their organisation, or a portal sent them to one tender."""
        accounts, now = Accounts(self.people), int(time.time())
        account = accounts.remember(
            "https://fournisseur.example", secrets.token_hex(8), "Solène", str(uuid.uuid4()), now
        )
        if role is not None:
            accounts.grant(Granted(account.id, role, "essai", now))
        secret = Sessions(self.people, secrets.token_bytes).open(account.id, acr, None, now, "", siret, tender)
        self.browsers.append(
            httpx.AsyncClient(base_url=self.running.address, cookies={"dlnuf-session": secret}, timeout=20)
        )
        return Agent(self.browsers[-1])

    def records(self, *events: str) -> list[dict[str, Any]]:
        """What the log says of these events since this test began, oldest first."""
        return [row for row in self._entries()[self.seen :] if row["event"] in events]

    def _entries(self) -> list[dict[str, Any]]:
        with sqlite3.connect(f"file:{self.running.state}/audit.db?mode=ro", uri=True) as log:
            rows = [json.loads(entry) for (entry,) in log.execute("SELECT entry FROM record ORDER BY seq")]
        log.close()
        return rows


@dataclass
class Agent:
    """A browser that is signed in."""

    browser: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        """A page of the buyer's."""
        return await self.browser.get(f"/acheteur{path}")

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """A form, as its own page sends it."""
        found = re.search(r'name="jeton" value="([^"]+)"', (await self.browser.get("/compte")).text)
        assert found
        return await self.browser.post(f"/acheteur{path}", data={"jeton": found[1], **fields})
