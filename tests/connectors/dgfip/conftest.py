# SPDX-License-Identifier: EUPL-1.2
"""What Adélie's tests share: its contract, a door onto its simulator, and a door onto one answer."""

from collections.abc import Callable
from functools import partial

import pytest

from connectors.dgfip.simulator import simulator
from connectors.kit import Caller
from connectors.kit.contract import Contract, load
from connectors.kit.simulation import Handler, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors import logged_in
from tests.connectors.logged_in import CALLER, NOW

LOGIN = {"grant_type": "client_credentials", "client_id": "nous", "client_secret": "s"}


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load("dgfip")


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
    return logged_in.logged_in(contract, handler, "/token", LOGIN)


@pytest.fixture(scope="session")
def answering(contract: Contract) -> Callable[..., SimulatedDoor]:
    """A door behind which every question gets the same answer."""
    return partial(logged_in.answering, contract)
