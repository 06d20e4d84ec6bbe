# SPDX-License-Identifier: EUPL-1.2
"""The three systems side by side, and the registry behind them: how each is started, and what is asked of it."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.load import Target
from bench.proc import Cores, Running, free_port, running
from bench.state import State, clean, command
from connectors.insee.simulator import ROOT as UPSTREAM
from connectors.kit.contract import load_all
from gateway.source.simulated import addresses

HAPROXY_CFG = Path(__file__).with_name("haproxy.cfg")
NAMES = ("dlnuf", "haproxy", "plain")


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that runs. `systems`: by name, in the order of the table; all on one core."""

    registry: Running
    systems: dict[str, Running]
    targets: dict[str, Target]
    upstream: Target

    def slow_down(self, milliseconds: int) -> None:
        """Make the registry take this long for each answer."""
        url = f"http://127.0.0.1:{self.registry.port}/bench/delay/{milliseconds}"
        httpx.put(url, timeout=5.0, trust_env=False).raise_for_status()


@contextlib.contextmanager
def everything(haproxy: str, state: State, companies: int, where: Cores, folder: Path) -> Iterator[Bench]:
    """The registry and the three systems, for the time of the block. Raises NotReady."""
    insee = {"insee": load_all()["insee"]}
    with contextlib.ExitStack() as stack:
        port = free_port()
        serve = [sys.executable, "-m", "bench.registry", "--port", str(port), "--companies", str(companies)]
        registry = stack.enter_context(running("registry", serve, clean(), where.registry, port, folder))
        access = addresses(insee, f"http://127.0.0.1:{port}")
        bearer = folder / "registry_token"
        bearer.write_text(_registry_token(access), "ascii")
        systems: dict[str, Running] = {}
        for name in NAMES:
            port = free_port()
            words, variables = _start(name, haproxy, state, port, registry.port, bearer.read_text("ascii"))
            environment = clean({**access, **variables})
            systems[name] = stack.enter_context(running(name, words, environment, where.system, port, folder))
        targets = {name: Target(system.port, state.token) for name, system in systems.items()}
        yield Bench(registry, systems, targets, Target(registry.port, bearer, f"/insee{UPSTREAM}/siret/", ""))


def complaints(bench: Bench, state: State) -> dict[str, str]:
    """What is wrong with the first answer of each system: it must be a 200 about the very company asked for."""
    siret = state.sirets.read_text("ascii").split()[0]
    found: dict[str, str] = {}
    for name, target in bench.targets.items():
        answer = httpx.get(
            f"http://127.0.0.1:{target.port}{target.path}{siret}?{target.query.replace('NUMBER', 'premier')}",
            headers={"Authorization": f"Bearer {target.token.read_text('ascii').strip()}", "Cache-Control": "no-cache"},
            timeout=10.0,
            trust_env=False,
        )
        if answer.status_code != 200:
            found[name] = f"{answer.status_code} {answer.text[:200]}"
        elif (answer.json().get("data") or answer.json().get("etablissement"))["siret"] != siret:
            found[name] = "une réponse sur une autre entreprise"
    return found


def _start(
    name: str, haproxy: str, state: State, port: int, upstream: int, bearer: str
) -> tuple[list[str], dict[str, str]]:
    match name:
        case "dlnuf":
            where = {"DLNUF_STATE": str(state.folder), "DLNUF_PORT": str(port), "DLNUF_REGISTRIES": "insee"}
            return [command(), "serve"], where
        case "plain":
            words = ["-m", "uvicorn", "bench.plain:from_environment", "--factory", "--port", str(port)]
            quiet = ["--no-access-log", "--log-level", "warning"]
            return [sys.executable, *words, *quiet], {"BENCH_PUBLIC_KEY": str(state.public_key)}
        case _:
            return [haproxy, "-db", "-f", str(HAPROXY_CFG)], {
                "BENCH_PORT": str(port),
                "BENCH_PUBLIC_KEY": str(state.public_key),
                "BENCH_REGISTRY_PORT": str(upstream),
                "BENCH_REGISTRY_TOKEN": bearer,
            }


def _registry_token(access: dict[str, str]) -> str:
    names = ("client_id", "client_secret", "username", "password")
    form = {"grant_type": "password", **{name: access[f"INSEE_{name.upper()}"] for name in names}}
    said = httpx.post(access["INSEE_OAUTH_URL"], data=form, timeout=5.0, trust_env=False).json()
    return str(said["access_token"])
