# SPDX-License-Identifier: EUPL-1.2
"""The shipped application in this process, on loopback, before a registry that follows a script."""

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from connectors.kit.contract import load_all
from gateway.app import Surroundings, create_app
from gateway.cli.running import listen, server
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys, create_missing, load
from gateway.identity.register import Register
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from gateway.settings import Settings
from gateway.source.simulated import addresses

PUBLIC = "http://passerelle.test"
PARAMETERS = {"context": "Essai", "object": "essai", "recipient": "13002526500013"}


@dataclass(frozen=True, slots=True)
class Running:
    """A running gateway. `client` carries `token`; `settings` are those it was started with."""

    address: str
    client: httpx.AsyncClient
    keys: Keys
    settings: Settings
    token: str
    state: Path


def prepared(state: Path) -> tuple[Keys, str]:
    """Keys, and a new token for public procurement."""
    create_missing(state / "keys", secrets.token_bytes)
    keys = load(state / "keys")
    now = int(time.time())
    scopes = load_policies(default_folder(), load_all()).grantable_scopes("marches_publics")
    habilitation = Habilitation(
        str(uuid.uuid4()), "13002526500013", "Essai", "marches_publics", scopes, None, now, ("Délibération fictive",)
    )
    token = Token(str(uuid.uuid4()), habilitation.id, "essai", now, now + 3600)
    register = Register(state / "register.db")
    register.create(habilitation)
    register.issue(token)
    register.close()
    return keys, issue(token, habilitation, keys)


@asynccontextmanager
async def running(
    state: Path,
    base: str,
    registries: Sequence[str] = ("insee",),
    around: Surroundings | None = None,
    more: Mapping[str, Any] | None = None,
) -> AsyncIterator[Running]:
    """The gateway before the registries at `base`, for the time of the block. `more`: other settings, by name."""
    keys, token = prepared(state)
    contracts = {name: contract for name, contract in load_all().items() if name in registries}
    settings = Settings(
        state=state, keys=state / "keys", policies=default_folder(), public_url=PUBLIC,
        registries=tuple(registries), maintenance=False, registry=addresses(contracts, base),
        **(more or {}),
    )  # fmt: skip
    listening = listen("127.0.0.1", 0)
    served = server(create_app(settings, keys, around or Surroundings(line=lambda _: None)), "127.0.0.1", 0)
    task = asyncio.create_task(served.serve(sockets=[listening]))
    while not served.started:
        assert not task.done()
        await asyncio.sleep(0.01)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=20
        ) as client:
            yield Running(address, client, keys, settings, token, state)
    finally:
        served.should_exit = True
        await task
