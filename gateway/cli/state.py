# SPDX-License-Identifier: EUPL-1.2
"""The folder that `dlnuf habilitation`, `token` and `key` work on: where it is, what it holds, how its dates are said.

<state>/register.db   habilitations and tokens
<state>/audit.db      the log, where every change is written before it is made
<state>/keys/         the key files, unless they are kept elsewhere
"""

import argparse
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from connectors.kit.contract import ContractError
from connectors.kit.paris import PARIS
from gateway.audit.log import ANCHOR, LogUnavailable
from gateway.audit.note import BadNote
from gateway.audit.stores.address import BadPlace
from gateway.audit.subject import KeysUnavailable
from gateway.identity.habilitation import InvalidHabilitation, Refused
from gateway.identity.keys import KeysMissing
from gateway.identity.register import Register, RegisterUnavailable, UnknownEntry
from gateway.people.accounts import UnknownAccount
from gateway.people.database import PeopleUnavailable
from gateway.purpose.model import PolicyError
from gateway.settings import STATE

DONE, FAILED, USAGE = 0, 1, 2
LOOK = "vérifiez --state, ou DLNUF_STATE (l'état d'un bac à sable se nomme toujours : --state .sandbox)"
STATE_HELP = f"dossier d'état (défaut : $DLNUF_STATE, sinon {STATE}, comme la passerelle)"

_FAILURES = (
    KeysMissing,
    RegisterUnavailable,
    UnknownEntry,
    UnknownAccount,
    PeopleUnavailable,
    Refused,
    LogUnavailable,
    KeysUnavailable,
    BadNote,
    PolicyError,
    BadPlace,
    ContractError,
    OSError,
)


class Misuse(Exception):
    """The command was given something it cannot use. The message is in French."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the commands work. `origin`: the name under which the log's heads are signed. `log`: where it is kept.

    `anchor`: the file that remembers what was published of it.
    """

    state: Path
    keys: Path
    origin: str
    log: Path | str
    anchor: Path

    @property
    def log_name(self) -> str:
        """How people are told which log it is: a file, or a database, whose address may hold a password."""
        return visible(str(self.log)) if isinstance(self.log, Path) else "la base que nomme DLNUF_LOG_URL"


def leaf(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    says: str,
    example: str,
    run: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    """One verb of a noun, with its example and the option that every verb has."""
    parser = verbs.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=f"Exemple :\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--state", metavar="DOSSIER", type=Path, default=None, help=STATE_HELP)
    parser.add_argument(
        "--keys", metavar="DOSSIER", type=Path, default=None, help="dossier des clés (défaut : « keys » de l'état)"
    )
    parser.set_defaults(run=lambda args: _told(parser.prog, run, args))
    return parser


def place(args: argparse.Namespace, environment: Mapping[str, str] = os.environ, *, founds: bool = True) -> Place:
    """Where this command works: its options, else the environment that the gateway itself reads.

    Another state than the gateway's, named on the command line, brings its own keys, its own log and that log's memory:
    those of the environment belong to the gateway. `founds`: the command would begin a log where there is none; not
    while the environment says that the log is in a database, since nobody would look for those records in a file.
    Raises Misuse.
    """
    ours = Path(environment.get("DLNUF_STATE", STATE))
    state = args.state or ours
    apart = os.path.realpath(state) != os.path.realpath(ours)
    named = None if apart else environment.get("DLNUF_KEYS")
    keys = args.keys or (Path(named) if named else state / "keys")
    url = environment.get("DLNUF_LOG_URL")
    log = (None if apart else url) or state / "audit.db"
    if founds and apart and url and not (state / "audit.db").exists():
        raise Misuse(
            f"DLNUF_LOG_URL dit où est le journal de « {ours} », et « {state} » n'en a pas : donnez ce dossier à "
            "DLNUF_STATE, ou retirez DLNUF_LOG_URL."
        )
    remembered = None if apart else environment.get("DLNUF_LOG_ANCHOR")
    anchor = Path(remembered) if remembered else state / ANCHOR
    return Place(state, keys, environment.get("DLNUF_LOG_ORIGIN", "dlnuf"), log, anchor)


@contextmanager
def opened_register(where: Place, *, create: bool = False) -> Iterator[Register]:
    """The register of the state, for the time of a block. Raises RegisterUnavailable; an absent one is not made up."""
    path = where.state / "register.db"
    if not create and not path.exists():
        raise RegisterUnavailable(f"Il n'y a pas de registre dans « {where.state} » : {LOOK}.")
    register = Register(path)
    try:
        yield register
    finally:
        register.close()


def instant(given: str) -> int:
    """Epoch seconds of a date written in ISO 8601, of Paris when it does not name its zone; an option's type."""
    try:
        found = datetime.fromisoformat(given)
        return int((found if found.tzinfo else found.replace(tzinfo=PARIS)).timestamp())
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"« {given} » n'est pas une date : écrivez par exemple 2027-03-31T18:00"
        ) from None


def last_instant(given: str) -> int:
    """Like `instant`, save that a day alone is taken with all its hours: the end of that day in Paris."""
    try:
        after = date.fromisoformat(given) + timedelta(days=1)
    except (ValueError, OverflowError):
        return instant(given)
    return int(datetime.combine(after, time.min, PARIS).timestamp())


def iso(at: float) -> str:
    """An instant as data: UTC, ISO 8601."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def said(at: float | None) -> str:
    """An instant for people: the time of Paris, or a dash."""
    return "—" if at is None else datetime.fromtimestamp(at, PARIS).strftime("%d/%m/%Y %H:%M")


def text(given: str) -> str:
    """A text that can be kept and shown again: one line, of characters that exist; an option's type."""
    if visible(given) != given.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " "):
        raise argparse.ArgumentTypeError("un texte tient sur une ligne et n'a que des caractères lisibles")
    return given


def visible(given: str) -> str:
    """A text from the register that cannot play tricks on a terminal or break a line."""
    signs = (" " if unicodedata.category(sign) == "Zs" else sign for sign in given)
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in signs)


def _told(prog: str, run: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> int:
    """The exit status of a verb; whatever stopped it is said in one line."""
    try:
        run(args)
    except (Misuse, InvalidHabilitation) as error:
        print(f"{prog} : {error}", file=sys.stderr)
        return USAGE
    except _FAILURES as error:
        print(f"{prog} : {error}", file=sys.stderr)
        return FAILED
    return DONE
