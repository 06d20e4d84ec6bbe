# SPDX-License-Identifier: EUPL-1.2
"""Many requests through a proxy that injects faults: what each of them got, and what had been done to it.

The gateway is the shipped command in a process of its own; registries are the simulators. One registry is asked one
question at a time and all registries at once, so that every fault belongs to one answer.
"""

import asyncio
import os
import re
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any

import aiohttp

from connectors.kit.contract import Contract, load_all
from connectors.kit.simulation import load_world
from gateway.cli.running import listen, server
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import create_missing, load
from gateway.identity.register import Register
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from gateway.source.simulated import addresses, simulators
from tests.connectors.test_conformance import parameters_of
from tests.faults.proxy import HARMLESS, Event, Faults, Proxy

STATED = {"context": "Essai", "recipient": "13002526500013"}
FRESH = {"Cache-Control": "no-cache"}
PURPOSES = ("marches_publics", "detection_fraude")
CONTRACTS = load_all()

SUFFIXES = {
    "drop": {"002"},  # hung up before the answer: counts as a time-out, as in the running service
    "cut": {"002"},
    "hang": {"002"},
    "reset": {"001"},
    "babble": {"999"},
    "mangled": {"999", "051", "055"},  # unreadable, not base64, not a PDF
    "forgotten": {"999"},
}
"""The codes that fit each fault, by their three last digits."""

OWN_WORDS: dict[tuple[str, str], set[str]] = {
    ("inpi_rne", "mangled"): {"001"},  # what is not JSON there is its firewall's page
    ("gip_mds", "forgotten"): {"502"},
}
"""What a registry's sheet says otherwise."""

OPTIONAL = ("/dgfip_tva/catalogue/",)
"""Questions that an answer can do without: the day of the file is null when they fail."""


@dataclass(frozen=True)
class Target:
    """One question, about a persona that has an answer, and that answer."""

    contract: Contract
    path: str
    token: str
    right: Any


@dataclass(frozen=True)
class Got:
    """What one request got. `events`: what the proxy did for it, in order."""

    target: Target
    id: str
    status: int
    code: str
    retry_in: int | None
    data: Any
    events: tuple[Event, ...]
    troubles_before: int


@dataclass
class Run:
    """A whole run."""

    state: Path
    got: list[Got] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)

    def figures(self) -> str:
        """What happened, in one line."""
        faults = Counter(event.fault for one in self.got for event in one.events)
        codes = Counter(one.code or "200" for one in self.got)
        return (
            f"{len(self.got)} requêtes ; pannes {dict(sorted(faults.items()))} ; réponses {dict(sorted(codes.items()))}"
        )


async def through_faults(state: Path, requests: int, faults: Faults, storm: str) -> Run:
    """Put that many questions. `storm`: the registry that is dropped again and again at the end, until left alone."""
    pretending = listen("127.0.0.1", 0)
    behind = server(simulators(CONTRACTS, lambda: datetime.now(UTC)), "127.0.0.1", 0, companion=True)
    serving = asyncio.create_task(behind.serve(sockets=[pretending]))
    proxy = Proxy(("127.0.0.1", pretending.getsockname()[1]), faults)
    run = Run(state)
    try:
        async with (
            gateway(state, await proxy.start()) as (address, tokens),
            aiohttp.ClientSession(address, timeout=aiohttp.ClientTimeout(90)) as client,
        ):
            targets = await references(client, tokens, run)
            for registry in targets:
                proxy.take(registry)
            faults.active = True
            left = iter(range(requests - 2 * stormy(storm)))
            await asyncio.gather(*(worker(client, proxy, rows, left, run) for rows in targets.values()))
            faults.active = False
            faults.always = {storm: "drop"}
            await worker(client, proxy, targets[storm], iter(range(2 * stormy(storm))), run, patient=False)
    finally:
        await proxy.stop()
        behind.should_exit = True
        await serving
    return run


def stormy(registry: str) -> int:
    """How many drops in a row it takes."""
    return CONTRACTS[registry].breaker.failures + 2


