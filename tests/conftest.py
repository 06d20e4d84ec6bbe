# SPDX-License-Identifier: EUPL-1.2
"""A sandbox as anybody starts one: the real command, in a process of its own, spoken to over HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.kit.contract import load_all
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token, networks
from gateway.identity.keys import Keys, load
from gateway.identity.register import Register
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from tests.contract.reading import nonconformity

pytest_plugins = ["tests.postgres"]

PARAMETERS = {"context": "Marchés publics", "object": "marche-127", "recipient": "13002526500013"}
START_TIMEOUT_S = 30


@cache
def shipped_policies() -> Policies:
    """The policies of the checkout, read once for all the tokens of a worker."""
    return load_policies(default_folder(), load_all())


@dataclass
class Sandbox:
    """A running sandbox."""

    address: str
    state: Path
    process: "subprocess.Popen[str]"
    keys: Keys
    register: Register

    def persona(self, trait: str) -> dict[str, Any]:
        """The first persona with a trait."""
        personas = json.loads((self.state / "personas.json").read_text("utf-8"))
        return next(persona for persona in personas if trait in persona["traits"])

    def token(
        self,
        purpose: str = "marches_publics",
        *,
        scopes: frozenset[str] | None = None,
        recipients: frozenset[str] | None = None,
        allowed_ips: tuple[str, ...] = (),
        rate_limit: int | None = None,
        safe_listed: bool = False,
        mcp: bool = False,
        days: float = 1,
        basis: tuple[str, ...] = ("Délibération fictive 2026-1",),
    ) -> "Bearer":
        """A new token under a new habilitation."""
        now = int(time.time())
        habilitation = Habilitation(
            id=str(uuid.uuid4()),
            siret="13002526500013",
            name="Habilitation d'essai",
            purpose=purpose,
            scopes=shipped_policies().grantable_scopes(purpose) if scopes is None else scopes,
            recipients=recipients,
            created_at=now,
            basis=basis,
            allowed_ips=networks(allowed_ips),
            rate_limit=rate_limit,
        )
        token = Token(
            id=str(uuid.uuid4()),
            habilitation_id=habilitation.id,
            title="essai",
            issued_at=now - 86_400,
            expires_at=int(now + days * 86_400),
            safe_listed=safe_listed,
            mcp=mcp,
        )
        self.register.create(habilitation)
        self.register.issue(token)
        return Bearer(issue(token, habilitation, self.keys), token.id, habilitation.id)

    def another(self, bearer: "Bearer") -> "Bearer":
        """Another token of the same habilitation."""
        habilitation = self.register.habilitation(bearer.habilitation_id)
        now = int(time.time())
        token = Token(str(uuid.uuid4()), habilitation.id, "essai", now, now + 86_400)
        self.register.issue(token)
        return Bearer(issue(token, habilitation, self.keys), token.id, habilitation.id)


@dataclass(frozen=True)
class Bearer:
    """A token's string, its id, and its habilitation's."""

    text: str
    id: str
    habilitation_id: str

    @property
    def header(self) -> dict[str, str]:
        """As it is sent."""
        return {"Authorization": f"Bearer {self.text}"}


def start(
    state: Path,
    *arguments: str,
    environment: dict[str, str] | None = None,
    command: Sequence[str] = (sys.executable, "-c", "from gateway.cli.main import entry; entry()"),
) -> tuple["subprocess.Popen[str]", str]:
    """Start `dlnuf sandbox` on a free port; the process and its address once it answers. `command`: runs `dlnuf`."""
    log = (state.parent / f"{state.name}.log").open("w")
    process = subprocess.Popen(
        [*command, "sandbox", "--state", str(state), "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    log.close()
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    if not found:
        process.kill()
        process.wait()
        process.stdout.close()
        raise AssertionError((state.parent / f"{state.name}.log").read_text() or line)
    return process, found[0]


def stop(process: "subprocess.Popen[str]") -> int:
    """Stop it as Ctrl-C does; its exit status."""
    process.send_signal(signal.SIGINT)
    status = process.wait(START_TIMEOUT_S)
    if process.stdout is not None:
        process.stdout.close()
    return status


@contextmanager
def running(state: Path) -> Iterator[Sandbox]:
    """A sandbox, from its start to an end without fault."""
    process, address = start(state)
    register = Register(state / "register.db")
    try:
        yield Sandbox(address, state, process, load(state / "keys"), register)
    finally:
        register.close()
        assert stop(process) == 0


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests of a worker; each test takes a token of its own."""
    with running(tmp_path_factory.mktemp("sandbox") / "state") as found:
        yield found


@pytest.fixture
def start_sandbox() -> Callable[..., tuple["subprocess.Popen[str]", str]]:
    """Starts a sandbox of the test's own: (state folder, arguments, environment=…) → process, address."""
    return start


@pytest.fixture
def stop_sandbox() -> Callable[["subprocess.Popen[str]"], int]:
    """Stops one as Ctrl-C does; its exit status."""
    return stop


@pytest.fixture
def bearer(sandbox: Sandbox) -> Bearer:
    """A token for public procurement, of this test alone."""
    return sandbox.token()


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Speaks to the sandbox; whatever it answers must be what the published contract announces."""

    def conforms(answer: httpx.Response) -> None:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return  # it does not end: its test reads it line by line
        answer.read()
        assert nonconformity(answer.request.method, answer.request.url.path, answer) is None

    with httpx.Client(base_url=sandbox.address, timeout=30, event_hooks={"response": [conforms]}) as found:
        yield found


Get = Callable[..., httpx.Response]


@pytest.fixture
def get(client: httpx.Client, bearer: Bearer) -> Get:
    """GET a path with the usual parameters and this test's token; each can be replaced."""

    def ask(
        path: str,
        parameters: dict[str, Any] | list[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        token: Bearer | None = None,
    ) -> httpx.Response:
        given = PARAMETERS if parameters is None else parameters
        return client.get(path, params=given, headers={**(token or bearer).header, **(headers or {})})

    return ask
