# SPDX-License-Identifier: EUPL-1.2
"""A question of the sheets as fields of a form, and what was typed there as an answer. Pure.

A field is named `q.<key>`, with what follows for a year or a row; `f.<key>` are files, `g.<key>` the digests of files
already joined that stay, `n.<key>` how many rows are shown. An answer that is the one already declared is not declared
again; one that was emptied is said to be wrong, since a declaration is corrected and not erased.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.dossier.declaring import MOST_EUROS, MOST_REFERENCES, unfit
from gateway.dossier.espd.criteria import Property
from gateway.dossier.espd.questions import unfit as unfit_line
from gateway.dossier.given import LONGEST
from gateway.dossier.rules import Question
from gateway.dossier.values import Declaration
from gateway.dossier.words import Answer
from gateway.web.candidature.buyer_questions import halves, hint
from gateway.web.door import Form

YEARS_SHOWN = 3
ROWS_SHOWN = 2
COLUMNS = (("intitule", "Intitulé"), ("client", "Client"), ("annee", "Année"), ("montant", "Montant (€)"))
_NUMBER = re.compile(r"[0-9]{1,15}([.,][0-9]{1,6})?", re.ASCII)
_FRENCH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_DROPPED = str.maketrans(dict.fromkeys(" \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}€%'", None))
_BOOLEANS = {"oui": True, "non": False}


class Wrong(Exception):
    """What was typed is no answer. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its form shows it. `typed`: by what follows the key in a field's name, "" for the field itself.

    `known`: the declaration that counts. `kept`: digests of its files that stay. `line`: of the buyer's own request.
    """

    question: Question
    known: Declaration | None
    typed: Mapping[str, str]
    years: tuple[int, ...] = ()
    rows: int = 0
    kept: frozenset[str] = frozenset()
    line: Property | None = None

    @property
    def hint(self) -> str:
        """How to write an answer whose form is not plain."""
        return hint(self.line) if self.line is not None else ""

    @property
    def several(self) -> tuple[Any, ...]:
        """Several answers to one question, declared through the API: a field holds one."""
        value = self.known.value if self.known is not None and self.line is not None else None
        return tuple(value) if isinstance(value, list) else ()

    @property
    def name(self) -> str:
        """The name of its fields, and the id of the first one with dashes for dots."""
        return f"q.{self.question.key}"

    @property
    def taken(self) -> bool:
        """Whether files may be joined."""
        return self.question.files or self.question.answer is Answer.DOCUMENT


def asked(question: Question, known: Declaration | None, this_year: int, line: Property | None = None) -> Asked:
    """A question as it is first shown: with what was declared."""
    value = known.value if known is not None else None
    kept = frozenset(one.sha256 for one in known.documents) if known is not None else frozenset()
    typed: dict[str, str] = {}
    years: set[int] = set()
    rows = 0
    match question.answer:
        case Answer.YEARS:
            years = {this_year - back for back in range(1, YEARS_SHOWN + 1)}
            for row in value or ():
                years.add(row["annee"])
                typed[str(row["annee"])] = written(row["valeur"])
        case Answer.REFERENCES:
            for rank, row in enumerate(value or ()):
                typed |= {f"{rank}.{name}": written(child) for name, child in row.items()}
            rows = min(max(ROWS_SHOWN, len(value or ()) + 1), MOST_REFERENCES)
        case _:
            typed[""] = "" if line is not None and isinstance(value, list) else written(value)
    return Asked(question, known, typed, tuple(sorted(years, reverse=True)), rows, kept, line)


def filled(
    question: Question, known: Declaration | None, sent: Form, this_year: int, line: Property | None = None
) -> Asked:
    """The same with what was typed, so that nothing is lost."""
    first = asked(question, known, this_year, line)
    prefix = first.name
    rows = first.rows
    if question.answer is Answer.REFERENCES:
        shown = sent.get(f"n.{question.key}", "")
        rows = max(rows, int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 4 else 0)
        rows = min(rows + (sent.get("ligne") == question.key), MOST_REFERENCES)
    typed = {
        name[len(prefix) :].removeprefix("."): value.replace("\r\n", "\n")
        for name, value in sent.items()
        if name == prefix or name.startswith(f"{prefix}.")
    }
    kept = first.kept & frozenset(sent.all(f"g.{question.key}"))
    return Asked(question, known, typed, first.years, rows, kept, line)


def answer(found: Asked, *, files: bool) -> tuple[bool, Any]:
    """Whether there is an answer to declare, and its value. `files`: some came with it. Raises Wrong."""
    question, known = found.question, found.known
    value = _value(found)
    if question.answer is Answer.DOCUMENT and known is None and value is not None and not files:
        raise Wrong("Joignez le fichier : un texte seul ne suffit pas.")
    if value is None and not (question.answer is Answer.DOCUMENT and (files or known is not None)):
        if found.several:
            return False, None  # left as they are
        if known is not None:
            raise Wrong("Une réponse déclarée se corrige, elle ne s'efface pas : écrivez la nouvelle.")
        if files:
            raise Wrong("Répondez à la question, en plus du fichier.")
        return False, None
    complaint = unfit_line(found.line, value) if found.line else unfit(question, value, files or bool(found.kept))
    if complaint is not None:
        raise Wrong(_SENTENCES.get(question.answer, complaint))
    if known is not None and known.value == value and not files and len(found.kept) == len(known.documents):
        return False, None  # it already says so
    return True, value


def written(value: object) -> str:
    """A declared value as a field holds it."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case {"au": end}:
            start = f"du {_french(value['du'])} " if isinstance(value, Mapping) and value.get("du") else ""
            return f"{start}au {_french(end)}"
        case float():
            return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")
        case _:
            return str(value)


