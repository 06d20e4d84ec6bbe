# SPDX-License-Identifier: EUPL-1.2
"""`/acheteur/…`: what a buyer received: its tenders, their candidates, side by side or one by one. Plain HTML.

Whoever is no agent of the buyer learns nothing, not even that a tender exists: 404, as before its deadline. Every look
is a record about each company it shows, made before anything leaves; the company reads who looked on its own pages.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from gateway.dossier.acts.acting import day
from gateway.dossier.acts.contesting import LONGEST
from gateway.dossier.comparing import against, column, compared, missing
from gateway.dossier.export.exporting import KINDS
from gateway.dossier.received import PAGE, Mailroom, Received
from gateway.dossier.values import Candidature
from gateway.dossier.words import Phase
from gateway.edge.exports import file
from gateway.people.person import Person, Role
from gateway.problems import Problem
from gateway.web.acheteur_dossier import STATES, told
from gateway.web.candidature import room_of
from gateway.web.door import Checked, must_be
from gateway.web.errors import Said, said
from gateway.web.look import Entry, page, redirect

router = APIRouter(include_in_schema=False)
ADDRESS = "/acheteur"
ENTRY = Entry("Candidatures reçues", ADDRESS, Role.BUYER)
COMPARED = 6
MOST_COMPARED = 12
LAST_PAGE = 999
EXPORTS = tuple(name for name in KINDS if name != "attestation.pdf")
"""What a buyer may take away; the attestation of deposit is the company's."""

Buyer = Annotated[Person, Depends(must_be(Role.BUYER))]


@router.get(ADDRESS)
async def tenders(request: Request, person: Buyer) -> Response:
    """The buyer's tenders whose deadline is past; for whom a portal sent, the one it sent them to."""
    if person.tender:
        return redirect(request, f"{ADDRESS}/{person.tender}")
    number = _number(request.query_params.get("page", ""))
    found = await _mailroom(request).tenders(person.buyer, number)
    shown = found[:PAGE]
    trace = room_of(request).trace
    await trace.event("dossier_read", **_who(request, person), query="la liste des consultations", count=len(shown))
    return page(
        request,
        "acheteur/consultations.html",
        title="Candidatures reçues",
        person=person,
        consultations=shown,
        siret=person.buyer,
        avant=f"{ADDRESS}?page={number - 1}" if number else None,
        apres=f"{ADDRESS}?page={number + 1}" if len(found) > PAGE and number < LAST_PAGE else None,
    )


@router.get(ADDRESS + "/{tender}")
async def candidates(request: Request, tender: str, person: Buyer) -> Response:
    """The candidates of a tender, in the order of their deposits."""
    found, number = await _tender(request, person, tender), _number(request.query_params.get("page", ""))
    files = await _mailroom(request).read(found.files[number * PAGE : (number + 1) * PAGE])
    await _looked(request, person, files, "la liste des candidats")
    today, here = _today(request), f"{ADDRESS}/{tender}"
    rows = [
        {"colonne": column(one, today), "dossier": one, "manque": missing(one), "examiner": against(one)}
        for one in files
    ]
    return page(
        request,
        "acheteur/consultation.html",
        title=found.tender.title or found.tender.reference,
        person=person,
        recu=found,
        lignes=rows,
        adresse=here,
        le_plus=MOST_COMPARED,
        certificats={one.id for one in files if one.phase.rank >= Phase.ATTRIBUTION.rank},
        avant=f"{here}?page={number - 1}" if number else None,
        apres=f"{here}?page={number + 1}" if len(found.files) > (number + 1) * PAGE else None,
    )


@router.get(ADDRESS + "/{tender}/comparer")
async def comparison(request: Request, tender: str, person: Buyer) -> Response:
    """Candidates side by side: those chosen, or the first ones."""
    found = await _tender(request, person, tender)
    wanted = set(request.query_params.getlist("dossier"))
    named = [one for one in found.files if one in wanted][:MOST_COMPARED]
    chosen = await _mailroom(request).read(named or found.files[:COMPARED])
    await _looked(request, person, chosen, "la comparaison des candidats")
    return page(
        request,
        "acheteur/comparer.html",
        title="Candidats côte à côte",
        person=person,
        recu=found,
        comparaison=compared(chosen, room_of(request).office.sheets, _today(request)),
        etats=STATES,
        adresse=f"{ADDRESS}/{tender}",
        autres=len(found.files) - len(chosen),
    )


@router.get(ADDRESS + "/{tender}/{identifier}")
async def candidate(request: Request, tender: str, identifier: str, person: Buyer) -> Response:
    """One file, whole."""
    return await _shown(request, tender, _file(request, person, tender, identifier), person)


@router.post(ADDRESS + "/{tender}/{identifier}/contestations")
async def answered(request: Request, tender: str, identifier: str, person: Buyer, sent: Checked) -> Response:
    """What the buyer answers to a contest, once."""
    dossier = _file(request, person, tender, identifier)
    contest, text = sent.text("contestation", 60), sent.text("reponse", LONGEST)
    if not any(one.id == contest for one in dossier.contests):
        return said(request, 422, Said("Contestation inconnue", "Rouvrez le dossier, puis recommencez."))
    if not text:
        return await _shown(request, tender, dossier, person, 422, contest)
    await room_of(request).office.desk.answer_contest(dossier, contest, text, **_who(request, person))
    return redirect(request, f"{ADDRESS}/{tender}/{identifier}#contestations")


