# SPDX-License-Identifier: EUPL-1.2
"""How a fact's source, dates and doubts are said to a reader, in French."""

from datetime import date, datetime

from connectors.kit.paris import PARIS
from gateway.dossier.export.pdf import STATES
from gateway.dossier.values import Candidature, Declaration, Item
from gateway.dossier.words import State
from gateway.problems import PROVIDER

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


CALLED = {"ACOSS": "Urssaf"}
"""Registries whose name in the API's answers is one that people no longer know."""
_SILENT = "Ce registre ne répond pas pour le moment."
_IN_PLAIN_WORDS = {
    "000": _SILENT, "001": _SILENT, "004": _SILENT, "008": _SILENT, "009": _SILENT, "011": _SILENT, "999": _SILENT,
    "002": "Ce registre n'a pas répondu à temps.",
    "003": "Ce registre ne connaît pas cette entreprise, ou n'a rien à en dire.",
    "005": "La loi interdit à ce registre de communiquer sur cette entreprise.",
    "020": "Ce registre est en maintenance.",
}  # fmt: skip


def called(provider: str) -> str:
    """A registry's name, for people."""
    return CALLED.get(provider, provider)


def silence(code: str, said: str) -> str:
    """Why there is no answer, for people: what we tell programs of a registry's error is not written for them.

    What a registry says of its own (a certificate that it does not deliver) stays as it is.
    """
    kind = code[-3:]
    usual = kind in PROVIDER and said == PROVIDER[kind].detail
    return _IN_PLAIN_WORDS.get(kind, said) if usual else said


def day(written: str) -> str:
    """A day `YYYY-MM-DD` as people read it; what is not one stays as it is."""
    try:
        return date.fromisoformat(written[:10]).strftime("%d/%m/%Y")
    except ValueError:
        return written


def moment(at: int) -> str:
    """An instant in Paris: `24 novembre 2026 à 10 h 30`."""
    found = datetime.fromtimestamp(at, PARIS)
    ordinal = "1er" if found.day == 1 else str(found.day)
    return f"{ordinal} {MONTHS[found.month - 1]} {found.year} à {found.hour} h {found.minute:02}"


def short(at: int) -> str:
    """The day of an instant in Paris: `24/11/2026`."""
    return datetime.fromtimestamp(at, PARIS).strftime("%d/%m/%Y")


def spaced(siret: str) -> str:
    """A SIRET or a SIREN as people write it: `999 100 118 00010`."""
    groups = [siret[:3], siret[3:6], siret[6:9], siret[9:]]
    return "\N{NO-BREAK SPACE}".join(group for group in groups if group)


def source_of(item: Item | None) -> str:
    """Who said it, when it was asked, of what day it speaks, until when it is good."""
    found = item.provenance if item else None
    if found is None:
        return ""
    told = [f"{called(found.provider)}, consulté le {short(found.retrieved_at)}"]
    if found.as_of:
        told.append(f"situation au {day(found.as_of)}")
    if found.valid_until:
        told.append(f"valable jusqu'au {day(found.valid_until)}")
    if found.instead_of:
        told.append("réponse antérieure, le registre ne répondant pas")
    if found.reused_from:
        told.append("déjà transmis pour une autre candidature")
    return " ; ".join(told)


def declared_by(declaration: Declaration) -> str:
    """Who declared it, and when."""
    person = declaration.by
    return f"{person.first_name} {person.family_name}, {person.quality}, le {short(declaration.at)}"


def doubts(item: Item | None, candidature: Candidature) -> str:
    """What the company answers to this fact, and what became of it since the deposit."""
    if item is None:
        return ""
    told = [f"L'entreprise conteste : {contest.text}" for contest in candidature.contests if contest.item == item.id]
    completions = candidature.seal.completions if candidature.seal else ()
    told += [
        f"Au dépôt : {STATES[one.before].lower()} ; complété le {short(one.at)}."
        for one in completions
        if one.item == item.id
    ]
    return " ".join(told)


def standing(item: Item, candidature: Candidature) -> State:
    """The state to show: contested as soon as somebody contests it."""
    contested = any(contest.item == item.id for contest in candidature.contests)
    return State.CONTESTED if contested else item.state
