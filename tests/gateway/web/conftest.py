# SPDX-License-Identifier: EUPL-1.2
"""The pages as they ship, in this process: the application's own parts, a log that can be read, a clock that obeys."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response

from connectors.kit.contract import load_all
from gateway.people.people import Identity, People
from gateway.people.person import Assurance, Granted, Role
from gateway.problems import problem
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from gateway.web.door import Checked, must_be
from gateway.web.look import page
from gateway.web.pages import add_web, open_web
from tests.conftest import Sandbox
from tests.story.files import PURPOSE, Portal
from tests.story.representatives import Representative

NOW = 1_795_000_000
STRONG = "eidas2"
ISSUER = "https://fournisseur.example"


@dataclass
class Journal:
    """Where records go, in memory; `closed` makes it refuse, as a full disk does."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    closed: bool = False

    async def event(self, name: str, **facts: object) -> None:
        """One record."""
        if self.closed:
            raise problem("00510")
        self.events.append((name, dict(facts)))

    def person(self, account_id: str) -> str:
        """A readable commitment."""
        return f"personne:{account_id}"

    def company(self, siren: str) -> str:
        """A readable commitment."""
        return f"entreprise:{siren}"

    @property
    def names(self) -> list[str]:
        """What happened, in order."""
        return [name for name, _ in self.events]


@dataclass
class Clock:
    """Epoch seconds, moved by tests."""

    at: float = NOW

    def __call__(self) -> float:
        """Now."""
        return self.at


@dataclass
class House:
    """The pages, running."""

    app: FastAPI
    people: People
    journal: Journal
    clock: Clock
    address: str

    def browser(self) -> httpx.AsyncClient:
        """A new browser, which keeps its own cookies and follows nothing by itself."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url=self.address
        )

    async def known(self, name: str = "Audrey Lestang", *roles: Role, acr: str = STRONG, **more: Any) -> "Reader":
        """Somebody signed in, with roles."""
        account = self.people.accounts.remember(ISSUER, name, name, self.people.new_id(), int(self.clock.at))
        for role in roles:
            self.people.accounts.grant(Granted(account.id, role, "essai", int(self.clock.at)))
        secret = await self.people.enter(Identity(ISSUER, name, name, acr, **more))
        browser = self.browser()
        browser.cookies.set("__Host-dlnuf-session", secret, domain="passerelle.example")
        return Reader(browser, secret, account.id)


@dataclass
class Reader:
    """A browser that is signed in."""

    browser: httpx.AsyncClient
    secret: str
    account_id: str

    async def token(self, path: str = "/compte") -> str:
        """What this reader's forms carry."""
        found = re.search(r'name="jeton" value="([^"]+)"', (await self.browser.get(path)).text)
        assert found
        return found[1]

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form as its own page does."""
        return await self.browser.post(path, data={"jeton": await self.token(), **fields})


def private_pages() -> APIRouter:
    """Pages as other rooms write them: one for each role."""
    router = APIRouter()
    for role in Role:
        for prefix in ("/console", "/instruction", "/entreprise"):

            async def shown(request: Request) -> Response:
                return page(request, "erreur.html", title="Réservé", texte="Réservé.", again=False, code=0)

            router.add_api_route(f"{prefix}/{role.value}", shown, dependencies=[Depends(must_be(role))])

    async def changed(request: Request, fields: Checked) -> Response:
        return page(request, "erreur.html", title="Changé", texte=str(len(fields)), again=False, code=0)

    async def broken(request: Request) -> Response:
        raise RuntimeError("le mot de passe est azerty")

    router.add_api_route("/console/changer", changed, methods=["POST"])
    router.add_api_route("/console/panne", broken)
    return router


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The pages at an https address."""
    found = opened(tmp_path, "https://passerelle.example")
    yield found
    found.people.close()


CONTRACTS = load_all()
POLICIES = load_policies(default_folder(), CONTRACTS)


def opened(folder: Path, address: str) -> House:
    """The pages at any address."""
    journal, clock = Journal(), Clock()
    counter = iter(range(1, 10_000))
    people = People(folder / "people.db", journal, Assurance(), clock, lambda size: next(counter).to_bytes(size))
    app = FastAPI()
    add_web(app, CONTRACTS, POLICIES, [private_pages()])
    open_web(app, people, address)
    return House(app, people, journal, clock, address)


@pytest.fixture(scope="module")
def eloise(sandbox: Sandbox) -> Iterator[Representative]:
    """The representative of the healthy company."""
    found = Representative(sandbox, "eloise-vercheny")
    yield found
    found.close()


@pytest.fixture(scope="module")
def anselme(sandbox: Sandbox) -> Iterator[Representative]:
    """The representative of a company that the Urssaf refuses a certificate."""
    found = Representative(sandbox, "anselme-valtorte")
    yield found
    found.close()


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Portal:
    """A portal with a token of its own."""
    return Portal(sandbox, client, sandbox.token(PURPOSE))


@pytest.fixture
def file(portal: Portal) -> str:
    """A complete file of the healthy company; the path of its page."""
    identifier = portal.opened()
    portal.complete(identifier)
    return f"/candidature/{identifier}"
