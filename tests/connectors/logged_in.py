# SPDX-License-Identifier: EUPL-1.2
"""For registries that want a token first: a door onto their simulator with one, and a door onto a single answer."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import orjson

from connectors.kit import Caller
from connectors.kit.contract import Contract
from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Said
from connectors.kit.simulation.door import SimulatedDoor

NOW = datetime(2026, 3, 17, 10, 30, tzinfo=PARIS)
CALLER = Caller(
    token_id="7ea22e0b-1f43-4c1c-8f0e-2f6fdd8f1c11",
    recipient="99910077900019",
    request_id="0d1d2b7a-3f5e-4a52-9f0d-58d1cf1c1b22",
)


def logged_in(contract: Contract, handler: Handler, path: str, login: Mapping[str, str]) -> SimulatedDoor:
    """A door onto a simulator, already authenticated: `login` is the form that `path` wants."""
    said = handler(Asked("POST", path, body=urlencode(login).encode()))
    token = orjson.loads(said.body)["access_token"]
    return SimulatedDoor(contract, handler, NOW, {"authorization": f"Bearer {token}"})


def answering(
    contract: Contract,
    body: object,
    status: int = 200,
    content_type: str = "application/json",
    now: datetime = NOW,
) -> SimulatedDoor:
    """A door behind which every question gets the same answer, at a time of one's choice."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return SimulatedDoor(contract, lambda asked: Said(status, raw, content_type), now)
