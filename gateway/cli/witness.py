# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf witness`: be a witness of somebody's log: make a key, serve, and show what was seen."""

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gateway.audit.cosignature import ED25519, ML_DSA_44, CosigningKey
from gateway.audit.note import BadNote
from gateway.audit.quorum import LogKey, log_key
from gateway.audit.show import readable
from gateway.witness.memory import Memory, MemoryLost

_DONE, _FAILED, _USAGE = 0, 1, 2
_MEMORY = "witness.db"
_ADVICE = (
    "Un témoin qui oublie signerait un journal réécrit : restaurez ce fichier, ou dites --new si ce témoin n'a jamais "
    "rien signé."
)
_TOLD = {
    True: "CONTRADICTION : le journal {} a signé deux histoires de même taille. Celle-ci a été refusée :",
    False: "SANS PREUVE : ce point de contrôle du journal {} a été présenté avec une preuve fausse, et refusé ; "
    "demandez au journal une preuve de cohérence :",
}


class _Wrong(Exception):
    """What was typed cannot be used."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun `witness` and its three verbs."""
    noun = commands.add_parser("witness", help="témoin du journal d'un autre : clé, service, ce qui a été vu")
    verbs = noun.add_subparsers(metavar="action", required=True)
    key = _leaf(
        verbs,
        "key",
        _key,
        "fabrique la clé d'un témoin dans un fichier et affiche sa clé publique",
        "dlnuf witness key --name greffe.example/temoin --key temoin.key",
    )
    key.add_argument("--name", metavar="NOM", required=True, help="nom du témoin, comme une adresse sans https://")
    key.add_argument("--ml-dsa", action="store_true", help="clé ML-DSA-44 (post-quantique) au lieu d'Ed25519")
    _key_option(key)
    serve = _leaf(
        verbs,
        "serve",
        _serve,
        "signe les points de contrôle d'un journal qui ne fait que croître",
        "dlnuf witness serve --log-key CLÉ --key temoin.key --state temoin --new --port 8100",
    )
    serve.add_argument(
        "--log-key", metavar="CLÉ", action="append", required=True, help="clé publique d'un journal (plusieurs fois)"
    )
    serve.add_argument("--origin", metavar="NOM", help="nom de ce journal, s'il n'est pas celui de sa clé")
    serve.add_argument("--state", metavar="DOSSIER", type=Path, required=True, help="mémoire du témoin")
    serve.add_argument("--new", action="store_true", help="première fois : la mémoire n'existe pas encore")
    serve.add_argument("--host", metavar="ADRESSE", default="127.0.0.1", help="où écouter (127.0.0.1)")
    serve.add_argument("--port", metavar="PORT", type=_port, default=8100, help="port (8100) ; 0 en choisit un libre")
    _key_option(serve)
    show = _leaf(
        verbs,
        "show",
        _show,
        "affiche le dernier point de contrôle signé et les contradictions relevées",
        "dlnuf witness show --state temoin",
    )
    show.add_argument("--state", metavar="DOSSIER", type=Path, required=True, help="mémoire du témoin")


def _leaf(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    purpose: str,
    example: str,
) -> argparse.ArgumentParser:
    leaf = verbs.add_parser(
        name,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        epilog=f"Exemple :\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    leaf.set_defaults(run=lambda arguments: _guarded(run, arguments))
    return leaf


def _key_option(leaf: argparse.ArgumentParser) -> None:
    leaf.add_argument("--key", metavar="FICHIER", type=Path, required=True, help="fichier de la clé secrète du témoin")


def _guarded(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    try:
        return run(arguments)
    except _Wrong as error:
        print(f"dlnuf witness : {error}", file=sys.stderr)
        return _USAGE
    except (BadNote, MemoryLost, OSError, UnicodeDecodeError) as error:
        print(f"dlnuf witness : {readable(str(error))}.", file=sys.stderr)
        return _FAILED


def _key(arguments: argparse.Namespace) -> int:
    kind = ML_DSA_44 if arguments.ml_dsa else ED25519
    key = CosigningKey(arguments.name, kind, secrets.token_bytes(32))
    try:
        descriptor = os.open(arguments.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise _Wrong(f"{arguments.key} existe déjà ; une clé ne se remplace pas") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key.text() + "\n")
        file.flush()
        os.fsync(file.fileno())
    print(key.cosigner.text())
    return _DONE


def _serve(arguments: argparse.Namespace) -> int:
    from gateway.cli.running import listen, server
    from gateway.logs import configure
    from gateway.witness.app import WitnessApp
    from gateway.witness.witness import Witness

    configure()
    key = CosigningKey.parse(arguments.key.read_text("utf-8"))
    logs = _logs(arguments)
    if arguments.new:
        arguments.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        memory = Memory(arguments.state / _MEMORY, create=arguments.new)
    except MemoryLost as error:
        raise MemoryLost(f"{error}. {_ADVICE}" if not arguments.new else str(error)) from error
    try:
        listening = listen(arguments.host, arguments.port)
        app = WitnessApp(Witness(key, logs, memory, time.time))
        running = server(app, arguments.host, arguments.port)
        print(f"Témoin à l'écoute sur http://{arguments.host}:{listening.getsockname()[1]}", flush=True)
        asyncio.run(running.serve(sockets=[listening]))
    finally:
        memory.close()
    return _DONE if running.started else _FAILED


def _logs(arguments: argparse.Namespace) -> dict[str, LogKey]:
    try:
        keys = [log_key(text) for text in arguments.log_key]
    except BadNote as error:
        raise _Wrong(f"--log-key : {error}") from error
    if arguments.origin is not None and len(keys) == 1 and arguments.origin != keys[0].name:
        raise _Wrong(f"--origin : cette clé est celle du journal « {readable(keys[0].name)} »")
    logs = {key.name: key for key in keys}
    if len(logs) < len(keys):
        raise _Wrong("--log-key : un journal n'a qu'une clé")
    return logs


def _show(arguments: argparse.Namespace) -> int:
    memory = Memory(arguments.state / _MEMORY)
    try:
        for origin, seen in memory.all_seen():
            print(f"Journal {readable(origin)} : dernier point de contrôle signé, {seen.size} enregistrements.\n")
            print(readable_note(seen.note))
        conflicts = memory.conflicts()
        for conflict in conflicts:
            print(_TOLD[conflict.proved].format(readable(conflict.origin)) + "\n")
            print(readable_note(conflict.note))
            print(f"Le dernier point de contrôle signé était alors :\n\n{readable_note(conflict.known) or 'aucun'}")
        if not conflicts:
            print("Aucune contradiction relevée.")
    finally:
        memory.close()
    return _FAILED if any(conflict.proved for conflict in conflicts) else _DONE


def readable_note(note: str) -> str:
    """A note that cannot play tricks on a terminal."""
    return "\n".join(readable(line) for line in note.split("\n"))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} n'est pas un port")
    return int(text)
