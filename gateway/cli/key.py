# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf key`: make the gateway's keys, and show what may be shown of them."""

import argparse
import json
import secrets

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.audit.note import Signer
from gateway.cli.evidence import AUDIT_PUB, publish
from gateway.cli.state import leaf, place
from gateway.identity.keys import create_missing, load


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun `key` and its two verbs."""
    noun = commands.add_parser("key", help="clés de la passerelle : fabriquer, montrer les clés publiques")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="ACTION")
    create = leaf(
        verbs,
        "create",
        "fabrique les clés qui manquent, sans jamais toucher à celles qui existent",
        "dlnuf key create --state .sandbox",
        _create,
    )
    create.add_argument("--json", action="store_true", help="sortie en JSON")
    show = leaf(
        verbs,
        "show",
        "montre les clés publiques, jamais les clés privées",
        "dlnuf key show --state .sandbox",
        _show,
    )
    show.add_argument("--json", action="store_true", help="sortie en JSON")


def _create(args: argparse.Namespace) -> None:
    where = place(args, founds=False)
    created = create_missing(where.keys, secrets.token_bytes)
    keys = load(where.keys)
    publish(where.keys, Signer(where.origin, keys.audit))
    if args.json:
        print(json.dumps({"folder": str(where.keys), "created": list(created), "kid": keys.kid}, ensure_ascii=False))
    elif created:
        print(f"Clés fabriquées dans « {where.keys} » : {', '.join(created)}.")
        print("Sauvegardez ce dossier en lieu sûr : perdues, elles ne se refont pas.")
    else:
        print(f"Toutes les clés sont déjà dans « {where.keys} » ; rien n'a été changé.")


def _show(args: argparse.Namespace) -> None:
    where = place(args, founds=False)
    keys = load(where.keys)
    audit = Signer(where.origin, keys.audit).verifier.text()
    public = keys.token.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    if args.json:
        print(json.dumps({"kid": keys.kid, "token": public, "audit": audit}, indent=2))
        return
    print(f"Jetons (ES256), identifiant de clé : {keys.kid}")
    print(public, end="")
    print(f"Journal d'audit, clé de vérification (aussi dans {AUDIT_PUB}) :")
    print(audit)
