# SPDX-License-Identifier: EUPL-1.2
"""The command `dlnuf`. Each noun's module says what it can do in a function `register`."""

import argparse
import importlib
import io
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

NOUNS = (
    "serve",
    "sandbox",
    "demo",
    "fault",
    "habilitation",
    "token",
    "person",
    "key",
    "policy",
    "audit",
    "verify",
    "dossier",
    "witness",
    "connector",
    "openapi",
)


WORDS = {
    "the following arguments are required: ": "il manque : ",
    "unrecognized arguments: ": "arguments inconnus : ",
    "expected one argument": "attend une valeur",
    "expected at least one argument": "attend au moins une valeur",
    "invalid choice: ": "valeur impossible : ",
    " (choose from ": " (au choix : ",
    "invalid int value: ": "n'est pas un nombre entier : ",
    "ambiguous option: ": "option ambiguë : ",
    "could match": "peut être",
    "one of the arguments ": "il manque l'une des options ",
    " is required": "",
    "not allowed with argument": "ne va pas avec l'option",
}
"""The sentences of argparse that a user meets, in French."""


class FrenchFormatter(argparse.RawDescriptionHelpFormatter):
    """Help as argparse writes it, under a French heading."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """The usage line."""
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)


class FrenchParser(argparse.ArgumentParser):
    """argparse with its own few words in French."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "formatter_class": FrenchFormatter, "add_help": False})
        self._positionals.title, self._optionals.title = "arguments", "options"
        self.add_argument("-h", "--help", action="help", help="affiche cette aide")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the usage, and exit 2."""
        for english, french in WORDS.items():
            message = message.replace(english, french)
        self.print_usage(sys.stderr)
        print(f"{self.prog} : {message}", file=sys.stderr)
        raise SystemExit(2)


def parser(nouns: Sequence[str] = NOUNS) -> argparse.ArgumentParser:
    """The whole command line."""
    root = FrenchParser(
        prog="dlnuf",
        description="Dites-le-nous une fois : la passerelle d'API du principe « une seule fois ».",
        epilog="Exemple : dlnuf sandbox --state .sandbox",
    )
    commands = root.add_subparsers(dest="noun", metavar="COMMANDE", required=True, parser_class=FrenchParser)
    for noun in nouns:
        importlib.import_module(f"gateway.cli.{noun}").register(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    for stream in (sys.stdout, sys.stderr):  # French has accents whatever the locale says
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Only the noun that was asked for is imported: `dlnuf token list` does not wait for a web framework.
    nouns = (given[0],) if given and given[0] in NOUNS else NOUNS
    chosen = parser(nouns).parse_args(given)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def entry() -> NoReturn:
    """The console script."""
    raise SystemExit(main())
