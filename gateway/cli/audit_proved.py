# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit verify-export`: check a file that the console exported, without the network and without the log."""

import argparse
import sys
from pathlib import Path

from gateway.audit.note import BadNote, Verifier
from gateway.audit.show import readable
from gateway.console.together import BadExport
from gateway.console.verify_export import verify_export

EXAMPLE = "dlnuf audit verify-export journal-20261124-160000-csv.zip --key audit.pub"


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    purpose = "vérifie un export de la console : chaque ligne, et la racine signée"
    leaf = verbs.add_parser("verify-export", help=purpose, description=f"{purpose}.", epilog=f"Exemple :\n  {EXAMPLE}")
    leaf.add_argument("file", metavar="FICHIER", type=Path, help="l'export, tel qu'il a été téléchargé")
    leaf.add_argument(
        "--key", metavar="CLÉ", required=True, help="clé publique du journal, ou le fichier qui la contient"
    )
    leaf.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify; what holds and what does not, in plain words."""
    try:
        key = Path(arguments.key).read_text("utf-8") if Path(arguments.key).is_file() else arguments.key
        count, size = verify_export(arguments.file, Verifier.parse(key))
    except (OSError, UnicodeDecodeError, BadNote) as error:
        print(f"dlnuf audit : la clé ne peut pas être lue : {readable(str(error))}", file=sys.stderr)
        return 2
    except BadExport as error:
        print(f"REFUSÉ : {readable(str(error))}.")
        return 1
    print(f"VÉRIFIÉ : les {count} enregistrements de l'export sont dans le journal signé, qui en compte {size}.")
    print("Non prouvé par ce fichier seul : que la recherche n'en ait oublié aucun.")
    return 0
