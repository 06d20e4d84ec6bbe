# SPDX-License-Identifier: EUPL-1.2
"""Putting the pages on the application: what `app.py` calls, and what the rooms of pages hand in."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI

from connectors.kit.contract import Contract
from gateway.edge.reading import Network
from gateway.people.openid import OpenId
from gateway.people.people import People
from gateway.people.person import Role
from gateway.purpose.load import Policies
from gateway.web import account, errors, home, instruction, registries, resuming, signing_in
from gateway.web.cookies import Cookies
from gateway.web.look import Entry, Web, environment
from gateway.web.pace import Pace
from gateway.web.static import Assets

MENU = (
    Entry("Mon compte", "/compte"),
    Entry("Représentations", instruction.ADDRESS, Role.INSTRUCTOR),
    registries.ENTRY,
)


def add_web(
    app: FastAPI, contracts: Mapping[str, Contract], policies: Policies, more: Sequence[APIRouter] = ()
) -> None:
    """Put the pages on the application, after its other routes. `more`: other rooms' pages."""
    assets = Assets()
    assets.install(app)
    for router in (
        home.router(contracts, policies),
        signing_in.router,
        resuming.router,
        account.router,
        instruction.router,
        registries.router,
        *more,
    ):
        app.include_router(router)
    errors.install(app)


def open_web(
    app: FastAPI,
    people: People,
    public_url: str,
    openid: OpenId | None = None,
    *,
    trusted: Sequence[Network] = (),
    menu: Sequence[Entry] = (),
    sandbox: bool = False,
) -> None:
    """Give the pages what they live on, once the event loop runs. `menu`: other rooms' entries."""
    assets = Assets()
    app.state.web = Web(
        people=people,
        look=environment(assets),
        assets=assets,
        cookies=Cookies.of(public_url),
        origin=origin_of(public_url),
        openid=openid,
        pace=Pace(lambda: people.now),
        trusted=trusted,
        menu=[*MENU, *menu],
        sandbox=sandbox,
    )


def origin_of(public_url: str) -> str:
    """Scheme, host and port, as browsers write them in `Origin`."""
    parts = urlsplit(public_url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port and parts.port != usual else "")
