# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit hold`: records that a court, an inquiry or a dispute needs are erased by nobody until it is over."""

import argparse
from datetime import datetime

from connectors.kit import Siren
from gateway.audit.holds import Hold
from gateway.cli.audit_shop import Shop, day, run
from gateway.cli.state import Misuse, leaf, said, text


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `hold` and its three actions to the noun `audit`."""
    noun = verbs.add_parser("hold", help="conservations imposées : placer, lever, lister")
    actions = noun.add_subparsers(dest="action", required=True, metavar="ACTION")
    placing = leaf(
        actions, "place", "soustrait des enregistrements à tout effacement",
        'dlnuf audit hold place --company 999100118 --since 2026-01-01 --reason "réquisition fictive 12/2026"',
        lambda args: run(_place, args),
    )  # fmt: skip
    placing.add_argument("--company", metavar="SIREN", help="ceux qui portent sur cette entreprise")
    placing.add_argument("--habilitation", metavar="ID", type=text, help="ceux de cette habilitation")
    placing.add_argument("--since", metavar="JOUR", type=day, help="à partir de ce jour")
    placing.add_argument("--until", metavar="JOUR", type=day, help="jusqu'à ce jour compris")
    placing.add_argument("--reason", metavar="TEXTE", type=text, required=True, help="motif, gardé dans le journal")
    lifting = leaf(
        actions, "lift", "met fin à une conservation imposée",
        'dlnuf audit hold lift 11111111-1111-4111-8111-111111111111 --reason "affaire classée"',
        lambda args: run(_lift, args),
    )  # fmt: skip
    lifting.add_argument("hold", metavar="ID", help="identifiant de la conservation")
    lifting.add_argument("--reason", metavar="TEXTE", type=text, required=True, help="motif, gardé dans le journal")
    leaf(
        actions, "list", "liste les conservations imposées", "dlnuf audit hold list --state .sandbox",
        lambda args: run(_list, args),
    )  # fmt: skip


def _place(args: argparse.Namespace, shop: Shop) -> None:
    if args.company is not None and Siren.parse(args.company) is None:
        raise Misuse(f"« {args.company} » n'est pas un numéro de SIREN valide.")
    if args.since and args.until and args.until < args.since:
        raise Misuse("la période finit avant de commencer.")
    try:
        hold = Hold(
            shop.evidence.new_id(), shop.now.isoformat(timespec="seconds"), args.reason, args.company,
            args.habilitation, args.since, args.until,
        )  # fmt: skip
    except ValueError as error:
        raise Misuse(f"{error} : donnez --company, --habilitation, --since ou --until.") from error
    subject = None if hold.company is None else shop.subjects.commitment(hold.company, shop.now)
    told: dict[str, object] = {
        "id": hold.id, "subject": subject, "habilitation": hold.habilitation, "day": hold.since, "until": hold.until,
    }  # fmt: skip
    shop.evidence.happened("hold_placed", told, hold.reason)
    shop.holds.place(hold)
    print(hold.id)


def _lift(args: argparse.Namespace, shop: Shop) -> None:
    shop.evidence.happened("hold_lifted", {"id": args.hold}, args.reason)
    known = shop.holds.lift(args.hold, shop.now.isoformat(timespec="seconds"))
    print("Conservation levée." if known else "Aucune conservation en cours n'a cet identifiant ; c'est consigné.")


def _list(_: argparse.Namespace, shop: Shop) -> None:
    holds = shop.holds.all()
    for hold in holds:
        what = [
            f"{label} {value}"
            for label, value in (
                ("entreprise", hold.company), ("habilitation", hold.habilitation), ("depuis le", hold.since),
                ("jusqu'au", hold.until),
            )
            if value is not None
        ]  # fmt: skip
        state = "en cours" if hold.lifted_at is None else f"levée le {said(_epoch(hold.lifted_at))}"
        print(f"{hold.id}  {state}  placée le {said(_epoch(hold.placed_at))}  {', '.join(what)}  {hold.reason}")
    if not holds:
        print("Aucune conservation.")


def _epoch(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
