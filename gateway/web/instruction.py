# SPDX-License-Identifier: EUPL-1.2
"""`/instruction/representations`: an instructor says who may speak for which company, and why."""

import asyncio
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from gateway.people.person import Person, Role
from gateway.people.representations import Representation, Undecidable
from gateway.web.door import Checked, must_be
from gateway.web.errors import Said, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)

REASON_CHARS = 400
ADDRESS = "/instruction/representations"

Instructor = Annotated[Person, Depends(must_be(Role.INSTRUCTOR))]


class Decision(NamedTuple):
    """What a button does: from which state to which."""

    before: str
    after: str


DECISIONS = {
    "accorder": Decision("asked", "open"),
    "refuser": Decision("asked", "refused"),
    "clore": Decision("open", "closed"),
}
DECIDED = Said(
    "Décision impossible",
    "Cette demande n'existe pas, a déjà été tranchée, ou c'est la vôtre : quelqu'un d'autre doit en décider.",
)


@router.get(ADDRESS)
async def listed(request: Request, person: Instructor) -> Response:
    """What waits, and what was decided."""
    return await _shown(request, person)


@router.post(ADDRESS + "/{identifier}")
async def decide(request: Request, identifier: str, person: Instructor, fields: Checked) -> Response:
    """One decision."""
    decision = DECISIONS.get(fields.get("decision", ""))
    reason = " ".join(fields.text("motif", REASON_CHARS).split())
    if decision is None:
        return said(request, 422, Said("Décision inconnue", "Choisissez l'un des boutons de la page."))
    if not reason:
        return await _shown(request, person, 422, identifier)
    try:
        await web_of(request).people.decide(person, identifier, decision.before, decision.after, reason)
    except Undecidable:
        return said(request, 409, DECIDED)
    return redirect(request, ADDRESS)


async def _shown(request: Request, person: Person, status: int = 200, unexplained: str = "") -> Response:
    people = web_of(request).people
    found: dict[str, list[Representation]] = {
        state: await asyncio.to_thread(people.representations.in_state, state)
        for state in ("asked", "open", "refused", "closed")
    }
    everyone = {one.account_id for rows in found.values() for one in rows}
    everyone |= {one.decided_by for rows in found.values() for one in rows if one.decided_by}
    names = await asyncio.to_thread(people.accounts.names, everyone)
    return page(
        request,
        "instruction/representations.html",
        title="Représentations",
        status=status,
        person=person,
        demandes=found["asked"],
        ouvertes=found["open"],
        closes=sorted(found["refused"] + found["closed"], key=lambda one: one.decided_at or 0, reverse=True),
        noms=names,
        sans_motif=unexplained,
        adresse=ADDRESS,
    )
