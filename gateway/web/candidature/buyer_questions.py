# SPDX-License-Identifier: EUPL-1.2
"""What the buyer's own ESPD request asks of a member, as questions of a form: without an answer yet, or answered.

What registries and other declarations answer is not asked again. An answer may open further questions, which then come.
"""

import asyncio
import re
from dataclasses import dataclass

from gateway.dossier.desk import Desk
from gateway.dossier.espd.criteria import Criterion, Property
from gateway.dossier.espd.from_dossier import espd_of
from gateway.dossier.espd.missing import missing
from gateway.dossier.espd.questions import CATEGORY
from gateway.dossier.espd.request import Request
from gateway.dossier.export.exporting import lots_of
from gateway.dossier.facts import company
from gateway.dossier.rules import Question, When
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import Access, Answer, Phase, Role

TITLE = "Questions de l'acheteur (DUME)"
_KINDS = {
    "INDICATOR": Answer.YES_NO,
    "AMOUNT": Answer.AMOUNT,
    "QUANTITY": Answer.NUMBER,
    "QUANTITY_INTEGER": Answer.NUMBER,
    "QUANTITY_YEAR": Answer.NUMBER,
    "PERCENTAGE": Answer.PERCENTAGE,
    "DATE": Answer.DATE,
    "CODE_COUNTRY": Answer.COUNTRY,
    "CODE": Answer.CHOICE,
}
_ROLES = {
    Role.SOLE.espd: "Candidat seul",
    Role.LEAD.espd: "Mandataire d'un groupement",
    Role.MEMBER.espd: "Cotraitant",
    Role.RELIED_UPON.espd: "Entité dont les capacités sont invoquées",
    Role.SUBCONTRACTOR.espd: "Sous-traitant",
}
_PERIOD = re.compile(r"(?:(?:du )?(\S+) )?au (\S+)")


@dataclass(frozen=True, slots=True)
class Posed:
    """A question of the buyer. `line`: as its request asks it; `waits`: nobody and no registry has answered it."""

    question: Question
    line: Property
    waits: bool


async def posed(desk: Desk, dossier: Candidature, member: Member) -> list[Posed]:
    """What the request still asks of a member, and what it answered; [] without a request."""
    if dossier.request is None or member.consent is None:
        return []
    request = await desk.asked(dossier)
    return await asyncio.to_thread(_posed, dossier, member, request)


def _posed(dossier: Candidature, member: Member, request: Request) -> list[Posed]:
    known = company(dossier, member)
    waiting: set[str] = set()
    for lot in lots_of(dossier, member):
        response = espd_of(dossier, member, known, lot, "", 0, lambda item: item.id, request)
        waiting |= {one.field for one in missing(response)}
    found = []
    for criterion in request.criteria:
        for line in criterion.questions():
            if line.value == "EVIDENCE_IDENTIFIER":
                continue
            if line.id in waiting or dossier.declared(line.id, member.siret) is not None:
                found.append(Posed(_question(criterion, line), line, line.id in waiting))
    return found


def _question(criterion: Criterion, line: Property) -> Question:
    answer = _KINDS.get(line.value, Answer.TEXT)
    words = f"{criterion.name} : {line.label}"
    return Question(
        key=line.id, candidate=words, buyer=words, category=CATEGORY, phase=Phase.CANDIDATURE, access=Access.PROTECTED,
        answer=answer, basis=(), when=When(), options=_ROLES if answer is Answer.CHOICE else {},
    )  # fmt: skip


def hint(line: Property) -> str:
    """How to write an answer whose form is not plain."""
    return {
        "PERIOD": "Écrivez : du 01/01/2024 au 31/12/2024.",
        "URL": "Une adresse qui commence par https://.",
        "ECONOMIC_OPERATOR_IDENTIFIER": "Un numéro de SIRET, quatorze chiffres.",
        "QUANTITY_YEAR": "Une année, en quatre chiffres.",
    }.get(line.value, "")


def halves(text: str) -> tuple[str, str] | None:
    """The two days of a period as people write it, "" for a first one that is not said; None when it is none."""
    found = _PERIOD.fullmatch(" ".join(text.split()))
    return (found[1] or "", found[2]) if found else None
