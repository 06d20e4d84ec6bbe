# SPDX-License-Identifier: EUPL-1.2
"""What the Urssaf's tests share: its contract, a door onto its simulator, and a door onto one answer."""

from collections.abc import Callable
from functools import partial

import pytest

from connectors.kit import Caller
from connectors.kit.contract import Contract, load
from connectors.kit.simulation import Handler, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.urssaf.simulator import simulator
from tests.connectors import logged_in
from tests.connectors.logged_in import CALLER, NOW

LOGIN = {"grant_type": "client_credentials", "client_id": "nous", "client_secret": "s", "scope": "attn.api_entreprise"}


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load("urssaf")


@pytest.fixture(scope="session")
def caller() -> Caller:
    return CALLER


@pytest.fixture
def handler() -> Handler:
    return simulator(load_world(), lambda: NOW)


@pytest.fixture
def login() -> dict[str, str]:
    return dict(LOGIN)


@pytest.fixture
def door(contract: Contract, handler: Handler) -> SimulatedDoor:
    """A door onto the simulator, already authenticated."""
    return logged_in.logged_in(contract, handler, "/api/oauth/v1/token", LOGIN)


@pytest.fixture(scope="session")
def answering(contract: Contract) -> Callable[..., SimulatedDoor]:
    """A door behind which every question gets the same answer."""
    return partial(logged_in.answering, contract)


@pytest.fixture(scope="session")
def codes() -> Callable[..., list[dict[str, str]]]:
    """The array in which the Urssaf says these codes."""

    def build(*names: str) -> list[dict[str, str]]:
        return [{"code": name, "message": f"M {name}", "description": f"D {name}"} for name in names]

    return build
