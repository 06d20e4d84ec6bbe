# SPDX-License-Identifier: EUPL-1.2
"""The shipped application before registries that do as they are told, in four places where registries can be.

At home they are their simulators, and answer or misbehave as a test says. From the other places nothing comes: a name
that means nothing, a certificate nobody vouches for, a network that is not reached.
"""

import asyncio
import errno
import secrets
import socket
import ssl
import uuid
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import orjson
import pytest

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Said, load_world
from connectors.kit.simulation.asking import parameters_of
from gateway.app import Surroundings, create_app
from gateway.audit.reader import MOST, SqliteReader
from gateway.cli.running import listen, server, serving
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys, create_missing, load
from gateway.identity.register import Register
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from gateway.relay import Relay
from gateway.settings import Settings
from gateway.source.breaker import QUIET_S
from gateway.source.simulated import addresses
from tests.connectors.in_process import NOW, is_login
from tests.contract.causes import CONTRACTS, Case, Cause, FileCase
from tests.contract.purposes import purpose_of
from tests.gateway.source.certificates import Authority, authority

PUBLIC = "http://passerelle.test"
STATED = {"context": "Essai", "object": "essai", "recipient": "13002526500013"}
NOWHERE = "registres.invalid"
UNREACHABLE = "127.0.0.66"
STRANGER = "999999998"
NOWHERE_TO_BE_FOUND = {"idweb": "99-99999", "adresse": "Zyxwv"}
LONGEST_PAUSE_S = max(QUIET_S, *(contract.breaker.pause_s for contract in CONTRACTS.values()))
LONG_S = 1_000_000.0


@dataclass
class Time:
    """The application's times, moved by hand."""

    at: datetime = NOW
    seconds: float = 1000.0


class Puppets:
    """All registries on one port of 127.0.0.1, each at `/<registry>`. `cause`: what they are made to do."""

    def __init__(self) -> None:
        world = load_world()
        self._handlers: Mapping[str, Handler] = {
            name: import_module(f"connectors.{name}.simulator").simulator(world, lambda: NOW) for name in CONTRACTS
        }
        self.cause: Cause | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question, and what the registry does."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            registry, asked = await _read(reader)
            if (said := self._said(registry, asked)) is not None:
                writer.write(_written(said))
                await writer.drain()
        writer.close()

    def _said(self, registry: str, asked: Asked) -> Said | None:
        cause = self.cause
        if is_login(asked):
            return cause.login if cause and cause.login else self._handlers[registry](asked)
        if cause is not None and cause.row.get("does") == "hangs up":
            return None
        return cause.reply if cause and cause.reply else self._handlers[registry](asked)


@dataclass
class Stage:
    """Everything that runs. `clients`: of the gateway whose registries are in each place."""

    time: Time
    puppets: Puppets
    keys: Keys
    tokens: Mapping[str, str]
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    states: dict[str, Path] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    async def provoke(self, case: Case) -> tuple[httpx.Response, list[dict[str, Any]]]:
        """Make it happen: the answer, and what the log says of it."""
        row, place = case.cause.row, case.cause.row.get("place", "home")
        self.time.seconds += LONGEST_PAUSE_S + 1  # whatever happened before, the registry is asked again
        if case.cause.login:
            self.time.seconds += LONG_S  # and tokens are forgotten
        self.time.at = _at_paris(row["at"]) if "at" in row else NOW
        self.puppets.cause = case.cause
        version = case.version
        path = f"/v{version.number}" + version.path.format(**_parameters(case, stranger=row.get("about") == "stranger"))
        token = self.tokens[purpose_of(case.product.id)]
        headers = {"Authorization": f"Bearer {token}", "Cache-Control": "no-cache"}
        try:
            answer = await self.clients[place].get(path, params=STATED, headers=headers)
        finally:
            self.puppets.cause, self.time.at = None, NOW
        return answer, self.records(place, answer.headers["x-request-id"])

    async def open_file(self, case: FileCase) -> tuple[httpx.Response, list[dict[str, Any]]]:
        """Open the address of a file that stayed at its registry: the answer, and what the log says of downloads."""
        place = case.cause.row.get("place", "home")
        self.time.seconds += LONGEST_PAUSE_S + 1
        self.puppets.cause = case.cause
        relay = Relay(self.keys.links, "", lambda: NOW.timestamp(), secrets.token_bytes)
        relay.through({}, CONTRACTS)
        base = next(iter(case.contract.other_urls), "")
        before = self._all(place)
        try:
            answer = await self.clients[place].get(relay.link(case.contract.registry, base, "/piece", "piece.pdf", 60))
        finally:
            self.puppets.cause = None
        return answer, [record for record in self._all(place)[len(before) :] if record["event"] == "downloaded"]

    def records(self, place: str, identifier: str) -> list[dict[str, Any]]:
        """What the log of a gateway says of an exchange, among what it did not hold the last time."""
        reader = SqliteReader(self.states[place] / "audit.db")
        start, self.read[place] = self.read.get(place, 0), reader.size()
        rows = [row.entry for row in reader.entries(start, self.read[place])]
        assert len(rows) == self.read[place] - start
        found = [orjson.loads(entry) for entry in rows if entry is not None]
        return [record for record in found if record["id"] == identifier]

    def _all(self, place: str) -> list[dict[str, Any]]:
        reader = SqliteReader(self.states[place] / "audit.db")
        pages = [reader.entries(start, start + MOST) for start in range(0, reader.size(), MOST)]
        return [orjson.loads(row.entry) for page in pages for row in page if row.entry is not None]


