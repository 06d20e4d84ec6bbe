# SPDX-License-Identifier: EUPL-1.2
"""The auditors' console as it ships, in this process, over a real log that tests write and publish themselves."""

import secrets
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.people.people import Identity
from gateway.people.person import Role
from gateway.purpose.load import default_folder
from gateway.web.console.pages import MENU, ROUTERS, Lent, add_console, open_console
from tests.gateway.pages_world import HEX, ISSUER, SIGNER, Pages, Somebody, founded, known

SIREN = "999100118"


@dataclass(kw_only=True)
class World(Pages):
    """The console, its log, and its people."""

    async def wrote(self, **changed: Any) -> dict[str, Any]:
        """Write an answered exchange about the company, question and outcome; its outcome's record."""
        event = changed.pop("event", "answered")
        facts = self.facts(changed.pop("siren", SIREN), **changed)
        if event == "answered":
            await self.recorder.event("asked", **facts)
            outcome = {"cached": False, "fields": HEX, "digest": HEX, "size": 812, "status": 200, "latency_ms": 37}
        else:
            outcome = {"status": 403, "code": "00100", "latency_ms": 1}
        await self.recorder.event(event, **{**facts, **outcome})
        self.publish()
        return facts

    async def signed_in(self, name: str, *roles: Role) -> Somebody:
        """Somebody with these roles."""
        return await self.entered(self.account(name, *roles), Identity(ISSUER, name, name, "eidas2"))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A console over an empty log."""
    async with founded(tmp_path, {str(uuid.uuid4()): "Ville d'essai"}, ROUTERS, MENU) as pages:
        add_console(pages.app)
        pages.app.state.console = open_console(lent(pages))
        yield World(**vars(pages))


def lent(pages: Pages) -> Lent:
    """What the application lends the console."""
    contracts, policies = known()
    return Lent(
        state=pages.state,
        log=pages.reader,
        follower=pages.follower,
        verifier=SIGNER.verifier,
        recorder=pages.recorder,  # type: ignore[arg-type]  # a recorder that can be closed
        subjects=pages.subjects,
        register=pages.register,
        policies=policies,
        contracts=contracts,
        clock=lambda: pages.hour[0],
        secret=bytes(range(32)),
        rules=default_folder(),
        random=secrets.token_bytes,
        health=dict,
    )


@pytest.fixture
async def auditor(world: World) -> Somebody:
    """An auditor at the console."""
    return await world.signed_in("Audrey Lestang", Role.AUDITOR)
