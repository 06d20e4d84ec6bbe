# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf connector`: the registries in the house, whether their folders hold together, and a new folder to fill."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from connectors.kit.contract import CONNECTORS, Contract, ContractError, load, load_all
from connectors.kit.texts import load_texts
from gateway.cli.connector_table import page
from gateway.cli.new_connector import write_folder
from gateway.settings import variables

NEXT = """
Ce dossier se charge tel quel. Ensuite :
  1. écrivez la conversation, le simulateur et les faits du contrat, puis : dlnuf connector check {registry}
  2. accordez {registry}/{product} dans un fichier de policies/purposes/, puis : dlnuf policy check
  3. lancez : pytest tests/connectors/test_conformance.py tests/connectors/{registry} -k {registry}
  4. publiez : dlnuf openapi write, puis : dlnuf connector table > docs/connectors.md"""


def register(commands: Any) -> None:
    """Add the noun and its verbs."""
    noun = commands.add_parser("connector", help="les registres raccordés", epilog="Exemple : dlnuf connector list")
    verbs = noun.add_subparsers(dest="verb", metavar="ACTION", required=True)

    listing = verbs.add_parser(
        "list",
        help="liste les registres, leurs produits et leurs variables",
        epilog="Exemple : dlnuf connector list --json",
    )
    listing.add_argument("--json", action="store_true", help="sortie en JSON")
    listing.set_defaults(run=list_all)

    table = verbs.add_parser(
        "table",
        help="écrit la page docs/connectors.md",
        epilog="Exemple : dlnuf connector table > docs/connectors.md",
    )
    table.set_defaults(run=print_table)

    checking = verbs.add_parser(
        "check",
        help="vérifie que contrats, codes et textes s'accordent",
        epilog="Exemple : dlnuf connector check insee",
    )
    checking.add_argument("registry", nargs="*", help="les registres à vérifier ; tous par défaut")
    checking.add_argument("--json", action="store_true", help="sortie en JSON")
    checking.set_defaults(run=check)

    new = verbs.add_parser(
        "new",
        help="écrit le dossier d'un nouveau registre",
        epilog="Exemple : dlnuf connector new essai --prefix 97 --provider Essai --product conformite",
    )
    new.add_argument("registry", help="nom du dossier, en minuscules")
    new.add_argument("--prefix", required=True, help="préfixe de ses codes d'erreur (deux chiffres)")
    new.add_argument("--provider", required=True, help="nom connu des clients")
    new.add_argument("--product", required=True, help="nom du premier produit, en minuscules")
    new.add_argument("--parameter", choices=("siren", "siret"), default="siren", help="ce que le produit demande")
    new.set_defaults(run=create)


def list_all(chosen: argparse.Namespace) -> int:
    """Print every registry."""
    contracts = load_all()
    if chosen.json:
        print(json.dumps([_facts(contract) for contract in contracts.values()], ensure_ascii=False, indent=2))
        return 0
    for contract in contracts.values():
        print(f"{contract.registry} : {contract.title} (préfixe {contract.error_prefix}, « {contract.provider} »)")
        print(f"  variables : {', '.join(variables(contract))}")
        for product in contract.products.values():
            paths = ", ".join(f"/v{number}{version.path}" for number, version in product.versions.items())
            print(f"  {product.name} : {paths}")
    return 0


def print_table(_: argparse.Namespace) -> int:
    """Print the page of all registries."""
    from gateway.cli.answers import NotGranted, collect
    from gateway.source.simulated import SimulatorsMissing

    contracts = load_all()
    try:
        answers = collect(contracts)
    except NotGranted as error:
        print(f"dlnuf connector table : {error}", file=sys.stderr)
        return 1
    except SimulatorsMissing:
        print("dlnuf connector table : il faut une copie des sources du projet.", file=sys.stderr)
        return 1
    answering = {operation: tuple(found.siren for found in rows) for operation, rows in answers.items()}
    print(page(contracts, answering), end="")
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Load contracts; exit 1 and say where when one contradicts its code."""
    names = chosen.registry or sorted(path.parent.name for path in CONNECTORS.glob("*/contract.toml"))
    verdicts = {}
    for name in names:
        try:
            contract = load(name)
            load_texts(contract)
        except ContractError as error:
            verdicts[name] = str(error)
        else:
            verdicts[name] = f"{len(contract.products)} produit{'s' if len(contract.products) > 1 else ''}"
    wrong = [name for name, verdict in verdicts.items() if ".toml: " in verdict]
    if chosen.json:
        print(json.dumps({name: {"ok": name not in wrong, "says": text} for name, text in verdicts.items()}))
    else:
        for name, verdict in verdicts.items():
            print(f"{name} : {'refusé' if name in wrong else 'en ordre'} : {verdict}")
    return 1 if wrong else 0


def create(chosen: argparse.Namespace) -> int:
    """Write a new registry's folder and its test."""
    try:
        written = write_folder(
            CONNECTORS, Path("tests") / "connectors", chosen.registry, chosen.prefix, chosen.provider,
            chosen.product, chosen.parameter,
        )  # fmt: skip
    except (ValueError, OSError) as error:
        print(f"dlnuf connector new : {error}", file=sys.stderr)
        return 1
    for path in written:
        print(path)
    print(NEXT.format(registry=chosen.registry, product=chosen.product))
    return 0


def _facts(contract: Contract) -> dict[str, Any]:
    return {
        "registry": contract.registry,
        "title": contract.title,
        "provider": contract.provider,
        "error_prefix": contract.error_prefix,
        "protocol": contract.protocol,
        "access": contract.access.kind,
        "variables": list(variables(contract)),
        "pings": list(contract.pings),
        "products": [
            {
                "id": product.id,
                "title": product.title,
                "paths": [f"/v{number}{version.path}" for number, version in product.versions.items()],
                "scopes": sorted(product.scopes),
                "groups": list(product.groups),
                "open_data": product.open_data,
            }
            for product in contract.products.values()
        ],
    }
