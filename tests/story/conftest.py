# SPDX-License-Identifier: EUPL-1.2
"""What several stories share: programs of language models that speak to the sandbox."""

from typing import Any

import httpx
import pytest

from gateway.edge.mcp.versions import OPENED
from tests.conftest import Sandbox
from tests.story.models import Connect, Model


@pytest.fixture
def connect(client: httpx.Client, sandbox: Sandbox) -> Connect:
    """A client with a token of its own: (purpose, version=…, what the token is)."""

    def connected(purpose: str = "marches_publics", version: str = "2025-06-18", **terms: Any) -> Model:
        return Model(client, sandbox.token(purpose, **{"mcp": True, **terms}), version)

    return connected


@pytest.fixture(params=[*OPENED, "2026-07-28"])
def model(request: pytest.FixtureRequest, connect: Connect) -> Model:
    """A client of public procurement, in each revision."""
    return connect(version=request.param)
