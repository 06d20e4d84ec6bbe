# SPDX-License-Identifier: EUPL-1.2
"""`/console/campagnes`: control campaigns, from the draw of a sample to their conclusion."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from gateway.console import campaigns as domain
from gateway.console.campaigns import DECISIONS, Campaign, Refused
from gateway.console.plain import plain
from gateway.console.question import read
from gateway.console.story import printable
from gateway.people.person import Person
from gateway.web.console.common import Auditor, console_of, desk_of, looker
from gateway.web.console.search import said_in_words, words
from gateway.web.door import Checked, Form
from gateway.web.errors import NOT_FOUND, Said, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)
ADDRESS = "/console/campagnes"


@router.get(ADDRESS)
async def listed(request: Request, person: Auditor) -> Response:
    """All campaigns, with how many answers came."""
    desk, campaigns = desk_of(request), console_of(request).campaigns
    found = await desk.run(campaigns.all)
    items = await desk.run(lambda: {one.id: campaigns.items(one.id) for one in found})
    return page(
        request, "console/campagnes.html", title="Campagnes de contrôle", person=person, campagnes=found, lignes=items,
        maintenant=desk.clock().timestamp(),
    )  # fmt: skip


@router.get(ADDRESS + "/nouvelle")
async def prepared(request: Request, person: Auditor) -> Response:
    """The form of a new campaign over a search."""
    return await _new(request, person)


@router.post(ADDRESS)
async def opened(request: Request, person: Auditor, fields: Checked) -> Response:
    """Draw the sample and open the campaign."""
    asked = read(dict(request.query_params), desk_of(request).seal, sealed=True)
    title = plain(" ".join(fields.text("titre", domain.TITLE_CHARS).split()))
    message = plain(fields.text("message", domain.MESSAGE_CHARS))
    try:
        if asked.faults:
            raise Refused("Cette recherche ne peut pas être lue ; recommencez-la.")
        identifier = await console_of(request).campaigns.open(
            looker(person), asked.question, title, message, _whole(fields, "nombre"), _whole(fields, "jours")
        )
    except Refused as why:
        return await _new(request, person, str(why), fields)
    return redirect(request, f"{ADDRESS}/{identifier}")


@router.get(ADDRESS + "/{identifier}")
async def shown(request: Request, identifier: str, person: Auditor) -> Response:
    """One campaign: its sample, the answers, the decisions."""
    found = await desk_of(request).run(lambda: console_of(request).campaigns.one(identifier))
    return said(request, 404, NOT_FOUND) if found is None else await _page(request, person, found)


@router.post(ADDRESS + "/{identifier}/{action}")
async def changed(request: Request, identifier: str, action: str, person: Auditor, fields: Checked) -> Response:
    """A link for a consumer, a decision, or the conclusion."""
    desk, campaigns = desk_of(request), console_of(request).campaigns
    found = await desk.run(lambda: campaigns.one(identifier))
    if found is None or action not in ("lien", "decision", "cloture"):
        return said(request, 404, NOT_FOUND)
    try:
        if action == "lien":
            consumer = fields.get("consommateur", "")
            await desk.looked(looker(person), f"campagne={identifier} lien={printable(consumer)[:14]}", 1)
            secret = await desk.run(lambda: campaigns.door(identifier, consumer))
            link = f"{web_of(request).origin}/console/reponse/{secret}"
            return await _page(request, person, found, lien=link, lien_pour=consumer)
        reason = plain(" ".join(fields.text("motif", domain.REASON_CHARS).split()))
        if action == "decision":
            await campaigns.decide(looker(person), found, _whole(fields, "seq"), fields.get("decision", ""), reason)
        else:
            await campaigns.close(looker(person), found, reason)
    except Refused as why:
        return await _page(request, person, found, status=422, refus=str(why))
    return redirect(request, f"{ADDRESS}/{identifier}")


@router.get(ADDRESS + "/{identifier}/fichiers/{file}")
async def attached(request: Request, identifier: str, file: str, person: Auditor) -> Response:
    """A file that came with an answer."""
    desk, campaigns = desk_of(request), console_of(request).campaigns
    found = await desk.run(lambda: campaigns.content(identifier, file))
    if found is None:
        return said(request, 404, NOT_FOUND)
    told, content = found
    await desk.looked(looker(person), f"campagne={identifier} fichier={told.id}", 1)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(told.name, safe='')}",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(content, 200, headers, told.media_type)


async def _new(request: Request, person: Person, refused: str = "", fields: Form | None = None) -> Response:
    desk = desk_of(request)
    asked = read(dict(request.query_params), desk.seal, sealed=True)
    if asked.faults:
        return said(request, 422, Said("Recherche illisible", "Recommencez la recherche dont tirer un échantillon."))
    given = fields or Form([])
    return page(
        request,
        "console/campagne_nouvelle.html",
        title="Nouvelle campagne",
        status=422 if refused else 200,
        person=person,
        adresse=asked.question.address(desk.seal, quoi=asked.question.quoi),
        filtres=said_in_words(asked.question),
        refus=refused,
        titre_campagne=given.get("titre", ""),
        message=given.get("message", ""),
        nombre=given.get("nombre", "20"),
        jours=given.get("jours", "30"),
        limites=domain,
    )


async def _page(request: Request, person: Person, found: Campaign, status: int = 200, **more: Any) -> Response:
    desk, campaigns = desk_of(request), console_of(request).campaigns
    items = await desk.run(lambda: campaigns.items(found.id))
    files = await desk.run(lambda: campaigns.files(found.id))
    await desk.looked(looker(person), f"campagne={found.id}", len(items))
    by_consumer: dict[str, list[domain.Item]] = {}
    for item in items:
        by_consumer.setdefault(item.consumer, []).append(item)
    return page(
        request,
        "console/campagne.html",
        title=found.title,
        status=status,
        person=person,
        k=found,
        parts=by_consumer,
        fichiers=files,
        decisions=list(DECISIONS.items()),
        lisible=printable,
        maintenant=desk.clock().timestamp(),
        limites=domain,
        **{"refus": "", "lien": "", "lien_pour": "", **more},
        **{name: value for name, value in words(desk).items() if name in ("organisations", "titres_produits")},
    )


def _whole(fields: Form, name: str) -> int:
    text = fields.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
