# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit index`: bring the auditors' search index up to date with the log, or build it again from nothing."""

import argparse
import sys
import time

from gateway.audit.index.follow import Follower
from gateway.audit.reader import LogUnreadable, StoreReader
from gateway.audit.show import readable
from gateway.audit.stores.address import Place

PURPOSE = "met à jour l'index de recherche de la console, ou le reconstruit"
EXAMPLE = "dlnuf audit index --state .sandbox --rebuild"
_TOLD_EVERY_S = 2.0


def options(leaf: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    leaf.add_argument("--rebuild", action="store_true", help="jette l'index et relit tout le journal")


def run(arguments: argparse.Namespace, place: Place) -> int:
    """Read the log until its end. The index is derived from the log: losing it loses nothing."""
    follower = Follower(arguments.state / "index.db", StoreReader.at(place), unpublished_s=0)
    try:
        if arguments.rebuild:
            follower.begin_again("reconstruction demandée")
        told = time.monotonic()
        while follower.step():
            if time.monotonic() - told >= _TOLD_EVERY_S:
                told = time.monotonic()
                print(f"{follower.state.size} lus, {follower.state.behind} à lire", file=sys.stderr, flush=True)
        state = follower.state
    except LogUnreadable as error:
        print(f"dlnuf audit : {readable(str(error))}", file=sys.stderr)
        return 1
    finally:
        follower.close()
    if state.trouble:
        print(f"dlnuf audit : {readable(state.trouble)}", file=sys.stderr)
        return 1
    print(f"{state.size} enregistrements dans l'index.")
    return 0