@router.post(ADDRESS + "/{tender}/{identifier}/attribution")
async def chosen(request: Request, tender: str, identifier: str, person: Buyer, sent: Checked) -> Response:
    """Ask for the certificates of the candidate who is to have the contract, and of no other."""
    dossier, room = _file(request, person, tender, identifier), room_of(request)
    if sent.get("envisage") != "oui":
        return await _shown(request, tender, dossier, person, 422, "attribution")
    if dossier.phase.rank < Phase.ATTRIBUTION.rank:
        for member in dossier.members:
            facts = {**_who(request, person), "subject": room.trace.company(member.siren)}
            await room.trace.event("dossier_advanced", **facts, dossier=dossier.id, reason="attribution envisagée")
        await room.office.desk.refresh(dossier, {"phase": Phase.ATTRIBUTION.value})
    return redirect(request, f"{ADDRESS}/{tender}/{identifier}")


@router.get(ADDRESS + "/{tender}/{identifier}/documents/{digest}")
async def document(request: Request, tender: str, identifier: str, digest: str, person: Buyer) -> Response:
    """A document of the file, as it was received."""
    dossier = _file(request, person, tender, identifier)
    found, content = room_of(request).office.desk.document(dossier, digest)
    await _looked(request, person, [dossier], f"un document ({digest[:12]})", digest=digest, size=len(content))
    headers = {
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'",
        "content-disposition": f'attachment; filename="{dossier.number}-{digest[:8]}{_suffix(found.media_type)}"',
    }
    return Response(content, 200, headers, found.media_type)


@router.get(ADDRESS + "/{tender}/{identifier}/exports/{name}")
async def export(request: Request, tender: str, identifier: str, name: str, person: Buyer) -> Response:
    """The file as files. An ESPD that lacks something says what."""
    dossier, room = _file(request, person, tender, identifier), room_of(request)
    if name not in EXPORTS:
        raise HTTPException(404)
    query = request.query_params
    await _looked(request, person, [dossier], f"l'export {name}")
    try:
        content = await room.workshop.export(
            dossier, name, query.get("siret", ""), query.get("lot"), actor=room.trace.person(person.id)
        )
    except Problem as trouble:
        if trouble.code != "00727":
            raise
        lacking = " ".join(one.detail for one in trouble.faults)
        return said(request, 409, Said("DUME incomplet", f"Rien n'est rempli d'office. Il manque : {lacking}"))
    return file(request, content, name, dossier.number)


def _mailroom(request: Request) -> Mailroom:
    room = room_of(request)
    return Mailroom(room.office.files, room.house.now)


async def _tender(request: Request, person: Person, key: str) -> Received:
    """A tender of this buyer's, which a portal sent them to or any of theirs. Raises 404 for all others alike."""
    found = await _mailroom(request).tender(person.buyer, key) if person.tender in ("", key) else None
    if found is None:
        raise HTTPException(404)
    return found


def _file(request: Request, person: Person, key: str, identifier: str) -> Candidature:
    """A file of such a tender. Raises 404."""
    found = _mailroom(request).file(person.buyer, key, identifier) if person.tender in ("", key) else None
    if found is None:
        raise HTTPException(404)
    return found


async def _looked(
    request: Request, person: Person, dossiers: Sequence[Candidature], what: str, **more: str | int
) -> None:
    """Record a look, for each company that it shows. Raises 503 `00510`: then nothing is shown.

    One that shows no file still shows that there is a tender, how many answered it, and what was given up.
    """
    trace, who = room_of(request).trace, _who(request, person)
    if not dossiers:
        await trace.event("dossier_read", **who, query=what, count=0)
    seen = [(dossier.id, member.siren) for dossier in dossiers for member in dossier.members]
    await asyncio.gather(
        *(
            trace.event("dossier_read", **who, dossier=dossier, subject=trace.company(siren), query=what, **more)
            for dossier, siren in seen
        )
    )


def _who(request: Request, person: Person) -> dict[str, str]:
    """How a record says who looks, and for whom."""
    return {"actor": room_of(request).trace.person(person.id), "role": Role.BUYER.value, "recipient": person.buyer}


async def _shown(
    request: Request, tender: str, dossier: Candidature, person: Person, status: int = 200, fault: str = ""
) -> Response:
    room, found = room_of(request), await _tender(request, person, tender)
    others = await _mailroom(request).chosen(found) if dossier.phase.rank < Phase.ATTRIBUTION.rank else []
    await _looked(request, person, [dossier], "le dossier entier")
    return page(
        request,
        "acheteur/dossier.html",
        title=f"Candidature {dossier.number}",
        status=status,
        person=person,
        recu=found,
        d=told(dossier, room.office.sheets, room.house.public_url, _today(request)),
        adresse=f"{ADDRESS}/{tender}",
        ici=f"{ADDRESS}/{tender}/{dossier.id}",
        deja=others,
        faute=fault,
        longueur=LONGEST,
    )


def _today(request: Request) -> str:
    return day(room_of(request).house.now())


def _number(text: str) -> int:
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def _suffix(media_type: str) -> str:
    return {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}.get(media_type, "")
