# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf dossier`: application files from the command line."""

import argparse
import sys
from pathlib import Path
from typing import Any

EXAMPLE = """Exemple, devant un bac à sable :
  dlnuf dossier example --url http://127.0.0.1:8000 --token-file .sandbox/candidature.token \\
    --siret 99910011800010 --out candidature"""


def register(commands: Any) -> None:
    """Add the noun and its verb."""
    noun = commands.add_parser("dossier", help="les dossiers de candidature", epilog=EXAMPLE,
                               formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    verbs = noun.add_subparsers(dest="verb", metavar="ACTION", required=True)
    command = verbs.add_parser(
        "example",
        help="joue un portail, une entreprise et un acheteur, du SIRET au dépôt",
        description="Joue un portail, une entreprise et un acheteur, du SIRET au dépôt, et écrit tous les exports.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--url", required=True, help="adresse de la passerelle")
    command.add_argument("--token-file", type=Path, required=True, metavar="FICHIER", help="le jeton du portail")
    command.add_argument("--siret", required=True, help="l'établissement qui candidate")
    command.add_argument("--out", type=Path, required=True, metavar="DOSSIER", help="où écrire les exports")
    command.add_argument("--market", default="travaux", metavar="TYPE", help="type de marché (travaux)")
    command.add_argument("--dume", type=Path, metavar="FICHIER", help="le DUME de l'acheteur (XML) auquel répondre")
    command.add_argument("--wait", type=float, default=60, metavar="SECONDES", help="patience, en secondes (60)")
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Play it; 1 when the service refuses something, or an export lacks something."""
    import httpx

    from gateway.cli.dossier_example import Refused, play

    try:
        token = chosen.token_file.read_text("ascii").strip()
        chosen.out.mkdir(parents=True, exist_ok=True)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=chosen.url, headers=headers, timeout=70, trust_env=False) as client:
            asked = chosen.dume.read_bytes() if chosen.dume else b""
            return 0 if play(client, chosen.siret, chosen.market, chosen.out, chosen.wait, asked) else 1
    except UnicodeDecodeError:
        print(f"dlnuf dossier : {chosen.token_file} n'est pas un jeton.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"dlnuf dossier : {error.filename} : {error.strerror}.", file=sys.stderr)
        return 1
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        print(f"dlnuf dossier : {chosen.url} ne répond pas ({type(error).__name__}).", file=sys.stderr)
        return 1
    except Refused as error:
        print(f"dlnuf dossier : {error}", file=sys.stderr)
        return 1