@asynccontextmanager
async def gateway(state: Path, base: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """`dlnuf serve` before the registries at `base`: its address, and a token for each purpose."""
    create_missing(state / "keys", token_bytes)
    keys = load(state / "keys")
    policies = load_policies(default_folder(), CONTRACTS)
    now = int(time.time())
    tokens = {}
    register = Register(state / "register.db")
    for purpose in PURPOSES:
        held = Habilitation(
            str(uuid.uuid4()), "13002526500013", "Essai", purpose, policies.grantable_scopes(purpose), None, now,
            ("Délibération fictive",),
        )  # fmt: skip
        token = Token(str(uuid.uuid4()), held.id, "essai", now, now + 86_400, None, True)
        register.create(held)
        register.issue(token)
        tokens[purpose] = issue(token, held, keys)
    register.close()
    environment = {
        **os.environ,
        **addresses(CONTRACTS, base),
        "DLNUF_STATE": str(state),
        "DLNUF_PORT": "0",
        "DLNUF_PUBLIC_URL": "http://passerelle.test",
        "DLNUF_MAINTENANCE": ",".join(f"{name}=aucune" for name in CONTRACTS),  # every hour of the day tries the same
    }
    with (state.parent / "serve.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from gateway.cli.main import entry; entry()", "serve",
            stdout=asyncio.subprocess.PIPE, stderr=log, env=environment,
        )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    found = re.search(r":(\d+)\.", line)
    assert found, (state.parent / "serve.log").read_text()
    try:
        await ready(f"http://127.0.0.1:{found[1]}")
        yield f"http://127.0.0.1:{found[1]}", tokens
    finally:
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


async def ready(address: str) -> None:
    """Wait until the gateway answers."""
    async with aiohttp.ClientSession() as client:
        for _ in range(400):
            try:
                async with client.get(f"{address}/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError("the gateway did not start")


async def references(client: aiohttp.ClientSession, tokens: dict[str, str], run: Run) -> dict[str, list[Target]]:
    """Every question that has an answer, by registry, asked once without a fault."""
    policies = load_policies(default_folder(), CONTRACTS)
    personas = [p for p in load_world().personas if {"grand_constructeur", "association"} & set(p.traits)]
    found: dict[str, list[Target]] = {}
    for contract in CONTRACTS.values():
        for product in contract.products.values():
            purpose = next(name for name in PURPOSES[::-1] if policies.rules.get((name, product.id)) is not None)
            for version in product.versions.values():
                for persona in personas:
                    path = f"/v{version.number}" + version.path.format(**parameters_of(product, persona))
                    status, body, identifier = await ask(client, path, tokens[purpose], "référence")
                    run.references.append(identifier)
                    if status == 200:
                        target = Target(contract, path, tokens[purpose], stable(body["data"]))
                        found.setdefault(contract.registry, []).append(target)
                        break
    return found


async def ask(client: aiohttp.ClientSession, path: str, token: str, about: str) -> tuple[int, Any, str]:
    """Status, body and exchange id of one request."""
    headers = {"Authorization": f"Bearer {token}", **FRESH}
    async with client.get(path, params={**STATED, "object": about}, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers["x-request-id"]


async def worker(
    client: aiohttp.ClientSession, proxy: Proxy, targets: list[Target], left: Any, run: Run, *, patient: bool = True
) -> None:
    """Ask one registry's questions in turn. `patient`: waits while the registry is left alone."""
    registry = targets[0].contract.registry
    for rank, number in enumerate(left):
        target = targets[rank % len(targets)]
        status, body, identifier = await ask(client, target.path, target.token, f"dossier {number}")
        error = body["errors"][0] if "errors" in body else {"code": "", "meta": {}}
        got = Got(
            target, identifier, status, error["code"], error["meta"].get("retry_in"), stable(body.get("data")),
            tuple(proxy.take(registry)), run.troubles[registry],
        )  # fmt: skip
        run.got.append(got)
        if got.events:
            failed = got.code[2:] in ("001", "002", "004")
            run.troubles[registry] = run.troubles[registry] + 1 if failed else 0
        elif patient and got.retry_in:
            await asyncio.sleep(got.retry_in)


def stable(value: Any) -> Any:
    """A value without what differs from one answer to the next: addresses of ours, and seconds they have left."""
    if isinstance(value, dict):
        return {key: stable(inner) for key, inner in value.items() if not key.endswith("expires_in")}
    if isinstance(value, list):
        return [stable(inner) for inner in value]
    return "adresse" if isinstance(value, str) and value.startswith("http://passerelle.test/") else value


def unexplained(got: Got) -> str | None:
    """Why an answer does not fit what was done to it; None when it does."""
    contract = got.target.contract
    said = f"{got.target.path} : {got.status} {got.code}, {[(event.fault, event.login) for event in got.events]}"
    if not got.events:  # nobody asked the registry: it is being left alone
        alone = got.troubles_before >= contract.breaker.failures and got.retry_in is not None
        return None if alone and (got.status, got.code[2:]) == (502, "001") else said
    needed = [event for event in got.events if not event.path.startswith(OPTIONAL)]
    last = (needed if got.status == 200 and needed else got.events)[-1]
    if last.fault in HARMLESS:
        return None if got.status == 200 and got.data == got.target.right else said
    return None if got.code[2:] in fitting(contract, last) and got.status in (502, 503, 504) else said


def fitting(contract: Contract, last: Event) -> set[str]:
    """The codes that fit the last thing that was done."""
    access = contract.access
    if access.failure and access.failure_when == "impossible" and (last.login or last.fault == "forgotten"):
        return {str(access.failure["suffix"])}
    return SUFFIXES[last.fault] | OWN_WORDS.get((contract.registry, last.fault), set())
