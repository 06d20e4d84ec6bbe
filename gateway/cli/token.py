# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf token`: issue the token of a habilitation, list what was issued, revoke one, adopt another service's."""

import argparse
import json
import sys
import time

from gateway.cli import token_adopt
from gateway.cli.evidence import Evidence
from gateway.cli.state import instant, iso, leaf, opened_register, place, said, text, visible
from gateway.identity.bearer import capped, issue
from gateway.identity.habilitation import Token
from gateway.identity.keys import load
from gateway.identity.register import UnknownEntry, refuse_if_over

DEFAULT_DAYS = 548
"""Eighteen months, as existing API Entreprise tokens last."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun `token` and its four verbs."""
    noun = commands.add_parser("token", help="jetons : émettre, lister, révoquer, reprendre")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="ACTION")
    issued = leaf(
        verbs,
        "issue",
        "émet un jeton et l'affiche, seul, sur la sortie ; il n'est gardé nulle part",
        "dlnuf token issue --habilitation 11111111-1111-4111-8111-111111111111 --days 365 > portail.token",
        _issue,
    )
    issued.add_argument("--habilitation", metavar="ID", required=True, help="identifiant de l'habilitation")
    issued.add_argument("--title", metavar="TEXTE", type=text, help="intitulé (défaut : le nom de l'habilitation)")
    issued.add_argument("--days", metavar="N", type=_days, default=DEFAULT_DAYS, help="durée en jours (548)")
    issued.add_argument("--safe-list", action="store_true", help="dispense ses appels des limites de débit")
    issued.add_argument("--mcp", action="store_true", help="lui ouvre /mcp, pour les programmes de modèles de langage")
    issued.add_argument("--reason", metavar="TEXTE", type=text, default="", help="motif, gardé dans le journal")
    listed = leaf(verbs, "list", "liste les jetons émis", "dlnuf token list --state .sandbox", _list)
    listed.add_argument("--habilitation", metavar="ID", help="ceux d'une seule habilitation")
    listed.add_argument("--json", action="store_true", help="sortie en JSON")
    revoke = leaf(
        verbs,
        "revoke",
        "révoque un jeton, maintenant ou à une date choisie ; la passerelle le refuse dans la seconde",
        "dlnuf token revoke 22222222-2222-4222-8222-222222222222 --at 2027-03-31T18:00",
        _revoke,
    )
    revoke.add_argument("token", metavar="ID", help="identifiant du jeton (dlnuf token list), et non le jeton")
    revoke.add_argument("--at", metavar="DATE", type=instant, help="date d'effet, heure de Paris (défaut : maintenant)")
    revoke.add_argument("--reason", metavar="TEXTE", type=text, default="", help="motif, gardé dans le journal")
    token_adopt.register(verbs)


def _issue(args: argparse.Namespace) -> None:
    where = place(args)
    keys = load(where.keys)
    now = int(time.time())
    with opened_register(where) as register:
        habilitation = register.habilitation(args.habilitation)
        refuse_if_over(habilitation, now)
        evidence = Evidence.open(where, keys)
        try:
            title = habilitation.name if args.title is None else args.title
            token = Token(
                id=evidence.new_id(),
                habilitation_id=habilitation.id,
                title=title,
                issued_at=now,
                expires_at=now + args.days * 86_400,
                safe_listed=args.safe_list,
                mcp=args.mcp,
            )
            token = capped(token, habilitation)
            # Signed first: what cannot be signed must leave no record and no entry.
            string = issue(token, habilitation, keys)
            evidence.token_issued(token, habilitation, args.reason)
            register.issue(token)
        finally:
            evidence.close()
    print(string)
    print(f"Jeton {token.id}, valable jusqu'au {said(token.expires_at)}.", file=sys.stderr)


def _list(args: argparse.Namespace) -> None:
    now = time.time()
    with opened_register(place(args)) as register:
        closed = {one.id: one.closed_at for one in register.habilitations()}
        found = [(one, closed[one.habilitation_id]) for one in register.tokens(args.habilitation)]
    if args.json:
        print(json.dumps([_described(*row) for row in found], ensure_ascii=False, indent=2))
        return
    for one, closed_at in found:
        print(f"{one.id}  {_state(one, closed_at, now)}  {visible(one.title)}")
        print(f"    habilitation {one.habilitation_id}, émis le {said(one.issued_at)}{_privilege(one)}")
    if not found:
        print("Aucun jeton.")


def _state(one: Token, closed_at: int | None, now: float) -> str:
    """How a token stands: it ends at its term, or before it when it is revoked or its habilitation closed."""
    end = min((at for at in (one.revoked_at, closed_at) if at is not None), default=None)
    if end is not None and end <= now:
        return f"révoqué le {said(end)}"
    if one.expires_at <= now:
        return f"échu le {said(one.expires_at)}"
    return f"valable jusqu'au {said(one.expires_at if end is None else min(end, one.expires_at))}"


def _privilege(one: Token) -> str:
    return (", sans limite de débit" if one.safe_listed else "") + (", avec /mcp" if one.mcp else "")


def _described(one: Token, closed_at: int | None) -> dict[str, object]:
    return {
        "id": one.id,
        "habilitation": one.habilitation_id,
        "title": one.title,
        "issued_at": iso(one.issued_at),
        "expires_at": iso(one.expires_at),
        "revoked_at": None if one.revoked_at is None else iso(one.revoked_at),
        "habilitation_closed_at": None if closed_at is None else iso(closed_at),
        "safe_listed": one.safe_listed,
        "mcp": one.mcp,
    }


def _revoke(args: argparse.Namespace) -> None:
    where = place(args)
    at = int(time.time()) if args.at is None else args.at
    with opened_register(where) as register:
        found = register.find(args.token)
        if found is None:
            raise UnknownEntry("Aucun jeton ne porte cet identifiant.")
        token, habilitation = found
        if token.revoked_at is not None and token.revoked_at <= at:
            print(f"Le jeton est déjà révoqué à compter du {said(token.revoked_at)}.")
            return
        evidence = Evidence.open(where, load(where.keys))
        try:
            evidence.token_revoked(token, habilitation, at, args.reason)
            register.revoke(token.id, at)
        finally:
            evidence.close()
    print(f"Jeton révoqué à compter du {said(at)}.")


def _days(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) <= 4 and 1 <= int(given) <= 3650):
        raise argparse.ArgumentTypeError(f"« {given} » n'est pas un nombre de jours entre 1 et 3650")
    return int(given)
