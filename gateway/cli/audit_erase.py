# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit erase`: what was kept long enough is erased, once it is exported, and its month's key destroyed."""

import argparse
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.kit.contract import load_all
from gateway.audit.bundle import opened_export
from gateway.audit.erasures import write_runs
from gateway.audit.retention import MONTHS, PAGE, Choice, Rule, choose, unfinished
from gateway.audit.subject import month_of
from gateway.cli.audit_shop import Shop, month, run
from gateway.cli.state import Misuse, leaf, text
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies

CHUNK = 2000
"""How many records are erased in one transaction: the gateway waits no longer than that to write its own."""
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Proof:
    """An export that was verified. `leaves`: of the records in it, by number."""

    digest: str
    leaves: Mapping[int, bytes]


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the noun `audit`."""
    erasing = leaf(
        verbs, "erase", "efface les enregistrements dont la conservation est échue, une fois exportés",
        "dlnuf audit erase --state .sandbox --due --export journal-2023-10.zip --dry-run",
        lambda args: run(_erase, args),
    )  # fmt: skip
    which = erasing.add_mutually_exclusive_group(required=True)
    which.add_argument("--due", action="store_true", help="tout ce qui est échu")
    which.add_argument(
        "--before", metavar="AAAA-MM", type=month, help="ce qui est échu, des mois antérieurs à celui-ci"
    )
    erasing.add_argument(
        "--export", metavar="FICHIER", type=Path, action="append", default=[],
        help="export d'un mois à effacer ; à répéter pour chacun",
    )  # fmt: skip
    erasing.add_argument("--dry-run", action="store_true", help="dit ce qui serait effacé, sans rien faire")
    erasing.add_argument("--reason", metavar="TEXTE", type=text, default="", help="motif, gardé dans le journal")
    erasing.add_argument("--policies", metavar="DOSSIER", type=Path, help="politiques qui disent les durées")


def _erase(args: argparse.Namespace, shop: Shop) -> None:
    folder = args.policies or Path(os.environ.get("DLNUF_POLICIES", default_folder()))
    months = {purpose.id: purpose.trace_months for purpose in load_policies(folder, load_all()).purposes.values()}
    rule = Rule(month_of(shop.now), months, args.before, _held(shop))
    choice = choose(shop.log, rule)
    left_over = unfinished(shop.log, rule)
    proofs = _proofs(args.export, shop)
    for name, numbers in choice.numbers.items():
        print(f"{name} : {len(numbers)} enregistrements échus{'' if args.dry_run else ', à effacer'}.")
    if left_over:
        print(f"{len(left_over)} enregistrements d'un effacement interrompu, à terminer.")
    if choice.spared:
        print(f"Échanges ou événements échus qu'une conservation retient : {choice.spared}.")
    keys = _useless_keys(shop, rule, choice, min([MONTHS, *months.values()]))
    if not (choice.numbers or left_over or keys):
        print("Rien n'est échu.")
        return
    if args.dry_run:
        for name in keys:
            print(f"{name} : plus rien n'aurait besoin de la clé des sujets, qui serait détruite.")
        return
    for name, numbers in choice.numbers.items():
        _expect_exported(name, numbers, proofs, shop)
    _carry_out(args, shop, choice, left_over, proofs)
    for name in keys:
        shop.evidence.happened("key_destroyed", {"month": name}, args.reason)
        shop.subjects.destroy(name)
        print(f"{name} : clé des sujets détruite.")
    if (shop.state / "index.db").exists():
        print(
            "Les sommes de la console les comptent jusqu'à la reconstruction de l'index (dlnuf audit index --rebuild)."
        )


def _carry_out(
    args: argparse.Namespace, shop: Shop, choice: Choice, left_over: Sequence[int], proofs: Mapping[str, Proof]
) -> None:
    """Say it in the log, then do it: cut short, it is said, and finished the next time."""
    numbers = list(left_over)
    for name, chosen in choice.numbers.items():
        for told in write_runs(chosen):
            shop.evidence.happened("erased", {"month": name, "digest": proofs[name].digest, **told}, args.reason)
        numbers += chosen
    numbers.sort(reverse=True)  # an answer before its question: cut short, no answer stands without one
    with shop.ledger() as ledger:
        erased = sum(ledger.prune(numbers[start : start + CHUNK]) for start in range(0, len(numbers), CHUNK))
    print(f"{erased} enregistrements effacés ; leurs empreintes restent dans l'arbre.")


def _proofs(paths: Sequence[Path], shop: Shop) -> dict[str, Proof]:
    found = {}
    for path in paths:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with opened_export(path) as one:
            found[one.manifest().month] = Proof(digest, one.verify(shop.signer.verifier))
    return found


def _expect_exported(name: str, numbers: Sequence[int], proofs: Mapping[str, Proof], shop: Shop) -> None:
    """Refuse to erase what no export holds, as it stands in this log."""
    proof = proofs.get(name)
    if proof is None:
        raise Misuse(
            f"{name} n'est pas exporté : faites « dlnuf audit export --month {name} --out … », gardez le fichier "
            "ailleurs, et donnez-le avec --export."
        )
    for start in range(0, len(numbers), PAGE):
        part = numbers[start : start + PAGE]
        for first in range(part[0], part[-1] + 1, PAGE):
            stop = min(first + PAGE, part[-1] + 1)
            leaves = dict(zip(range(first, stop), shop.log.leaves(first, stop), strict=True))
            for number in part:
                if number in leaves and proof.leaves.get(number) != leaves[number]:
                    raise Misuse(f"l'export de {name} n'a pas l'enregistrement {number} : exportez ce mois à nouveau.")


def _useless_keys(shop: Shop, rule: Rule, choice: Choice, least: int) -> list[str]:
    """Months whose records are all erased, or about to be, and whose key still exists."""
    return [
        name
        for name, wrapped in shop.store.all().items()
        if wrapped is not None
        and name not in choice.left
        and rule.due_month(name, least)
        and (rule.before is None or name < rule.before)
    ]


def _held(shop: Shop) -> dict[str, Callable[[Mapping[str, object]], bool]]:
    found = {}
    for hold in shop.holds.active():
        known = () if hold.company is None else shop.subjects.over(hold.company, _FIRST, shop.now)
        found[hold.id] = hold.matcher(frozenset(known))
    return found
