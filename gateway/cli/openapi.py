# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf openapi`: writes the published contract anew, or says whether the one that is committed is still true."""

import argparse
import sys
from pathlib import Path
from typing import Any

from connectors.kit.contract import ContractError, load_all
from connectors.kit.texts import load_texts
from gateway.edge.published import contract_file


def register(commands: Any) -> None:
    """Add the noun and its verbs."""
    noun = commands.add_parser("openapi", help="le contrat publié", epilog="Exemple : dlnuf openapi check")
    verbs = noun.add_subparsers(dest="verb", metavar="ACTION", required=True)
    for verb, says, run in (
        ("write", "écrit le contrat à partir des contrats des registres", write),
        ("check", "vérifie que le contrat publié est à jour", check),
    ):
        example = f"Exemple : dlnuf openapi {verb}"
        command = verbs.add_parser(verb, help=says, description=EXPLAINED, epilog=example)
        command.add_argument("--file", type=Path, default=contract_file(), help="le fichier du contrat")
        command.set_defaults(run=run)


EXPLAINED = """Le contrat publié (OpenAPI 3.1) vient des contrats des registres, de leurs textes (fields.toml), des
codes d'erreur et des réponses des registres simulés : il demande une copie des sources."""


def generated() -> bytes:
    """The document that the sources give. Raises ContractError, SimulatorsMissing."""
    from gateway.cli.answers import collect, richest
    from gateway.edge.openapi.document import assemble, written
    from gateway.edge.openapi.facts import Allowance, Example, Facts
    from gateway.purpose.load import default_folder, load

    contracts = load_all()
    texts = {name: load_texts(contract) for name, contract in contracts.items()}
    pools = load(default_folder(), contracts).pools
    chosen = {operation: richest(answers) for operation, answers in collect(contracts).items() if answers}
    return written(
        assemble(
            Facts(
                contracts=contracts,
                texts=texts,
                pools={name: Allowance(pool.limit, pool.period_s, pool.each) for name, pool in pools.items()},
                examples={name: Example(found.parameters, found.body) for name, found in chosen.items()},
                version=VERSION,
            )
        )
    )


VERSION = "4.0.0"
"""Of the published contract, not of the program: the last major version of the paths it describes."""


def write(chosen: argparse.Namespace) -> int:
    """Write the document, and beside it the schema of exported files."""
    documents = _documents(chosen.file)
    try:
        for file, document in documents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(document)
            print(f"{file} : {len(document)} octets")
    except OSError as error:
        print(f"dlnuf openapi write : impossible d'écrire {error.filename} : {error.strerror}.", file=sys.stderr)
        return 1
    return 0 if documents else 1


def check(chosen: argparse.Namespace) -> int:
    """Exit 1 when a committed document is not what the sources give."""
    documents = _documents(chosen.file)
    good = bool(documents)
    for file, document in documents.items():
        try:
            same = file.read_bytes() == document
        except OSError as error:
            print(f"dlnuf openapi check : impossible de lire {file} : {error.strerror}.", file=sys.stderr)
            return 1
        good = good and same
        if same:
            print(f"{file} : à jour")
        else:
            print(f"{file} n'est plus à jour : lancez « dlnuf openapi write » et relisez ce qui change.")
    return 0 if good else 1


def _documents(contract: Path) -> dict[Path, bytes]:
    """Each published document by its place; none when the sources cannot give them."""
    from gateway.dossier.export.schema import published

    document = _generated_or_none()
    return {} if document is None else {contract: document, contract.with_name("dossier.schema.json"): published()}


def _generated_or_none() -> bytes | None:
    from gateway.cli.answers import NotGranted
    from gateway.source.simulated import SimulatorsMissing

    try:
        return generated()
    except (ContractError, NotGranted) as error:
        print(f"dlnuf openapi : {error}", file=sys.stderr)
    except SimulatorsMissing:
        print("dlnuf openapi : il faut les registres simulés, donc une copie des sources du projet.", file=sys.stderr)
    return None
