# SPDX-License-Identifier: EUPL-1.2
"""Any registry's simulator behind the gateway's own door, logins included, without a network."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from connectors.kit import Reply
from connectors.kit.contract import Contract
from connectors.kit.simulation import Asked, Handler, Said, load_world
from gateway.source.door import Door
from gateway.source.doors import door
from gateway.source.simulated import addresses
from gateway.source.wire import Wire, sorted_out

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


@dataclass
class InProcessWire:
    """Implements the wire's `send` by calling a handler; `spoil` may replace answers, but not to a login."""

    registry: str
    handler: Handler
    on_429: str = "999"
    spoil: Callable[[Asked, Said], Said] = lambda asked, said: said
    asked: list[Asked] = field(default_factory=list)

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """As the real wire does."""
        parts = urlsplit(url)
        path = parts.path.removeprefix(f"/{self.registry}")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(method, path, query, {name.lower(): value for name, value in headers.items()}, body or b"")
        said = self.handler(asked)
        if not is_login(asked):
            self.asked.append(asked)
            said = self.spoil(asked, said)
        fields = {"content-type": said.content_type} | {name.lower(): value for name, value in said.headers.items()}
        return sorted_out(Reply(said.status, fields, said.body), on_429=self.on_429)


def is_login(asked: Asked) -> bool:
    """Whether a question is a login."""
    return asked.method == "POST" and asked.path.rsplit("/", 1)[-1] in ("token", "login")


def opened(contract: Contract, wire: InProcessWire) -> Door:
    """The gateway's door to a simulator."""
    settings = addresses({contract.registry: contract}, "http://simulateurs.test")
    return door(contract, settings, cast(Wire, wire), _link, lambda: NOW, time.monotonic)


def simulated(contract: Contract) -> InProcessWire:
    """The registry's simulator, with the personas."""
    made = import_module(f"connectors.{contract.registry}.simulator").simulator(load_world(), lambda: NOW)
    return InProcessWire(contract.registry, made, contract.on_429)


def _link(registry: str, base: str, path: str, filename: str, life_s: int) -> str:
    return f"https://passerelle.test/proxy/files/{registry}/{base}{path}/{filename}"
