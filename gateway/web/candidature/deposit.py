# SPDX-License-Identifier: EUPL-1.2
"""The deposit, by who speaks for the company in whose name the file is; and its attestation."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from gateway.dossier.planning import undeclared
from gateway.dossier.values import Candidature
from gateway.edge.exports import file
from gateway.people.person import Person
from gateway.problems import Problem
from gateway.web.candidature.common import (
    ADDRESS,
    Faults,
    acting,
    author,
    known_author,
    leading,
    own_members,
    room_of,
    told,
)
from gateway.web.candidature.saying import name_of_member, visible
from gateway.web.door import Checked, SignedIn
from gateway.web.look import page, redirect
from gateway.web.resuming import AGAIN

router = APIRouter()
PATH = ADDRESS + "/{identifier}/depot"


@router.get(PATH)
async def form(request: Request, identifier: str, person: SignedIn) -> Response:
    """What is about to be deposited, and what prevents it."""
    dossier = leading(request, identifier, person)
    room_of(request).office.desk.changeable(dossier)
    return _shown(request, dossier, person, known_author(dossier, person), {})


@router.post(PATH)
async def deposited(request: Request, identifier: str, person: SignedIn, sent: Checked) -> Response:
    """Seal it."""
    dossier = leading(request, identifier, person)
    if AGAIN in sent:
        return _shown(request, dossier, person, dict(sent), {})
    faults: Faults = {}
    who = author(sent, person, faults)
    if who is not None:
        try:
            await room_of(request).office.desk.deposit(dossier, {}, "", who)
        except Problem as error:
            told(error, "formulaire", faults)
        else:
            return redirect(request, f"{ADDRESS}/{identifier}")
    return _shown(request, dossier, person, dict(sent), faults)


@router.get(ADDRESS + "/{identifier}/attestation.pdf")
async def attestation(request: Request, identifier: str, person: SignedIn) -> Response:
    """A company's own receipt of the deposit: the leading one's, or that of the member named by `membre`."""
    room = room_of(request)
    dossier = room.office.desk.of_company(identifier, person.sirens)
    dossier, member = acting(request, identifier, person, request.query_params.get("membre") or dossier.lead.siret)
    actor = room.trace.person(person.id)
    content = await room.workshop.export(dossier, "attestation.pdf", member.siret, None, actor=actor)
    return file(request, content, "attestation.pdf", dossier.number)


def _shown(request: Request, dossier: Candidature, person: Person, said: Mapping[str, str], faults: Faults) -> Response:
    own = own_members(dossier, person)
    lacking = [
        (name_of_member(dossier, one, own=one in own), one, one in own, question)
        for one, question in undeclared(dossier, room_of(request).office.sheets)
    ]
    silent = [one for one in visible(dossier, person.sirens).items if not one.state.settled]
    return page(
        request,
        "candidature/depot.html",
        title=f"{'Erreur : ' if faults else ''}Déposer, candidature {dossier.number}",
        status=422 if faults else 200,
        person=person,
        dossier=dossier,
        manquent=lacking,
        sans_accord=[(name_of_member(dossier, one, own=one in own), one) for one in dossier.members if not one.consent],
        sans_signataire=[one for one in own if dossier.signatory(one.siret) is None],
        muets=len(silent),
        auteur=said,
        fautes=faults,
        adresse=f"{ADDRESS}/{dossier.id}",
    )
