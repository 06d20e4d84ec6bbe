# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf habilitation`: give an organisation the right to ask for data, list these rights, end one.

Changing the terms of one is told in `habilitation_change.py`.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connectors.kit.contract import load_all
from gateway.cli import habilitation_change
from gateway.cli.evidence import Evidence
from gateway.cli.habilitation_terms import ANY, allowed_ips, names, recipients, said_or_none, term_options
from gateway.cli.state import Misuse, iso, leaf, opened_register, place, said, text, visible
from gateway.identity.habilitation import Habilitation
from gateway.identity.keys import load
from gateway.identity.scopes import OPEN_DATA, expand
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from gateway.purpose.model import Purpose

ALL = "all"
EXAMPLE = """dlnuf habilitation create --siret 13002526500013 --name "Direction des achats" \\
    --purpose marches_publics --scopes all --recipients any --valid-until 2028-12-31"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun `habilitation` and its four verbs."""
    noun = commands.add_parser("habilitation", help="habilitations : créer, lister, modifier, clore")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="ACTION")
    _create_options(leaf(verbs, "create", "crée une habilitation et affiche son identifiant", EXAMPLE, _create))
    listed = leaf(verbs, "list", "liste les habilitations", "dlnuf habilitation list --state .sandbox", _list)
    listed.add_argument("--json", action="store_true", help="sortie en JSON")
    habilitation_change.register(verbs)
    close = leaf(
        verbs,
        "close",
        "clôt une habilitation, et avec elle tous ses jetons, sans retour possible",
        'dlnuf habilitation close 11111111-1111-4111-8111-111111111111 --reason "fin de la mission"',
        _close,
    )
    close.add_argument("habilitation", metavar="ID", help="identifiant de l'habilitation")
    close.add_argument("--reason", metavar="TEXTE", type=text, default="", help="motif, gardé dans le journal")


def _create_options(parser: argparse.ArgumentParser) -> None:
    def add(name: str, metavar: str, says: str, **more: Any) -> None:
        parser.add_argument(name, metavar=metavar, help=says, **more)

    add("--siret", "SIRET", "SIRET de l'organisme habilité", required=True, type=text)
    add("--name", "NOM", "nom de l'organisme ou de son service", required=True, type=text)
    add("--purpose", "FINALITÉ", "finalité, par exemple marches_publics", required=True, type=text)
    add(
        "--scopes",
        "DROITS",
        "droits séparés par des virgules, ou all : tous ceux de la finalité",
        required=True,
        type=text,
    )
    term_options(parser, creating=True)
    add("--basis", "TEXTE", "fondement juridique propre ; peut être répété", action="append", default=[], type=text)
    add("--reason", "TEXTE", "motif, gardé dans le journal", default="", type=text)
    add("--policies", "DOSSIER", "dossier des politiques (défaut : $DLNUF_POLICIES ou celui du projet)", type=Path)


def _create(args: argparse.Namespace) -> None:
    where = place(args)
    folder = args.policies or Path(os.environ.get("DLNUF_POLICIES", default_folder()))
    policies = load_policies(folder, load_all())
    habilitation_of = _checked(args, policies)
    evidence = Evidence.open(where, load(where.keys))
    try:
        where.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        habilitation = habilitation_of(evidence.new_id(), int(time.time()))
        with opened_register(where, create=True) as register:
            evidence.habilitation_created(habilitation, policies.digest, args.reason)
            register.create(habilitation)
    finally:
        evidence.close()
    print(habilitation.id)


