# SPDX-License-Identifier: EUPL-1.2
"""Contesting a consultation: the company writes why, an instructor answers, both are in the log before they count."""

import hashlib

from fastapi import APIRouter, Request, Response

from gateway.company.store import Contest, TooMany
from gateway.people.person import Role
from gateway.web.company.common import Instructor, Representative, company_of, entered, number_of
from gateway.web.company.listing import shown
from gateway.web.door import Checked
from gateway.web.errors import NOT_FOUND, Said, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)
TEXT_CHARS = 2000
ADDRESS = "/instruction/contestations"
ALREADY = Said(
    "Contestation impossible",
    "Cette consultation est déjà contestée, ou trop de vos contestations attendent encore une réponse.",
)
ANSWERED = Said("Réponse impossible", "Une réponse a déjà été donnée, ou c'est à un autre instructeur d'y répondre.")


@router.post("/entreprise/{siren}/consultations/{number}/contester")
async def contest(request: Request, siren: str, number: str, person: Representative, fields: Checked) -> Response:
    """Contest one of the company's consultations."""
    entered(person, siren)
    company = company_of(request)
    text = fields.text("texte", TEXT_CHARS)
    seq = number_of(number)
    if not text:
        return await shown(request, siren, number, person, "Écrivez ce que vous contestez, et pourquoi.")
    found = await company.view.one(person.id, siren, seq) if seq is not None else None
    if found is None or seq is None:
        return said(request, 404, NOT_FOUND)
    if not await company.view.run(lambda: company.store.may_contest(siren, seq)):
        return said(request, 409, ALREADY)
    await company.view.recorder.event(
        "contested",
        actor=company.view.actor(person.id),
        role=Role.REPRESENTATIVE.value,
        subject=company.view.subject(siren),
        seq=seq,
        consumer=found.consumer or None,
        purpose=found.purpose or None,
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    told = f"{found.product}, {found.title or 'sans finalité reconnue'}"
    made = Contest(company.new_id(), siren, person.id, seq, found.id, told, company.now, text)
    try:
        await company.view.run(lambda: company.store.contest(made))
    except TooMany:
        return said(request, 409, ALREADY)
    return redirect(request, f"/entreprise/{siren}/contestations")


@router.get("/entreprise/{siren}/contestations")
async def mine(request: Request, siren: str, person: Representative) -> Response:
    """What the company contested, and the answers."""
    entered(person, siren)
    company = company_of(request)
    found = await company.view.run(lambda: company.store.contests(siren))
    return page(
        request,
        "entreprise/contestations.html",
        title="Vos contestations",
        person=person,
        siren=siren,
        contestations=found,
    )


@router.get(ADDRESS)
async def waiting(request: Request, person: Instructor) -> Response:
    """What waits for an answer."""
    return await _listed(request, person)


@router.post(ADDRESS + "/{identifier}")
async def answer(request: Request, identifier: str, person: Instructor, fields: Checked) -> Response:
    """Answer one. Nobody answers their own."""
    company = company_of(request)
    text = fields.text("reponse", TEXT_CHARS)
    found = await company.view.run(lambda: company.store.contest_of(identifier))
    if found is None:
        return said(request, 404, NOT_FOUND)
    if found.answer is not None or found.account == person.id or found.siren in person.sirens:
        return said(request, 409, ANSWERED)
    if not text:
        return await _listed(request, person, identifier)
    await company.view.recorder.event(
        "contest_answered",
        actor=company.view.actor(person.id),
        role=Role.INSTRUCTOR.value,
        subject=company.view.subject(found.siren),
        seq=found.seq,
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    if not await company.view.run(lambda: company.store.answer(identifier, text, person.id, company.now)):
        return said(request, 409, ANSWERED)  # another instructor was quicker: the log has both, the company theirs
    return redirect(request, ADDRESS)


async def _listed(request: Request, person: Instructor, unanswered: str = "") -> Response:
    company = company_of(request)
    open_ones = await company.view.run(company.store.waiting)
    past = await company.view.run(company.store.answered)
    everyone = {one.account for one in (*open_ones, *past)} | {one.answered_by for one in past if one.answered_by}
    names = await company.view.run(lambda: web_of(request).people.accounts.names(everyone))
    return page(
        request,
        "instruction/contestations.html",
        title="Contestations",
        status=422 if unanswered else 200,
        person=person,
        attente=open_ones,
        passees=past,
        noms=names,
        adresse=ADDRESS,
        sans_reponse=unanswered,
    )
