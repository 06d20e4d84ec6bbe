# SPDX-License-Identifier: EUPL-1.2
"""The terms of a habilitation as options: whom the data may be for, where calls come from, how many, until when."""

import argparse

from gateway.cli.state import last_instant, text
from gateway.identity.habilitation import InvalidHabilitation, Network, networks

ANY, NONE = "any", "none"


def term_options(parser: argparse.ArgumentParser, *, creating: bool) -> None:
    """Add them. Whoever creates a habilitation names its recipients; the other terms are free unless they are said."""
    free = "" if creating else " ; none : plus aucune"
    parser.add_argument(
        "--recipients", metavar="SIRETS", required=creating, type=text,
        help="destinataires permis séparés par des virgules, ou any : tous",
    )  # fmt: skip
    parser.add_argument(
        "--allowed-ips", metavar="RÉSEAUX", type=text,
        help=f"adresses ou réseaux permis, séparés par des virgules, ou any : tous{' (défaut)' if creating else ''}",
    )  # fmt: skip
    parser.add_argument(
        "--rate-limit", metavar="N", type=_limit, help=f"appels par minute, en plus des limites communes{free}"
    )
    parser.add_argument(
        "--valid-until", metavar="DATE", type=_end,
        help=f"dernier jour de validité, par exemple 2028-12-31{' ; none : sans terme' if not creating else ''}",
    )  # fmt: skip


def recipients(given: str) -> frozenset[str] | None:
    """The recipients an option names; None for all of them."""
    return None if given.strip() == ANY else frozenset(names(given))


def allowed_ips(given: str) -> tuple[Network, ...]:
    """The networks an option names; () for every address, which nothing but `any` means. Raises InvalidHabilitation."""
    if given.strip() == ANY:
        return ()
    found = networks(names(given))
    if not found:
        raise InvalidHabilitation("Aucune adresse n'est nommée : donnez-les, ou écrivez « any » pour toutes.")
    return found


def names(given: str) -> list[str]:
    """The names in a list separated by commas."""
    return [name.strip() for name in given.split(",") if name.strip()]


def _limit(given: str) -> int | str:
    if given == NONE:
        return NONE
    if not (given.isascii() and given.isdigit() and len(given) <= 7 and 1 <= int(given) <= 1_000_000):
        raise argparse.ArgumentTypeError(f"« {given} » n'est pas un nombre entier entre 1 et 1000000")
    return int(given)


def _end(given: str) -> int | str:
    return NONE if given == NONE else last_instant(given)


def said_or_none(given: int | str | None) -> int | None:
    """The number an option gives; None when it gives `none`, or nothing."""
    return given if isinstance(given, int) else None
