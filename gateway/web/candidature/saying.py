# SPDX-License-Identifier: EUPL-1.2
"""A file in the words of its page: pieces with what their registry says, declarations, members, what remains. Pure.

Everything starts from what the reader may see: facts are read from the visible items only, so that no sentence can tell
more than the view does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.dossier.export.lines import name_of, said
from gateway.dossier.export.sources import called, silence
from gateway.dossier.facts import company
from gateway.dossier.planning import declarable
from gateway.dossier.rules import Question, Sheets
from gateway.dossier.values import Candidature, Declaration, Member
from gateway.dossier.wording import in_words
from gateway.dossier.words import Access, Role
from gateway.web.look import day

STATES = {
    "en_attente": ("En attente", "attente"),
    "indisponible": ("Registre indisponible", "attente"),
    "recuperee": ("Récupéré à la source", "bien"),
    "contestee": ("Contesté", "info"),
    "declaree": ("Déclaré", "info"),
    "manquante": ("Manquant", "neutre"),
    "hors_perimetre": ("Hors périmètre", "neutre"),
    "protegee": ("Réservé à l'entreprise", "neutre"),
}
"""How a piece's state is said, and its colour."""
ROLES = {
    Role.SOLE: "Candidat",
    Role.LEAD: "Mandataire du groupement",
    Role.MEMBER: "Cotraitant",
    Role.RELIED_UPON: "Capacités invoquées",
    Role.SUBCONTRACTOR: "Sous-traitant",
}
LINES = 6
"""How many lines of one piece a page shows."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A question with its answer, in words. `known` None: nobody has answered. `earlier`: corrected declarations."""

    question: Question
    known: Declaration | None
    text: str
    earlier: tuple[Declaration, ...]


def visible(dossier: Candidature, sirens: frozenset[str]) -> Candidature:
    """The file without the items that a reader may not see."""
    shown = tuple(one for one in dossier.items if one.access is Access.PUBLIC or one.siret[:9] in sirens)
    return replace(dossier, items=shown)


def name_of_member(dossier: Candidature, member: Member, *, own: bool) -> str:
    """How a member is called: by the registry, by its own declaration to itself, else "" ."""
    seen = visible(dossier, frozenset((member.siren,)) if own else frozenset())
    found = name_of(company(seen, member))
    declared = dossier.declared("denomination_declaree", member.siret) if own and not found else None
    return found or (str(declared.value) if declared else "")


def pieces(rows: Sequence[Mapping[str, Any]], dossier: Candidature, sirens: frozenset[str]) -> list[dict[str, Any]]:
    """The pieces of a view, each with its badge, its source, its days and what it says."""
    seen = visible(dossier, sirens)
    lines: dict[str, tuple[str, ...]] = {}
    for member in seen.members:
        lines |= in_words(company(seen, member), seen.items)
    return [_piece(one, lines.get(one["id"], ()), sirens) for one in rows]


def _piece(one: Mapping[str, Any], lines: Sequence[str], sirens: frozenset[str]) -> dict[str, Any]:
    told = one.get("provenance") or {}
    days = [f"situation au {_day(told['situation_au'])}"] if told.get("situation_au") else []
    days += [f"obtenu le {_day(told['recupere_le'])}"] if told.get("recupere_le") and told.get("empreinte") else []
    days += [f"valable jusqu'au {_day(told['valide_jusqu_au'])}"] if told.get("valide_jusqu_au") else []
    if told.get("repris_du_dossier"):
        days.append("repris d'une candidature précédente")
    words, kind = STATES[one["etat"]]
    more = len(lines) - LINES
    contest = one.get("contestation")
    return {
        "id": one["id"],
        "cle": one["cle"],
        "membre": one["membre"],
        "categorie": one["categorie"],
        "libelle": one["libelle"],
        "mots": words,
        "genre": kind,
        "source": called(told.get("fournisseur") or one["registre"]),
        "dates": ", ".join(days),
        "dit": silence(told.get("code_erreur") or "", told.get("dit") or ""),
        "lignes": [*lines[:LINES], *([f"et {more} autres"] if more > 0 else [])],
        "documents": one.get("documents") or [],
        "defavorable": one.get("defavorable", False),
        "contestation": {**contest, "jour": _day(contest["le"])} if contest else None,
        "contestable": one["membre"][:9] in sirens
        and (one.get("valeur") is not None or one.get("defavorable", False))
        and not contest,
    }


def declarations(dossier: Candidature, sheets: Sheets, member: Member) -> list[Declared]:
    """What a member is asked, and what it answered, in the order of the sheets; answers nobody asks any more too."""
    asked = declarable(dossier, sheets, member)
    keys = {one.key for one in asked}
    asked += [one for key, one in sheets.questions.items() if key not in keys and dossier.declared(key, member.siret)]
    return [answered_to(dossier, member, one) for one in asked]


def answered_to(dossier: Candidature, member: Member, question: Question) -> Declared:
    """A question with a member's answer."""
    made = [one for one in dossier.declarations if one.key == question.key and one.siret == member.siret]
    known = made[-1] if made else None
    text = (known.words or said(known.value)) if known else ""
    return Declared(question, known, text, tuple(made[:-1]))


def lacking(rows: Sequence[Declared]) -> list[Declared]:
    """The answers without which a file cannot be deposited."""
    return [one for one in rows if one.question.required and one.known is None]


def _day(written: str) -> str:
    """A day, or the day in Paris of an instant, as the API writes them."""
    return day(datetime.fromisoformat(written) if len(written) > 10 else datetime.fromisoformat(written + "T12:00:00Z"))
