# SPDX-License-Identifier: EUPL-1.2
"""What the Urssaf's tests share: its contract, a door onto its simulator, and a door onto one answer."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import orjson
import pytest

from connectors.kit import Caller
from connectors.kit.contract import Contract, load
from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Said, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.urssaf.simulator import simulator

NOW = datetime(2026, 3, 17, 10, 30, tzinfo=PARIS)
LOGIN = {"grant_type": "client_credentials", "client_id": "nous", "client_secret": "s", "scope": "attn.api_entreprise"}


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load("urssaf")


@pytest.fixture(scope="session")
def caller() -> Caller:
    return Caller(
        token_id="7ea22e0b-1f43-4c1c-8f0e-2f6fdd8f1c11",
        recipient="99910077900019",
        request_id="0d1d2b7a-3f5e-4a52-9f0d-58d1cf1c1b22",
    )


@pytest.fixture
def handler() -> Handler:
    return simulator(load_world(), lambda: NOW)


@pytest.fixture
def login() -> dict[str, str]:
    return dict(LOGIN)


@pytest.fixture
def door(contract: Contract, handler: Handler) -> SimulatedDoor:
    """A door onto the simulator, already authenticated."""
    said = handler(Asked("POST", "/api/oauth/v1/token", body=urlencode(LOGIN).encode()))
    token = orjson.loads(said.body)["access_token"]
    return SimulatedDoor(contract, handler, NOW, {"authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
def answering(contract: Contract) -> Callable[..., SimulatedDoor]:
    """A door behind which every question gets the same answer."""

    def build(body: object, status: int = 200, content_type: str = "application/json") -> SimulatedDoor:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return SimulatedDoor(contract, lambda asked: Said(status, raw, content_type), NOW)

    return build


@pytest.fixture(scope="session")
def codes() -> Callable[..., list[dict[str, str]]]:
    """The array in which the Urssaf says these codes."""

    def build(*names: str) -> list[dict[str, str]]:
        return [{"code": name, "message": f"M {name}", "description": f"D {name}"} for name in names]

    return build