@asynccontextmanager
async def staged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The four gateways and their registries, for the time of the block."""
    time = Time()
    puppets = Puppets()
    keys, tokens = _prepared(folder)
    stage = Stage(time, puppets, keys, tokens)
    _without_a_network(monkeypatch)
    signer = authority(folder)  # which nobody trusts
    plain = await asyncio.start_server(puppets.serve, "127.0.0.1", 0)
    forged = await asyncio.start_server(puppets.serve, "127.0.0.1", 0, ssl=signer.server(signer.identity("registres")))
    places = {
        "home": f"http://127.0.0.1:{plain.sockets[0].getsockname()[1]}",
        "nowhere": f"http://{NOWHERE}",
        "forged": f"https://127.0.0.1:{forged.sockets[0].getsockname()[1]}",
        "unreachable": f"http://{UNREACHABLE}",
    }
    async with AsyncExitStack() as stack:
        for place, base in places.items():
            state = folder / place
            state.mkdir()
            (state / "register.db").write_bytes((folder / "register.db").read_bytes())
            registry = addresses(CONTRACTS, places["home"]) | _moved(base, signer)
            settings = Settings(
                state=state, keys=folder / "keys", policies=default_folder(), public_url=PUBLIC,
                registries=tuple(CONTRACTS), maintenance=True, registry=registry,
            )  # fmt: skip
            around = Surroundings(
                clock=lambda: time.at,
                now=lambda: NOW.timestamp(),
                monotonic=lambda: time.seconds,
                line=lambda _: None,
            )
            listening = listen("127.0.0.1", 0)
            await stack.enter_async_context(serving(server(create_app(settings, keys, around), "", 0), listening))
            client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=20)
            stage.clients[place] = await stack.enter_async_context(client)
            stage.states[place] = state
        yield stage
    plain.close()
    forged.close()


def _moved(base: str, signer: Authority) -> dict[str, str]:
    """The registries' addresses there. Where a login has an address of its own, it stays at home, and goes well."""
    client = signer.identity("passerelle")
    found = {}
    for name, contract in CONTRACTS.items():
        found[contract.base_url] = f"{base}/{name}"
        found |= {variable: f"{base}/{name}/{label}" for label, variable in contract.other_urls.items()}
        if contract.tls:
            found |= {contract.tls.certificate: str(client.certificate), contract.tls.key: str(client.key)}
    return found


def _prepared(folder: Path) -> tuple[Keys, dict[str, str]]:
    """Keys, and a register with a token that is not counted for each purpose."""
    create_missing(folder / "keys", secrets.token_bytes)
    keys, policies = load(folder / "keys"), load_policies(default_folder(), CONTRACTS)
    now = int(NOW.timestamp())
    tokens = {}
    register = Register(folder / "register.db")
    for purpose in ("marches_publics", "detection_fraude"):
        held = Habilitation(
            str(uuid.uuid4()), "13002526500013", "Essai", purpose, policies.grantable_scopes(purpose), None, now,
            ("Délibération fictive",),
        )  # fmt: skip
        token = Token(str(uuid.uuid4()), held.id, "essai", now, now + 86_400, None, True)
        register.create(held)
        register.issue(token)
        tokens[purpose] = issue(token, held, keys)
    register.close()
    return keys, tokens


def _without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two answers of the system that no loopback gives: an unknown name, a network that is not reached."""
    asks, connects = socket.getaddrinfo, BaseSelectorEventLoop.sock_connect

    def getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
        if host == NOWHERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return asks(host, *more, **named)

    async def sock_connect(self: BaseSelectorEventLoop, sock: socket.socket, address: Any) -> None:
        if address[0] == UNREACHABLE:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        await connects(self, sock, address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", sock_connect)


def _parameters(case: Case, *, stranger: bool) -> dict[str, str]:
    builder = next(one for one in load_world().personas if "grand_constructeur" in one.traits)
    if not stranger:
        return parameters_of(case.product, builder)
    nobody = replace(builder, siren=STRANGER, nic="00019", nom="Personne de ce nom", rna=None)
    found = parameters_of(case.product, nobody)
    return found | {name: text for name, text in NOWHERE_TO_BE_FOUND.items() if name in found}


def _at_paris(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS)


async def _read(reader: asyncio.StreamReader) -> tuple[str, Asked]:
    """The registry that is asked, and the question."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    registry = parts.path.split("/")[1]
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return registry, Asked(method, parts.path.removeprefix(f"/{registry}"), query, headers, body)


def _written(said: Said) -> bytes:
    fields = {"content-type": said.content_type, "content-length": str(len(said.body)), "connection": "close"}
    lines = [f"{name}: {value}" for name, value in (fields | dict(said.headers)).items()]
    return "\r\n".join([f"HTTP/1.1 {said.status} X", *lines, "", ""]).encode() + said.body
