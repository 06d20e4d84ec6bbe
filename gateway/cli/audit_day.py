# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit day`: the days that were closed, and working them out again from the records."""

import argparse
import json
import sys

from gateway.audit.closing import Closing, Closings, recomputed
from gateway.audit.day import DayUncounted, is_day
from gateway.audit.reader import LogUnreadable, StoreReader
from gateway.audit.show import readable
from gateway.audit.stores.address import Place

PURPOSE = "montre les journées closes et, avec --verify, les recalcule depuis les enregistrements"
EXAMPLE = "dlnuf audit day --state .sandbox --date 2026-11-23 --verify"


def options(leaf: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    leaf.add_argument("--date", metavar="AAAA-MM-JJ", type=_day, help="cette journée seulement (UTC)")
    leaf.add_argument("--verify", action="store_true", help="recalculer, et comparer à la racine inscrite au journal")
    leaf.add_argument("--json", action="store_true", help="un objet JSON par ligne")


def run(arguments: argparse.Namespace, place: Place) -> int:
    """Show or recompute. 0 when everything asked holds."""
    log = StoreReader.at(place)
    try:
        found = Closings(log).follow()
        if arguments.date:
            found = [one for one in found if one.day == arguments.date]
        if not found:
            print(
                "dlnuf audit : aucune journée close" + (f" le {arguments.date}" if arguments.date else ""),
                file=sys.stderr,
            )
            return 1
        return max(_one(log, one, arguments) for one in found)
    except LogUnreadable as error:
        print(f"dlnuf audit : {readable(str(error))}", file=sys.stderr)
        return 1
    finally:
        log.close()


def _one(log: StoreReader, closing: Closing, arguments: argparse.Namespace) -> int:
    told: dict[str, object] = {
        "day": closing.day, "record": closing.number, "first": closing.first, "stop": closing.stop,
        "root": closing.root, "under_embargo": list(closing.purposes),
    }  # fmt: skip
    problem = ""
    if arguments.verify:
        try:
            day = recomputed(log, closing)
            told |= {"companies": day.open.size, "sealed": {name: one.size for name, one in day.seals.items()}}
        except DayUncounted as error:
            problem = str(error)
        told |= {"verified": not problem, "problem": problem or None}
    print(json.dumps(told, ensure_ascii=True, sort_keys=True) if arguments.json else _text(told, problem))
    return 1 if problem else 0


def _text(told: dict[str, object], problem: str) -> str:
    empty = told["first"] == told["stop"]
    span = f"enregistrements n° {told['first']} à {int(str(told['stop'])) - 1}"
    head = f"{told['day']} : {'aucun enregistrement' if empty else span}, clos au n° {told['record']}"
    if problem:
        return f"REFUSÉ : {head} : {readable(problem)}"
    if "verified" in told:
        return f"VÉRIFIÉ : {head} ; {told['companies']} entreprise(s) hors embargo.\nRacine : {told['root']}"
    return f"{head}.\nRacine : {told['root']}"


def _day(text: str) -> str:
    if not is_day(text):
        raise argparse.ArgumentTypeError(f"{text!r} n'est pas un jour : écrivez par exemple 2026-11-23")
    return text
