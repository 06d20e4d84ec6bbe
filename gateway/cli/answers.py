# SPDX-License-Identifier: EUPL-1.2
"""What the simulated registries say of every invented company, asked through the shipped application.

Time stands still and what changes from run to run is replaced, so that the same sources give the same answers: they
become the examples of the published contract, and a column of the page of registries.
"""

import asyncio
import contextlib
import re
import secrets
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from connectors.kit.contract import Contract, Product, Version
from gateway.app import Surroundings, create_app
from gateway.cli.running import listen, server, serving
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys, create_missing, load
from gateway.identity.register import Register
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from gateway.settings import Settings
from gateway.source.simulated import addresses, simulators

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
"""When the examples were asked for: a working day, outside every maintenance window."""
PUBLIC = "https://passerelle.exemple.fr"
STATED = {"context": "Marchés publics", "object": "marche-127", "recipient": "13002526500013"}
DINUM = "13002526500013"
EXCHANGE = "0f7c2a54-6d1e-4b8a-9c3f-2e5d7a1b9c40"
_SEALED = re.compile(r"(/documents/|/proxy/files/)[^/\s\"]+(?=/)|(/proxy/inpi/download/)[^/\s\"]+")


class NotGranted(Exception):
    """No purpose opens this product, so nobody can be answered about it."""

    def __str__(self) -> str:
        """What to do about it."""
        return (
            f"aucune finalité n'ouvre {self.args[0]} : accordez-le dans un fichier de policies/purposes/ "
            "([[grants]], avec ses groupes de champs), vérifiez par « dlnuf policy check », puis recommencez."
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer with status 200: which persona, asked how, and the body that left."""

    siren: str
    name: str
    parameters: Mapping[str, str]
    body: dict[str, Any]


def collect(contracts: Mapping[str, Contract]) -> dict[str, list[Answered]]:
    """The personas that each operation answers about, in their order. Raises SimulatorsMissing, NotGranted."""
    with tempfile.TemporaryDirectory(prefix="dlnuf-") as folder:
        return asyncio.run(_collect(contracts, Path(folder)))


def richest(answers: list[Answered]) -> Answered:
    """The answer that shows most of its fields; the first one among equals."""
    return max(answers, key=lambda answered: len(set(_filled(answered.body))))


async def _collect(contracts: Mapping[str, Contract], state: Path) -> dict[str, list[Answered]]:
    policies = load_policies(default_folder(), contracts)
    create_missing(state / "keys", secrets.token_bytes)
    keys = load(state / "keys")
    tokens = _tokens(state, keys, policies)
    listening = listen("127.0.0.1", 0)
    private = server(simulators(contracts, lambda: NOW), "127.0.0.1", 0, companion=True)
    settings = Settings(
        state=state,
        keys=state / "keys",
        policies=default_folder(),
        public_url=PUBLIC,
        registry=addresses(contracts, f"http://127.0.0.1:{listening.getsockname()[1]}"),
    )
    app = create_app(settings, keys, Surroundings(clock=lambda: NOW, now=NOW.timestamp, line=lambda _: None))
    async with serving(private, listening), _alive(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, params=STATED) as client:
            return {
                version.operation: await _about_all(
                    client, product, version, tokens[_purpose(policies, product, version)]
                )
                for contract in contracts.values()
                for product in contract.products.values()
                for version in product.versions.values()
            }


async def _about_all(client: httpx.AsyncClient, product: Product, version: Version, token: str) -> list[Answered]:
    from connectors.kit.simulation import load_world
    from connectors.kit.simulation.asking import parameters_of

    found = []
    for persona in load_world().personas:
        parameters = parameters_of(product, persona)
        path = f"/v{version.number}{version.path.format(**parameters)}"
        answer = await client.get(path, headers={"Authorization": f"Bearer {token}"})
        if answer.status_code == 200:
            found.append(Answered(persona.siren, persona.name, parameters, _still(answer.content)))
    return found


def _purpose(policies: Policies, product: Product, version: Version) -> str:
    """The purpose that opens most of a version; public procurement among equals. Raises NotGranted."""
    opened = {
        purpose: len(rule.releases[version.number].fields)
        for (purpose, name), rule in policies.rules.items()
        if name == product.id and version.number in rule.releases
    }
    if not opened:
        raise NotGranted(product.id)
    return max(sorted(opened), key=lambda purpose: (opened[purpose], purpose == "marches_publics"))


def _tokens(state: Path, keys: Keys, policies: Policies) -> dict[str, str]:
    """A token that is not counted, for every purpose."""
    now = int(NOW.timestamp())
    register = Register(state / "register.db")
    found = {}
    try:
        for purpose in policies.purposes.values():
            habilitation = Habilitation(
                id=str(uuid.uuid4()),
                siret=DINUM,
                name="Habilitation des exemples",
                purpose=purpose.id,
                scopes=policies.grantable_scopes(purpose.id),
                recipients=None,
                created_at=now,
                basis=("Habilitation fictive des exemples",) if purpose.basis is None else (),
            )
            token = Token(str(uuid.uuid4()), habilitation.id, "exemples", now, now + 86_400, None, True)
            register.create(habilitation)
            register.issue(token)
            found[purpose.id] = issue(token, habilitation, keys)
    finally:
        register.close()
    return found


def _still(content: bytes) -> dict[str, Any]:
    """The body with what differs from run to run replaced: the exchange's id, sealed and signed addresses."""
    body: dict[str, Any] = orjson.loads(_SEALED.sub(r"\1\2exemple", content.decode()))
    body["meta"]["passerelle"]["identifiant"] = EXCHANGE
    body["meta"]["receipt"] = f"{PUBLIC}/receipts/{EXCHANGE}"
    return body


def _filled(value: Any, path: str = "") -> list[str]:
    match value:
        case dict():
            return [name for key, child in value.items() for name in _filled(child, f"{path}.{key}")]
        case list():
            return [name for child in value for name in _filled(child, f"{path}[]")]
        case None:
            return []
    return [path]


@contextlib.asynccontextmanager
async def _alive(app: Any) -> AsyncIterator[None]:
    """The application started, as an ASGI server would start it, and stopped at the end."""
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, said.get, heard.put))
    await said.put({"type": "lifespan.startup"})
    started = await heard.get()
    if started["type"] != "lifespan.startup.complete":
        raise RuntimeError(started.get("message", "the application did not start"))
    try:
        yield
    finally:
        await said.put({"type": "lifespan.shutdown"})
        await task
