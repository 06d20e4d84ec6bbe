# SPDX-License-Identifier: EUPL-1.2
"""The sandbox's people: a simulated identity provider beside the gateway, and the roles its invented persons have.

The browser finds the provider under the sandbox's own address; the gateway asks it in this process, by the same HTTP
requests as the real one would get.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.cli.people import opened
from gateway.cli.state import Place
from gateway.people.client import Client, fit
from gateway.people.person import Role
from gateway.settings import Settings

Application = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SimulatedPeople:
    """The provider, ready. `client`: what the gateway is there. `transport`: how the gateway reaches it."""

    client: Client
    transport: httpx.AsyncBaseTransport
    provider: Any
    _application: Application
    _path: str

    def before(self, app: Application) -> Application:
        """The application, with the provider's pages before it."""

        async def asgi(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"].startswith(self._path + "/"):
                await self._application({**scope, "root_path": self._path}, receive, send)
                return
            await app(scope, receive, send)

        return asgi


def simulated_people(public_url: str) -> SimulatedPeople | None:
    """The provider for a sandbox at this address; None at one where nobody may sign in (plain http, not loopback)."""
    if not fit(public_url):
        return None
    from connectors.kit.simulation import application, identity

    issuer = public_url + identity.PATH
    provider = identity.IdentityProvider(issuer, (f"{public_url}/connexion/retour",))
    answers = application(provider.handle)

    async def within(scope: Any, receive: Any, send: Any) -> None:
        await answers({**scope, "root_path": identity.PATH}, receive, send)

    return SimulatedPeople(
        client=Client(issuer, identity.CLIENT_ID, identity.CLIENT_SECRET, name="le fournisseur simulé"),
        transport=httpx.ASGITransport(within),
        provider=provider,
        _application=answers,
        _path=identity.PATH,
    )


def place_of(settings: Settings) -> Place:
    """Where commands work on the sandbox of these settings."""
    return Place(settings.state, settings.keys, settings.origin, settings.log, settings.anchor)


def grant_roles(settings: Settings, people: SimulatedPeople) -> None:
    """Give the invented persons their roles, once, with their records."""
    with opened(place_of(settings), create=True) as book:
        for person in people.provider.people:
            if not person.roles:
                continue
            account = book.accounts.remember(
                people.client.issuer, person.sub, person.name, book.evidence.new_id(), book.now
            )
            held = {one.role for one in book.accounts.roles(account.id, book.now)}
            for role in person.roles:
                if role not in held:
                    book.grant(account.id, Role(role), None, "personne fictive du bac à sable", None)
