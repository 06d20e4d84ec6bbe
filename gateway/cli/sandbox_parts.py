# SPDX-License-Identifier: EUPL-1.2
"""Putting a sandbox together: keys, two habilitations and their tokens, personas, simulators, and the shipped app."""

import asyncio
import contextlib
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from connectors.kit import Document
from connectors.kit.contract import load_all
from gateway.app import Surroundings, create_app, utc_now
from gateway.audit.log import LogUnavailable
from gateway.audit.subject import KeysUnavailable
from gateway.cli.evidence import Evidence
from gateway.cli.fault import KINDS, read
from gateway.cli.running import NotStarted, listen, server, serving
from gateway.cli.sandbox_people import grant_roles, place_of, simulated_people
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys, KeysMissing, create_missing, load
from gateway.identity.register import Register, RegisterUnavailable
from gateway.people.database import PeopleUnavailable
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from gateway.settings import Settings
from gateway.source.payloads import Cases, CasesError, load_cases
from gateway.source.simulated import FAULT_HEADER, SimulatorsMissing, addresses, faults_of, simulators

DEMO_FAULT_HEADER = b"x-sandbox-fault"
TOKEN_DAYS = 548
HOLDERS = (
    ("demo", "marches_publics", "Acheteur de démonstration"),
    ("fraude", "detection_fraude", "Service de contrôle de démonstration"),
    ("candidature", "candidature_marches_publics", "Portail de démonstration"),
)
DINUM = "13002526500013"

_UNUSABLE = (OSError, KeysMissing, KeysUnavailable, LogUnavailable, PeopleUnavailable, RegisterUnavailable)
"""What a state folder that is damaged, foreign or read-only raises."""

_faults: ContextVar[str] = ContextVar("faults", default="")


class SandboxError(Exception):
    """The sandbox cannot start. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers. `address`: where."""

    address: str
    public: uvicorn.Server
    serving: "asyncio.Task[None]"

    async def finished(self) -> None:
        """Wait until somebody stops it."""
        await asyncio.shield(self.serving)


@contextlib.asynccontextmanager
async def started(
    host: str, port: int, state: Path, payloads: Path | None, public_url: str | None
) -> AsyncIterator[Running]:
    """Start everything, and stop it all at the end. Raises SandboxError."""
    contracts = load_all()
    with (
        contextlib.closing(_listening(host, port, state)) as listening,
        contextlib.closing(listen("127.0.0.1", 0)) as behind,
    ):
        try:
            pretending = simulators(contracts, utc_now)
            cases = _cases(payloads)
        except SimulatorsMissing:
            raise SandboxError(
                "cette installation n'a pas les registres simulés ; partez d'une copie des sources du projet."
            ) from None
        except CasesError as error:
            raise SandboxError(str(error)) from None
        address = f"http://{_literal(host)}:{listening.getsockname()[1]}"
        public_address = (public_url or address).rstrip("/")
        people = simulated_people(public_address)
        settings = Settings(
            state=state,
            keys=state / "keys",
            policies=default_folder(),
            public_url=public_address,
            maintenance=False,
            webhooks_to_loopback=True,
            registry=addresses(contracts, f"http://127.0.0.1:{behind.getsockname()[1]}"),
            oidc=people.client if people else None,
        )
        try:
            keys = _prepare(settings, load_policies(settings.policies, contracts))
            if people:
                grant_roles(settings, people)
        except _UNUSABLE as error:
            raise SandboxError(f"le dossier {state} ne peut pas servir : {str(error).rstrip('.')}.") from None
        (state / "address").write_text(settings.public_url + "\n", "ascii")  # for commands that print links
        around = Surroundings(
            extra_headers=lambda: _fault_headers(state),
            cases=cases,
            identity_transport=people.transport if people else None,
            demo_portal=(state / "candidature.token").read_text("ascii").strip(),
        )
        app = create_app(settings, keys, around)
        private = server(pretending, "127.0.0.1", 0, companion=True)
        public = server(_listening_to_faults(people.before(app) if people else app), host, port, lasting=True)
        try:
            async with serving(private, behind), serving(public, listening) as task:
                yield Running(address, public, task)
        except NotStarted:
            raise SandboxError("le serveur n'a pas démarré ; voyez le journal ci-dessus.") from None


def _listening(host: str, port: int, state: Path) -> socket.socket:
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        return listen(host, port)
    except OSError as error:
        raise SandboxError(f"impossible d'utiliser {host}:{port} ou {state} : {error.strerror}.") from None


def _prepare(settings: Settings, policies: Policies) -> Keys:
    """Keys, habilitations, tokens and personas; what is there already stays."""
    create_missing(settings.keys, secrets.token_bytes)
    keys = load(settings.keys)
    with (
        contextlib.closing(Evidence.open(place_of(settings), keys)) as evidence,
        contextlib.closing(Register(settings.state / "register.db")) as register,
    ):
        for name, purpose, title in HOLDERS:
            _token_file(settings.state / f"{name}.token", purpose, title, policies, register, keys, evidence)
    from connectors.kit.simulation import load_world

    (settings.state / "personas.json").write_text(personas_file(load_world().personas), "utf-8")
    return keys


def _token_file(
    path: Path, purpose: str, title: str, policies: Policies, register: Register, keys: Keys, evidence: Evidence
) -> None:
    now = int(time.time())
    if path.exists() and any(token.title == path.stem and token.expires_at > now for token in register.tokens()):
        return
    basis = ("Habilitation fictive du bac à sable",) if policies.purposes[purpose].basis_from_habilitation else ()
    habilitation = Habilitation(
        id=evidence.new_id(),
        siret=DINUM,
        name=title,
        purpose=purpose,
        scopes=policies.grantable_scopes(purpose),
        recipients=None,
        created_at=now,
        basis=basis,
    )
    token = Token(evidence.new_id(), habilitation.id, path.stem, now, now + TOKEN_DAYS * 86_400, mcp=True)
    evidence.habilitation_created(habilitation)
    register.create(habilitation)
    evidence.token_issued(token, habilitation)
    register.issue(token)
    path.write_text(issue(token, habilitation, keys), "utf-8")
    path.chmod(0o600)


def _cases(folder: Path | None) -> Cases | None:
    if folder is None:
        return None
    from connectors.kit.simulation.pdf import pdf

    text = "DOCUMENT DE DÉMONSTRATION\n\nCe document remplace celui du cas de test officiel.\nIl n'a aucune valeur."
    return load_cases(folder, Document(pdf(text), "document_de_demonstration.pdf"))


def _listening_to_faults(app: Any) -> Any:
    """The shipped application, with the sandbox's fault header read before it."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            _faults.set(",".join(v.decode("latin-1") for k, v in scope["headers"] if k == DEMO_FAULT_HEADER))
        await app(scope, receive, send)

    return asgi


def _fault_headers(state: Path) -> dict[str, str]:
    """The faults of this request and those of the operator, for the simulators."""
    asked = read(state) | {
        name: kind for name, kind in faults_of([_faults.get().encode("latin-1")]).items() if kind in KINDS
    }
    return {FAULT_HEADER.decode(): ",".join(f"{name}={kind}" for name, kind in asked.items())} if asked else {}


def _literal(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def personas_file(personas: Any) -> str:
    """The personas as `personas.json` lists them."""
    rows = [
        {"siren": persona.siren, "siret": persona.siret, "name": persona.name, "traits": list(persona.traits)}
        for persona in personas
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
