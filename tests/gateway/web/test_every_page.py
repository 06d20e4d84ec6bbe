# SPDX-License-Identifier: EUPL-1.2
"""The application that ships: every address of its pages is behind the door, or on the list of those open to all."""

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from connectors.kit.contract import load_all
from gateway.app import create_app
from gateway.identity.keys import create_missing, load
from gateway.purpose.load import default_folder
from gateway.settings import Settings
from gateway.source.simulated import addresses
from gateway.web.headers import is_page

OPEN_TO_ALL = {
    ("GET", "/"),  # what the service is
    ("GET", "/a-propos"),
    ("GET", "/connexion"),
    ("GET", "/connexion/depart"),
    ("GET", "/connexion/retour"),
    ("GET", "/connexion/lien/{secret}"),
    ("POST", "/connexion/lien/{secret}"),  # the link's secret is what it asks for
    ("GET", "/deconnexion"),
    ("POST", "/connexion/reprise"),  # from our own page: shows what it was sent, and does nothing
    ("GET", "/console/reponse/{secret}"),  # what an auditor asks of a consumer, to whoever holds its secret
    ("POST", "/console/reponse/{secret}"),
    ("GET", "/acheteur/lien/{secret}"),  # a portal's link: what it opens is in the store, under its secret
    ("POST", "/acheteur/lien/{secret}"),
    ("GET", "/candidature"),  # a SIRET, in the sandbox only; elsewhere, where to go
    ("POST", "/candidature"),  # from our own page, without a session yet
    ("GET", "/candidature/{identifier}"),  # behind its signed link: open data and nothing else until somebody signs in
    ("GET", "/candidater/{identifier}"),  # behind the portal's signed link: a SIRET to type
    ("POST", "/candidater/{identifier}"),  # from our own page, under the same link
    ("GET", "/candidature/{identifier}/evenements"),  # the same, as it happens
    ("GET", "/candidature/{identifier}/documents/{digest}"),  # of what that page shows
}

DOORS = ("gateway.web.door", "gateway.web.console.answers", "gateway.web.uploads")
"""Where the door's pieces are: forms with a file are read where their file is."""


def routes(found: Iterable[Any]) -> Iterator[Any]:
    """Every route, those of included routers too."""
    for route in found:
        if inside := getattr(route, "original_router", None):
            yield from routes(inside.routes)
        elif hasattr(route, "methods"):
            yield route


def calls(dependant: Any) -> Iterator[Any]:
    """What a route depends on, and what that depends on."""
    for one in dependant.dependencies:
        yield one.call
        yield from calls(one)


def doors(route: Any) -> set[str]:
    """The pieces of the door a route is behind."""
    found = (call for call in calls(route.dependant) if getattr(call, "__module__", "") in DOORS)
    return {call.__qualname__ for call in found}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The routes of the pages of the application that ships."""
    state: Path = tmp_path_factory.mktemp("state")
    create_missing(state / "keys", secrets.token_bytes)
    contracts = load_all()
    settings = Settings(
        state, state / "keys", default_folder(), "https://passerelle.example", registry=addresses(contracts, "http://x")
    )
    behind = create_app(settings, load(settings.keys))._behind  # type: ignore[attr-defined]  # the pages' application
    assert isinstance(behind, FastAPI)
    return [route for route in routes(behind.routes) if is_page(route.path)]


def test_every_page_is_behind_the_door_or_open_to_all_on_purpose(shipped: list[Any]) -> None:
    assert len(shipped) > len(OPEN_TO_ALL)
    for route in shipped:
        for method in route.methods - {"HEAD"}:
            if (method, route.path) not in OPEN_TO_ALL:
                assert doors(route) & {"signed_in", "must_be.<locals>.reader"}, f"{method} {route.path}"


def test_every_form_carries_the_session_s_token(shipped: list[Any]) -> None:
    for route in shipped:
        for method in route.methods - {"GET", "HEAD"}:
            if (method, route.path) not in OPEN_TO_ALL:
                assert doors(route) & {"csrf", "csrf_with_file"}, f"{method} {route.path}"
