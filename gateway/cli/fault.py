# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf fault`: make a simulated registry slow, down, wrong or rate-limited, for everyone using a sandbox."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

FILE = "faults.json"
KINDS = {
    "slow": "répond après trente secondes",
    "down": "répond 503",
    "wrong": "répond une page HTML",
    "limited": "répond 429",
}


def register(commands: Any) -> None:
    """Add the noun and its verbs."""
    noun = commands.add_parser(
        "fault",
        help="pannes à la demande dans le bac à sable",
        epilog="Exemple : dlnuf fault set urssaf down --state .sandbox",
    )
    verbs = noun.add_subparsers(dest="verb", metavar="ACTION", required=True)
    setting = verbs.add_parser(
        "set", help="met un registre en panne", epilog="Exemple : dlnuf fault set insee slow --state .sandbox"
    )
    setting.add_argument("registry", help="le registre")
    said = " ; ".join(f"{kind} : {text}" for kind, text in KINDS.items())
    setting.add_argument("kind", choices=tuple(KINDS), help=said)
    clearing = verbs.add_parser(
        "clear", help="répare un registre, ou tous", epilog="Exemple : dlnuf fault clear --state .sandbox"
    )
    clearing.add_argument("registry", nargs="?", help="le registre ; tous par défaut")
    listing = verbs.add_parser("list", help="dit les pannes en cours", epilog="Exemple : dlnuf fault list --json")
    listing.add_argument("--json", action="store_true", help="sortie en JSON")
    for verb, action in ((setting, set_fault), (clearing, clear), (listing, list_faults)):
        verb.add_argument("--state", type=Path, default=Path(".sandbox"), help="dossier du bac à sable")
        verb.set_defaults(run=action)


def set_fault(chosen: argparse.Namespace) -> int:
    """Ask for a fault."""
    _write(chosen.state, read(chosen.state) | {chosen.registry: chosen.kind})
    print(f"{chosen.registry} {KINDS[chosen.kind]}, jusqu'à « dlnuf fault clear ».")
    return 0


def clear(chosen: argparse.Namespace) -> int:
    """Take faults back."""
    left = {name: kind for name, kind in read(chosen.state).items() if chosen.registry not in (None, name)}
    _write(chosen.state, left)
    print("Aucune panne en cours." if not left else f"Pannes en cours : {', '.join(sorted(left))}.")
    return 0


def list_faults(chosen: argparse.Namespace) -> int:
    """Print the faults under way."""
    found = read(chosen.state)
    if chosen.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name} : {KINDS[kind]}" for name, kind in sorted(found.items())) or "Aucune panne en cours.")
    return 0


def read(state: Path) -> dict[str, str]:
    """The faults asked for in a sandbox; {} when there are none or the file cannot be read."""
    try:
        found = json.loads((state / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): kind for name, kind in found.items() if kind in KINDS} if isinstance(found, dict) else {}


def _write(state: Path, faults: dict[str, str]) -> None:
    state.mkdir(parents=True, exist_ok=True)
    draft = state / f"{FILE}.{os.getpid()}"
    draft.write_text(json.dumps(faults), "utf-8")
    draft.replace(state / FILE)
