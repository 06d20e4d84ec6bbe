# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf serve`: the gateway in production, from its environment. Never simulated."""

import argparse
import asyncio
import os
import sys
from typing import Any

EXAMPLE = """Exemple :
  DLNUF_STATE=/var/lib/dlnuf DLNUF_PUBLIC_URL=https://passerelle.example.fr \\
  DLNUF_REGISTRIES=insee INSEE_SIRENE_URL=… INSEE_OAUTH_URL=… dlnuf serve

Tous les réglages viennent de l'environnement (variables DLNUF_… et variables des registres, voir
« dlnuf connector list »). Les clés sont lues dans DLNUF_KEYS ; « dlnuf key create » les fabrique."""


def register(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "serve",
        help="démarre la passerelle",
        description="Démarre la passerelle devant les registres réels.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Start and stay until told to stop."""
    import uvloop

    from connectors.kit.contract import ContractError
    from gateway.app import create_app
    from gateway.audit.note import BadNote, Signer
    from gateway.cli.evidence import publish
    from gateway.cli.running import listen, server
    from gateway.identity.keys import KeysMissing, load
    from gateway.logs import configure
    from gateway.purpose.load import PolicyError, default_folder
    from gateway.settings import SettingsError, from_environment

    configure()
    try:
        settings = from_environment(os.environ, default_folder())
        keys = load(settings.keys)
        app = create_app(settings, keys)
        settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        publish(settings.state, Signer(settings.origin, keys.audit))  # a copy of the folder can be verified by itself
        listening = listen(settings.host, settings.port)
    except (SettingsError, KeysMissing, PolicyError, ContractError) as error:
        print(f"dlnuf serve : {error}", file=sys.stderr)
        return 1
    except BadNote as error:
        print(f"dlnuf serve : DLNUF_LOG_ORIGIN : {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"dlnuf serve : impossible d'écouter ou d'écrire : {error}.", file=sys.stderr)
        return 1
    running = server(app, settings.host, settings.port, lasting=True)
    print(f"Passerelle à l'écoute sur {settings.host}:{listening.getsockname()[1]}.", flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(running.serve(sockets=[listening]))
    return 0 if running.started else 1
