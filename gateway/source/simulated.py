# SPDX-License-Identifier: EUPL-1.2
"""The simulated registries, all on one address: `/<registry>/…`. For sandbox and benchmark, never in production.

A fault is asked for with `x-simulator-fault: <registry>=<fault>[,…]`, or by the sandbox operator for everyone; each
simulator sees only its own.
"""

import importlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import datetime
from typing import Any

from connectors.kit.contract import Contract

FAULT_HEADER = b"x-simulator-fault"

Application = Callable[[Any, Any, Any], Awaitable[None]]


class SimulatorsMissing(Exception):
    """This installation came without simulators, as production ones do."""


def simulators(names: Iterable[str], clock: Callable[[], datetime], world: Any = None) -> Application:
    """The registries' simulators as one ASGI application. `world`: the companies they know; default the personas.

    Raises SimulatorsMissing when this installation has none.
    """
    try:
        kit = importlib.import_module("connectors.kit.simulation")
        known = world or kit.load_world()
        rooms = {
            name: kit.application(importlib.import_module(f"connectors.{name}.simulator").simulator(known, clock))
            for name in names
        }
    except ModuleNotFoundError as error:
        raise SimulatorsMissing(error.name) from None

    async def asgi(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        name = scope["path"].split("/", 2)[1]
        room = rooms.get(name)
        if room is None:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        headers = [pair for pair in scope["headers"] if pair[0] != FAULT_HEADER]
        if fault := faults_of(value for key, value in scope["headers"] if key == FAULT_HEADER).get(name):
            headers.append((FAULT_HEADER, fault.encode()))
        await room({**scope, "root_path": f"/{name}", "headers": headers}, receive, send)

    return asgi


def faults_of(values: Iterable[bytes]) -> dict[str, str]:
    """The faults asked for in header values such as `insee=slow,urssaf=down`, by registry."""
    pairs = (item.partition("=") for value in values for item in value.decode("latin-1").split(","))
    return {name.strip(): fault.strip() for name, _, fault in pairs if fault}


def addresses(contracts: Mapping[str, Contract], base: str) -> dict[str, str]:
    """The variables that lead every registry in `contracts` to its simulator at `base`, with made-up credentials."""
    found = {}
    for name, contract in contracts.items():
        access = contract.access
        found[contract.base_url] = f"{base}/{name}"
        found |= {variable: f"{base}/{name}/{label}" for label, variable in contract.other_urls.items()}
        if access.token_url and not access.token_url.startswith("/"):
            found[access.token_url] = f"{base}/{name}/token"
        for account in (access.secrets, *access.accounts):
            found |= {variable: f"sandbox-{field}" for field, variable in account.items()}
        if contract.tls:
            found |= {contract.tls.certificate: "sans-objet", contract.tls.key: "sans-objet"}
    return found
