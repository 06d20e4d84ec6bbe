# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf sandbox`: the shipped application before simulated registries, with personas, tokens, faults on demand."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

EXAMPLE = """Exemple :
  dlnuf sandbox --state .sandbox
  curl -H "Authorization: Bearer $(cat .sandbox/demo.token)" \\
    "http://127.0.0.1:8000/v4/insee/sirene/unites_legales/999100118?context=Test&object=essai&recipient=13002526500013"

Pannes à la demande : l'en-tête « X-Sandbox-Fault: urssaf=down » (slow, down, wrong, limited), ou « dlnuf fault »."""


def register(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "sandbox",
        help="démarre un bac à sable",
        description="Démarre la passerelle devant des registres simulés, avec des entreprises inventées.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--host", default="127.0.0.1", help="adresse d'écoute (127.0.0.1)")
    command.add_argument("--port", type=int, default=8000, help="port d'écoute (8000 ; 0 : un port libre)")
    command.add_argument("--state", type=Path, required=True, help="dossier où tout est gardé")
    command.add_argument("--payloads", type=Path, help="dossier de cas de test officiels, servis avant les simulateurs")
    command.add_argument("--public-url", help="adresse publique, pour les liens et les documents")
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Start and stay until told to stop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(stay(chosen))


async def stay(chosen: argparse.Namespace, when_ready: Callable[[str], Any] | None = None) -> int:
    """Run a sandbox; `when_ready` is called with its address, and its coroutine runs beside it."""
    from gateway.cli.sandbox_parts import SandboxError, started
    from gateway.logs import configure

    configure()
    try:
        async with started(chosen.host, chosen.port, chosen.state, chosen.payloads, chosen.public_url) as running:
            print(f"Bac à sable prêt sur {running.address} (état : {chosen.state})", flush=True)
            print(f"Pages et connexion, avec des personnes inventées : {running.address}/connexion", flush=True)
            async with _beside(when_ready(running.address) if when_ready else None):
                await running.finished()
    except SandboxError as error:
        print(f"dlnuf sandbox : {error}", file=sys.stderr)
        return 1
    return 0


@contextlib.asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work) if work is not None else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
