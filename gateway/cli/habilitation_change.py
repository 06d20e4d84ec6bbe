# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf habilitation change`: other terms for a habilitation that lives on with its tokens.

Whom it belongs to, its purpose and its scopes never change: tokens carry them, and a record that names a habilitation
must still mean the same right in a year. For these, another habilitation is created.
"""

import argparse
import time
from dataclasses import replace

from gateway.cli.evidence import Evidence
from gateway.cli.habilitation_terms import allowed_ips, recipients, said_or_none, term_options
from gateway.cli.state import Misuse, leaf, opened_register, place, text
from gateway.identity.habilitation import Habilitation
from gateway.identity.keys import load
from gateway.identity.register import refuse_if_closed

TERMS = ("recipients", "allowed_ips", "rate_limit", "valid_until")
EXAMPLE = """dlnuf habilitation change 11111111-1111-4111-8111-111111111111 --valid-until 2029-06-30 \\
    --allowed-ips 192.0.2.0/24 --reason "mission prolongée" """.rstrip()


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    verb = leaf(
        verbs,
        "change",
        "change les destinataires, les adresses, le débit ou le terme d'une habilitation, sans toucher à ses jetons",
        EXAMPLE,
        _change,
    )
    verb.add_argument("habilitation", metavar="ID", help="identifiant de l'habilitation")
    term_options(verb, creating=False)
    verb.add_argument("--reason", metavar="TEXTE", type=text, default="", help="motif, gardé dans le journal")


def _change(args: argparse.Namespace) -> None:
    if all(getattr(args, term) is None for term in TERMS):
        raise Misuse("dites ce qui change : --recipients, --allowed-ips, --rate-limit ou --valid-until.")
    where = place(args)
    with opened_register(where) as opened:
        before = opened.habilitation(args.habilitation)
        refuse_if_closed(before)
        after = _changed(before, args, int(time.time()))
        if after == before:
            print("L'habilitation est déjà ainsi : rien n'a changé.")
            return
        evidence = Evidence.open(where, load(where.keys))
        try:
            evidence.habilitation_changed(before, after, args.reason)
            opened.change(after)
        finally:
            evidence.close()
    print("Habilitation modifiée ; la passerelle en tient compte dans la seconde.")


def _changed(before: Habilitation, args: argparse.Namespace, now: int) -> Habilitation:
    """The habilitation with its new terms. Raises Misuse, InvalidHabilitation."""
    until = before.valid_until if args.valid_until is None else said_or_none(args.valid_until)
    if args.valid_until is not None and until is not None and until <= now:
        raise Misuse("cette date est passée ; pour mettre fin à une habilitation : « dlnuf habilitation close ».")
    return replace(
        before,
        recipients=before.recipients if args.recipients is None else recipients(args.recipients),
        allowed_ips=before.allowed_ips if args.allowed_ips is None else allowed_ips(args.allowed_ips),
        rate_limit=before.rate_limit if args.rate_limit is None else said_or_none(args.rate_limit),
        valid_until=until,
    )
