# SPDX-License-Identifier: EUPL-1.2
"""`/compte`: who you are here, what you may do and until when; and asking to speak for a company."""

import asyncio

from fastapi import APIRouter, Request, Response

from connectors.kit import Siren
from gateway.people.representations import AlreadyAsked
from gateway.web.door import Checked, Forbidden, SignedIn
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)

REASON_CHARS = 400


@router.get("/compte")
async def account(request: Request, person: SignedIn) -> Response:
    """What this service knows of the person who reads."""
    return await _shown(request, person)


@router.post("/compte/representations")
async def ask(request: Request, person: SignedIn, fields: Checked) -> Response:
    """Ask to speak for a company. An instructor decides."""
    if person.tender:
        raise Forbidden(why="Votre portail vous a conduit ici pour une consultation, et pour elle seule.")
    siren = "".join(fields.text("siren", 40).split())
    reason = " ".join(fields.text("motif", REASON_CHARS).split())
    faults = {}
    if Siren.parse(siren) is None:
        faults["siren"] = "Ce numéro n'est pas un SIREN : neuf chiffres, dont le dernier vérifie les autres."
    if not reason:
        faults["motif"] = "Dites à quel titre vous représentez cette entreprise."
    if faults:
        return await _shown(request, person, 422, faults, {"siren": siren, "motif": reason})
    try:
        await web_of(request).people.ask_to_represent(person, siren, reason)
    except AlreadyAsked:
        faults["siren"] = "Vous représentez déjà cette entreprise, ou votre demande est en cours d'examen."
        return await _shown(request, person, 422, faults, {"siren": siren, "motif": reason})
    return redirect(request, "/compte")


async def _shown(
    request: Request,
    person: SignedIn,
    status: int = 200,
    faults: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    people = web_of(request).people
    found = await asyncio.to_thread(people.representations.of, person.id)
    roles = await asyncio.to_thread(people.accounts.roles, person.id, people.now)
    return page(
        request,
        "compte.html",
        title="Mon compte",
        status=status,
        roles=roles,
        representations=found,
        maintenant=people.now,
        faute=faults or {},
        saisi=given or {"siren": "", "motif": ""},
    )
