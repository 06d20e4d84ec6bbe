# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit export` and `check-export`: a month of the log in a file that needs nothing else to be verified."""

import argparse
from pathlib import Path

from gateway.audit.bundle import opened_export
from gateway.audit.export import export
from gateway.cli.audit_shop import Shop, month, run
from gateway.cli.state import Misuse, leaf


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs to the noun `audit`."""
    exporting = leaf(
        verbs, "export", "écrit les enregistrements d'un mois dans un fichier qui se vérifie seul",
        "dlnuf audit export --state .sandbox --month 2026-11 --out journal-2026-11.zip",
        lambda args: run(_export, args),
    )  # fmt: skip
    exporting.add_argument("--month", metavar="AAAA-MM", type=month, required=True, help="le mois, en temps universel")
    exporting.add_argument("--out", metavar="FICHIER", type=Path, required=True, help="fichier à créer")
    checking = leaf(
        verbs, "check-export", "vérifie un export : sa signature, son arbre, chacun de ses enregistrements",
        "dlnuf audit check-export --state .sandbox journal-2026-11.zip", lambda args: run(_check, args),
    )  # fmt: skip
    checking.add_argument("export", metavar="FICHIER", type=Path)


def _export(args: argparse.Namespace, shop: Shop) -> None:
    if args.out.exists():
        raise Misuse(f"« {args.out} » existe déjà : un export n'en remplace aucun.")
    with shop.ledger() as ledger:
        ledger.publish()
    done = export(shop.log, args.month, shop.signer.verifier, args.out)
    told = {"month": args.month, "count": done.manifest.count, "digest": done.digest}
    shop.evidence.happened("exported", told)
    print(f"{done.manifest.count} enregistrements de {args.month} exportés dans « {args.out} ».")
    print(f"Empreinte : {done.digest}")


def _check(args: argparse.Namespace, shop: Shop) -> None:
    with opened_export(args.export) as found:
        leaves = found.verify(shop.signer.verifier)
        manifest = found.manifest()
    print(f"VÉRIFIÉ : {len(leaves)} enregistrements de {manifest.month}, sous une tête de {manifest.size}.")
