# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf token adopt`: registers tokens that the service before this one issued, so that their holders change nothing.

Their strings are not needed, and not asked for: the secret that signed them is in `keys/legacy_tokens.secret`, and the
register wants to know which of them stand for which habilitation. All lines are checked before any is registered; a
command that was cut short is run again, and goes on where it stopped.
"""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from gateway.cli.evidence import Evidence
from gateway.cli.state import Misuse, leaf, opened_register, place, text
from gateway.identity.bearer import capped
from gateway.identity.habilitation import Refused, Token
from gateway.identity.keys import LEGACY, load
from gateway.identity.register import Register, UnknownEntry, refuse_if_over

COLUMNS = ("habilitation", "jti", "sub", "iat", "exp")
"""What each line says: the habilitation it will stand for, then the token's own claims; dates in epoch seconds."""
MOST_LINES = 100_000
LONGEST = 4_000
TEST_TOKEN = "00000000-0000-0000-0000-000000000000"  # noqa: S105 -- an identifier everybody knows, of a test token
LATEST = 253_402_300_799
"""The last second of the year 9999, beyond which dates are not written."""


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    adopt = leaf(
        verbs,
        "adopt",
        "reprend les jetons d'un service antérieur (HS256), sans les réémettre",
        "dlnuf token adopt jetons.csv --reason fictif",
        _adopt,
    )
    adopt.add_argument("file", metavar="FICHIER", type=Path, help=f"CSV, colonnes {', '.join(COLUMNS)}")
    adopt.add_argument("--reason", metavar="TEXTE", type=text, default="", help="motif, gardé dans le journal")


def _adopt(args: argparse.Namespace) -> None:
    where = place(args)
    keys = load(where.keys)
    if not keys.legacy:
        raise Misuse(f"Déposez d'abord le secret de l'ancien service dans « {where.keys / LEGACY} ».")
    found = _read(args.file)
    now = int(time.time())
    with opened_register(where) as register:
        new = [token for line, token in found.items() if _is_new(line, token, register, now)]
        evidence = Evidence.open(where, keys)
        try:
            for token in new:
                habilitation = register.habilitation(token.habilitation_id)
                ending = capped(token, habilitation)
                evidence.token_issued(ending, habilitation, args.reason)
                register.issue(ending)
        finally:
            evidence.close()
    already = len(found) - len(new)
    known = f", {already} déjà connu{'s' * (already > 1)}" if already else ""
    print(f"{len(new)} jeton{'s' * (len(new) > 1)} repris{known}.")


def _read(path: Path) -> Mapping[int, Token]:
    """The file's tokens by line. Raises Misuse, naming the first line that cannot be used."""
    found: dict[int, Token] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(_short(line) for line in file)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise Misuse(f"La première ligne doit être : {','.join(COLUMNS)}")
            for row in rows:
                found[rows.line_num] = _token(rows.line_num, row)
                if len(found) > MOST_LINES:
                    raise Misuse(f"Un fichier compte au plus {MOST_LINES} jetons : coupez-le.")
    except (UnicodeDecodeError, csv.Error):
        raise Misuse(f"« {path} » n'est pas un fichier CSV en UTF-8.") from None
    if twice := [ident for ident, times in Counter(token.id for token in found.values()).items() if times > 1]:
        raise Misuse(f"Le jeton {twice[0]} figure deux fois.")
    return found


def _short(line: str) -> str:
    if len(line) > LONGEST:
        raise Misuse(f"Une ligne dépasse {LONGEST} caractères.")
    return line


def _token(line: int, row: Mapping[str | None, str | list[str] | None]) -> Token:
    values = [row.get(name) for name in COLUMNS]
    if None in row or not all(isinstance(value, str) for value in values):
        raise Misuse(f"Ligne {line} : il faut {len(COLUMNS)} colonnes.")
    habilitation, ident, title, issued, ends = (str(value).strip() for value in values)
    if ident == TEST_TOKEN:
        raise Misuse(f"Ligne {line} : c'est le jeton de test que tout le monde connaît, il ne se reprend pas.")
    try:
        # Whether it opens /mcp was for its claim to say, and still is.
        return Token(ident, habilitation, title[:250], _seconds(issued), _seconds(ends), mcp=True, adopted=True)
    except Refused as error:
        raise Misuse(f"Ligne {line} : {error}") from None


def _seconds(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) <= 12 and int(given) <= LATEST):
        raise Refused("« iat » et « exp » sont des secondes écoulées depuis 1970, en chiffres.")
    return int(given)


def _is_new(line: int, token: Token, register: Register, now: int) -> bool:
    """Whether it is still to be registered. Raises Misuse when it cannot be, or stands for something else already."""
    try:
        habilitation = register.habilitation(token.habilitation_id)
        refuse_if_over(habilitation, now)
    except (Refused, UnknownEntry) as error:
        raise Misuse(f"Ligne {line} : {error}") from None
    if (known := register.find(token.id)) is None:
        return True
    if known[0].habilitation_id != token.habilitation_id:
        raise Misuse(f"Ligne {line} : ce jeton est déjà celui d'une autre habilitation.")
    return False
