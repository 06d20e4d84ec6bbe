# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf policy`: check the policies, explain them in French, and play their examples."""

import argparse
import json
import sys
from pathlib import Path

from connectors.kit.contract import Contract, ContractError, load_all
from gateway.console.rules import load_rules
from gateway.dossier.sheets import load_sheets
from gateway.purpose.examples import outcome
from gateway.purpose.load import compiled, default_folder, load
from gateway.purpose.model import Policies, PolicyError, Purpose, Rule

OK, REFUSED, USAGE = 0, 1, 2


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun `policy` and its three verbs."""
    noun = commands.add_parser("policy", help="politiques d'accès : vérifier, expliquer, rejouer les exemples")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="ACTION")
    check = _verb(
        verbs,
        "check",
        "vérifie tout le dossier, rejoue ses exemples et affiche son empreinte",
        "dlnuf policy check --policies policies",
    )
    check.set_defaults(run=_check)
    explain = _verb(
        verbs,
        "explain",
        "dit en français ce qu'une finalité accorde : textes, produits, champs transmis et champs masqués",
        "dlnuf policy explain marches_publics urssaf/attestation_vigilance",
    )
    explain.add_argument("purpose", metavar="FINALITÉ", help="identifiant de la finalité, par exemple marches_publics")
    explain.add_argument("product", metavar="PRODUIT", nargs="?", help="un seul produit, par exemple insee/adresse")
    explain.set_defaults(run=_explain)
    test = _verb(
        verbs,
        "test",
        "rejoue chaque exemple et donne son issue, une ligne chacun",
        "dlnuf policy test",
    )
    test.set_defaults(run=_test)


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, says: str, example: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=f"Exemple :\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--policies", metavar="DOSSIER", type=Path, default=None, help="dossier des politiques (défaut : policies/)"
    )
    parser.add_argument("--json", action="store_true", help="sortie en JSON")
    return parser


def _check(args: argparse.Namespace) -> int:
    folder = args.policies or default_folder()
    try:
        contracts = load_all()
        policies = load(folder, contracts)
        sheets = load_sheets(folder, contracts, policies)
        anomalies = load_rules(folder)
    except (PolicyError, ContractError) as error:
        return _refused(error)
    found = {
        "digest": policies.digest,
        "purposes": len(policies.purposes),
        "rules": len(policies.rules),
        "examples": sum(len(purpose.examples) for purpose in policies.purposes.values()),
        "pools": len(policies.pools),
        "anomalies": len(anomalies),
        "pieces": len(sheets.pieces),
        "questions": len(sheets.questions),
        "files_digest": sheets.digest,
    }
    if args.json:
        _print_json(found)
    else:
        print(
            f"Politiques correctes : {found['purposes']} finalités, {found['rules']} produits accordés, "
            f"{found['examples']} exemples vérifiés, {found['pools']} réserves d'appels."
        )
        print(f"Empreinte : {policies.digest}")
        if sheets.pieces:
            print(
                f"Dossiers de candidature : {found['pieces']} pièces demandées aux registres, "
                f"{found['questions']} déclarations ; empreinte {sheets.digest}."
            )
    return OK


def _test(args: argparse.Namespace) -> int:
    try:
        contracts = load_all()
        policies = compiled(args.policies or default_folder(), contracts)
    except (PolicyError, ContractError) as error:
        return _refused(error)
    played = _played(policies, contracts)
    failed = sum(complaint is not None for _, _, complaint in played)
    if args.json:
        _print_json(
            [
                {"purpose": purpose, "says": says, "ok": complaint is None, "complaint": complaint}
                for purpose, says, complaint in played
            ]
        )
    else:
        for purpose, says, complaint in played:
            print(f"{'échec' if complaint else 'ok   '}  {purpose} : {says}{f' — {complaint}' if complaint else ''}")
        print(f"{len(played)} exemples, {failed} en échec.")
    return REFUSED if failed else OK


def _played(policies: Policies, contracts: dict[str, Contract]) -> list[tuple[str, str, str | None]]:
    return [
        (purpose.id, example.says, outcome(policies, contracts, purpose, example))
        for purpose in policies.purposes.values()
        for example in purpose.examples
    ]


def _explain(args: argparse.Namespace) -> int:
    try:
        policies = load(args.policies or default_folder(), load_all())
    except (PolicyError, ContractError) as error:
        return _refused(error)
    purpose = policies.purposes.get(args.purpose)
    if purpose is None:
        known = ", ".join(policies.purposes)
        print(f"La finalité « {args.purpose} » n'existe pas. Finalités connues : {known}.", file=sys.stderr)
        return USAGE
    rules = policies.rules_of(purpose.id)
    if args.product is not None:
        rules = tuple(rule for rule in rules if rule.product.id == args.product)
        if not rules:
            why = "interdit" if args.product in purpose.forbidden else "non accordé"
            print(f"Produit « {args.product} » {why} par la finalité « {purpose.title} ».", file=sys.stderr)
            return REFUSED
    if args.json:
        _print_json(_described(purpose, rules, policies.digest))
    else:
        print("\n".join(_told(purpose, rules, policies.digest)))
    return OK


def _told(purpose: Purpose, rules: tuple[Rule, ...], digest: str) -> list[str]:
    lines = [f"{purpose.title} ({purpose.id})", f"  {purpose.summary}", ""]
    if purpose.basis is None:
        lines.append("Fondement juridique : celui que cite chaque habilitation (sans lui, tout est refusé).")
    else:
        lines.append(f"Fondement juridique : {' ; '.join(str(text) for text in purpose.basis)}.")
    lines.append(f"Conservation par le destinataire : {purpose.retention_months} mois au plus.")
    lines.append(f"Conservation des traces par la passerelle : {purpose.trace_months} mois.")
    contexts = ", ".join(f"« {context} »" for context in purpose.contexts)
    lines.append(f"Contextes acceptés : {contexts or 'tous'}.")
    if not purpose.self_lookup:
        lines.append("Le destinataire ne peut pas être l'entreprise consultée.")
    if not purpose.natural_persons:
        lines.append("Aucun groupe de champs portant sur des personnes physiques.")
    if purpose.open_data_only:
        lines.append("Données ouvertes seulement.")
    if purpose.forbidden:
        lines.append(f"Produits interdits : {', '.join(sorted(purpose.forbidden))}.")
    for rule in rules:
        access = "données ouvertes" if rule.product.open_data else "données protégées"
        lines += ["", f"{rule.product.title} ({rule.product.id}) : {rule.need}, {access}"]
        lines.append(f"  Groupes accordés : {', '.join(rule.groups)}")
        lines.append(f"  Droits qui l'ouvrent : {', '.join(sorted(rule.product.scopes)) or 'tout jeton valable'}")
        for number, release in rule.releases.items():
            shown = [name for name in rule.product.versions[number].fields if name in release.fields]
            lines.append(f"  v{number}, champs transmis : {', '.join(shown)}")
            lines.append(f"  v{number}, champs masqués : {', '.join(release.withheld) or 'aucun'}")
    return [*lines, "", f"Empreinte des politiques : {digest}"]


def _described(purpose: Purpose, rules: tuple[Rule, ...], digest: str) -> dict[str, object]:
    return {
        "id": purpose.id,
        "title": purpose.title,
        "summary": purpose.summary,
        "legal_basis": "habilitation" if purpose.basis is None else [str(text) for text in purpose.basis],
        "retention_months": purpose.retention_months,
        "trace_months": purpose.trace_months,
        "contexts": list(purpose.contexts),
        "self_lookup": purpose.self_lookup,
        "natural_persons": purpose.natural_persons,
        "open_data_only": purpose.open_data_only,
        "forbidden": sorted(purpose.forbidden),
        "products": [
            {
                "product": rule.product.id,
                "need": rule.need,
                "groups": list(rule.groups),
                "scopes": sorted(rule.product.scopes),
                "versions": {
                    f"v{number}": {"fields": sorted(release.fields), "withheld": list(release.withheld)}
                    for number, release in rule.releases.items()
                },
            }
            for rule in rules
        ],
        "digest": digest,
    }


def _refused(error: Exception) -> int:
    print(f"Politiques refusées : {error}", file=sys.stderr)
    return REFUSED


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
