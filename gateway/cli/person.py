# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf person`: let somebody in by a single-use link, grant a role or a company, end one, list who has what."""

import argparse
import json
import os
from urllib.parse import quote

from connectors.kit import Siren
from gateway.cli.people import opened
from gateway.cli.state import Misuse, Place, iso, last_instant, leaf, place, said, text, visible
from gateway.people.person import GRANTABLE, LOCAL, TITLES, Role

ROLES = ", ".join(GRANTABLE)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun `person` and its four verbs."""
    noun = commands.add_parser("person", help="personnes : lien de connexion, rôles, liste")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="ACTION")
    link = leaf(
        verbs,
        "link",
        "affiche un lien de connexion, qui sert une fois dans les quinze minutes",
        'dlnuf person link --name "Audrey Lestang" --role auditeur --state .sandbox',
        _link,
    )
    link.add_argument("person", metavar="COMPTE", nargs="?", help="identifiant du compte (défaut : celui de --name)")
    link.add_argument("--name", metavar="NOM", type=text, help="nom d'un compte local, créé s'il n'existe pas")
    link.add_argument("--public-url", metavar="ADRESSE", help="adresse publique (défaut : $DLNUF_PUBLIC_URL)")
    _right(link)
    grant = leaf(
        verbs,
        "grant",
        "accorde un rôle, ou le droit de représenter une entreprise",
        "dlnuf person grant 11111111-1111-4111-8111-111111111111 --role instructeur --until 2027-12-31",
        _grant,
    )
    close = leaf(
        verbs,
        "close",
        "met fin à un rôle ou à une représentation, et aux sessions de la personne",
        "dlnuf person close 11111111-1111-4111-8111-111111111111 --role instructeur --reason mutation",
        _close,
    )
    for parser in (grant, close):
        parser.add_argument("person", metavar="COMPTE", help="identifiant du compte, que la personne lit sur sa page")
        _right(parser)
    for parser in (link, grant):
        parser.add_argument("--until", metavar="DATE", type=last_instant, help="dernier jour du droit")
    listed = leaf(verbs, "list", "liste les comptes et ce qui leur est accordé", "dlnuf person list --json", _list)
    listed.add_argument("--json", action="store_true", help="sortie en JSON")


def _right(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", metavar="RÔLE", choices=[*GRANTABLE], help=f"rôle : {ROLES}")
    parser.add_argument("--siren", metavar="SIREN", help="entreprise à représenter")
    parser.add_argument("--reason", metavar="TEXTE", type=text, default="", help="motif, gardé dans le journal")


def _link(args: argparse.Namespace) -> None:
    if (args.person is None) == (args.name is None):
        raise Misuse("donnez soit l'identifiant d'un compte, soit --name.")
    where = place(args)
    address = args.public_url or _address(where)
    with opened(where, create=True) as book:
        if args.person is not None:
            account = book.accounts.get(args.person)
        else:
            account = book.accounts.remember(LOCAL, args.name, args.name, book.evidence.new_id(), book.now)
        book.grant(account.id, _role(args), _siren(args.siren), args.reason, args.until)
        secret = book.sessions.make_link(account.id, book.now)
    print(f"{address.rstrip('/')}/connexion/lien/{quote(secret)}")


def _address(where: Place) -> str:
    """The public address: the environment's, else the one the sandbox left beside its state."""
    found = os.environ.get("DLNUF_PUBLIC_URL", "")
    if found:
        return found
    try:
        return (where.state / "address").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return "http://127.0.0.1:8000"


def _grant(args: argparse.Namespace) -> None:
    if args.role is None and args.siren is None:
        raise Misuse("dites ce qui est accordé : --role ou --siren.")
    with opened(place(args)) as book:
        account = book.accounts.get(args.person)
        book.grant(account.id, _role(args), _siren(args.siren), args.reason, args.until)
    print(f"Accordé à {visible(account.name)}. La personne doit se reconnecter.")


def _close(args: argparse.Namespace) -> None:
    if (args.role is None) == (args.siren is None):
        raise Misuse("dites à quoi mettre fin : --role ou --siren.")
    with opened(place(args)) as book:
        account = book.accounts.get(args.person)
        ended = book.close(account.id, _role(args), _siren(args.siren), args.reason)
    print("C'est clos, et les sessions de la personne aussi." if ended else "Cette personne n'a pas ce droit.")


def _list(args: argparse.Namespace) -> None:
    with opened(place(args)) as book:
        rows = [
            {
                "id": account.id,
                "name": account.name,
                "issuer": account.issuer,
                "created_at": iso(account.created_at),
                "roles": [
                    {"role": one.role.value, "by": one.by, "until": None if one.until is None else iso(one.until)}
                    for one in book.accounts.roles(account.id, book.now)
                ],
                "sirens": sorted(book.representations.sirens(account.id, book.now)),
            }
            for account in book.accounts.all()
        ]
        if args.json:
            print(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for account in book.accounts.all():
            roles = book.accounts.roles(account.id, book.now)
            sirens = sorted(book.representations.sirens(account.id, book.now))
            print(f"{account.id}  {visible(account.name)}  ({visible(account.issuer)})")
            for one in roles:
                print(f"    {TITLES[one.role]}, {_term(one.until)}, accordé par {visible(one.by)}")
            if sirens:
                print(f"    représente {', '.join(sirens)}")
        if not rows:
            print("Aucun compte.")


def _term(until: int | None) -> str:
    return "sans terme" if until is None else f"jusqu'au {said(until)}"


def _role(args: argparse.Namespace) -> Role | None:
    return None if args.role is None else Role(args.role)


def _siren(given: str | None) -> str | None:
    if given is None:
        return None
    found = Siren.parse("".join(given.split()))
    if found is None:
        raise Misuse(f"« {visible(given)} » n'est pas un SIREN.")
    return found