_SENTENCES = {
    Answer.TEXT: f"Écrivez au plus {LONGEST} caractères, sans caractère de contrôle.",
    Answer.PERCENTAGE: "Donnez un nombre de 0 à 100.",
    Answer.AMOUNT: "Donnez un montant en euros, par exemple 1 500 000.",
    Answer.DOCUMENT: "Joignez un fichier.",
    Answer.CHOICE: "Choisissez l'une des réponses proposées.",
    Answer.COUNTRY: "Choisissez un pays de la liste.",
}


def _value(found: Asked) -> Any:
    """What was typed, as the API would be told it; None for nothing. Raises Wrong."""
    text = found.typed.get("", "").strip()
    match found.question.answer:
        case Answer.YES_NO:
            return _BOOLEANS.get(text)
        case Answer.NUMBER | Answer.AMOUNT | Answer.PERCENTAGE:
            return _number(text) if text else None
        case Answer.DATE:
            return _day(text) if text else None
        case Answer.YEARS:
            rows = [(year, found.typed.get(str(year), "").strip()) for year in found.years]
            return [{"annee": year, "valeur": _number(typed, str(year))} for year, typed in rows if typed] or None
        case Answer.REFERENCES:
            lines = [_reference(found, rank) for rank in range(found.rows)]
            return [line for line in lines if line is not None] or None
        case _:
            return _text(found, text)


def _text(found: Asked, text: str) -> Any:
    """A text, or what the buyer's line takes for one: a period, a number without its spaces. Raises Wrong."""
    kind = found.line.value if found.line is not None else ""
    if kind == "PERIOD" and text:
        days = halves(text)
        if days is None:
            raise Wrong("Donnez une période, par exemple : du 01/01/2024 au 31/12/2024.")
        start, end = days
        return {**({"du": _day(start)} if start else {}), "au": _day(end)}
    if kind == "ECONOMIC_OPERATOR_IDENTIFIER":
        return "".join(text.split()) or None
    return text or None


def _french(day: str) -> str:
    return "/".join(reversed(day.split("-")))


def _number(text: str, about: str = "") -> int | float:
    plain = text.translate(_DROPPED)
    if not _NUMBER.fullmatch(plain):
        example = "par exemple 1 500 000 ou 12,5"
        raise Wrong(f"{about} : donnez un nombre, {example}." if about else f"Donnez un nombre, {example}.")
    found = float(plain.replace(",", "."))
    return int(found) if found.is_integer() else found


def _day(text: str) -> str:
    if french := _FRENCH_DAY.fullmatch(text):
        text = f"{french[3]}-{int(french[2]):02}-{int(french[1]):02}"
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Wrong("Donnez une date, par exemple 31/12/2025.") from None


def _reference(found: Asked, rank: int) -> dict[str, Any] | None:
    typed = {name: found.typed.get(f"{rank}.{name}", "").strip() for name, _ in COLUMNS}
    if not any(typed.values()):
        return None
    about = f"Ligne {rank + 1}"
    if not (typed["intitule"] and typed["client"] and typed["annee"]):
        raise Wrong(f"{about} : donnez l'intitulé, le client et l'année.")
    year = typed["annee"]
    if not (year.isascii() and year.isdigit() and 1900 <= int(year[:9]) <= 2200):
        raise Wrong(f"{about} : donnez l'année en quatre chiffres.")
    for name, label in COLUMNS[:2]:
        if len(typed[name]) > LONGEST or not typed[name].isprintable():
            raise Wrong(f"{about} : {label.lower()} illisible ou trop long.")
    row: dict[str, Any] = {"intitule": typed["intitule"], "client": typed["client"], "annee": int(year)}
    if typed["montant"]:
        row["montant"] = _number(typed["montant"], about)
        if row["montant"] > MOST_EUROS:
            raise Wrong(f"{about} : ce montant n'est pas possible.")
    return row