def _checked(args: argparse.Namespace, policies: Policies) -> Callable[[str, int], Habilitation]:
    """What was asked for, once the policies allow it; only its id and its date are lacking. Raises Misuse."""
    purpose = policies.purposes.get(args.purpose)
    if purpose is None:
        raise Misuse(
            f"la finalité « {args.purpose} » n'existe pas ; finalités connues : {', '.join(policies.purposes)}."
        )
    scopes = _scopes(args.scopes, purpose, policies.grantable_scopes(purpose.id))
    permitted = recipients(args.recipients)
    basis = _basis(args.basis, purpose)
    allowed = allowed_ips(ANY if args.allowed_ips is None else args.allowed_ips)
    return lambda ident, now: Habilitation(
        id=ident,
        siret=args.siret,
        name=args.name,
        purpose=purpose.id,
        scopes=scopes,
        recipients=permitted,
        created_at=now,
        basis=basis,
        allowed_ips=allowed,
        rate_limit=said_or_none(args.rate_limit),
        valid_until=said_or_none(args.valid_until),
    )


def _scopes(given: str, purpose: Purpose, grantable: frozenset[str]) -> frozenset[str]:
    """The scopes asked for, none of which goes beyond the purpose. Raises Misuse."""
    if given.strip() == ALL:
        return grantable
    asked = frozenset(names(given))
    # DataPass spells `open_data` in many ways, each of which stands for all of it.
    collapsed = {OPEN_DATA if OPEN_DATA in expand({name}) - {name} else name for name in asked}
    if beyond := sorted(collapsed - grantable):
        raise Misuse(
            f"la finalité « {purpose.title} » ne permet pas d'accorder : {', '.join(beyond)} ; "
            f"droits possibles : {', '.join(sorted(grantable)) or 'aucun'}."
        )
    return asked


def _basis(texts: list[str], purpose: Purpose) -> tuple[str, ...]:
    basis = tuple(given.strip() for given in texts if given.strip())
    if purpose.basis_from_habilitation and not basis:
        raise Misuse(
            f"la finalité « {purpose.title} » n'a pas de fondement juridique à elle : donnez celui de l'habilitation "
            "avec --basis."
        )
    if basis and not purpose.basis_from_habilitation:
        raise Misuse(f"la finalité « {purpose.title} » a son propre fondement juridique : --basis serait sans effet.")
    return basis


def _list(args: argparse.Namespace) -> None:
    now = time.time()
    with opened_register(place(args)) as register:
        found = register.habilitations()
    if args.json:
        print(json.dumps([_described(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        recipients = "tous les destinataires" if one.recipients is None else f"{len(one.recipients)} destinataires"
        print(f"{one.id}  {one.siret}  {one.purpose}  {visible(one.name)}")
        print(f"    {len(one.scopes)} droits, {recipients}, {_validity(one, now)}")
    if not found:
        print("Aucune habilitation.")


def _validity(one: Habilitation, now: float) -> str:
    if one.closed_at is not None and one.closed_at <= now:
        return f"close le {said(one.closed_at)}"
    if one.valid_until is None:
        return "sans terme"
    return f"{'échue depuis' if one.valid_until <= now else 'valable jusqu’au'} {said(one.valid_until)}"


def _described(one: Habilitation) -> dict[str, object]:
    return {
        "id": one.id,
        "siret": one.siret,
        "name": one.name,
        "purpose": one.purpose,
        "scopes": sorted(one.scopes),
        "recipients": ANY if one.recipients is None else sorted(one.recipients),
        "basis": list(one.basis),
        "allowed_ips": [str(network) for network in one.allowed_ips],
        "rate_limit_per_minute": one.rate_limit,
        "valid_until": None if one.valid_until is None else iso(one.valid_until),
        "created_at": iso(one.created_at),
        "closed_at": None if one.closed_at is None else iso(one.closed_at),
    }


def _close(args: argparse.Namespace) -> None:
    where = place(args)
    with opened_register(where) as register:
        habilitation = register.habilitation(args.habilitation)
        if habilitation.closed_at is not None:
            print(f"L'habilitation est déjà close, depuis le {said(habilitation.closed_at)}.")
            return
        evidence = Evidence.open(where, load(where.keys))
        try:
            evidence.habilitation_closed(habilitation, args.reason)
            register.close_habilitation(habilitation.id, int(time.time()))
        finally:
            evidence.close()
    print("Habilitation close ; ses jetons cessent de valoir dans la seconde.")
