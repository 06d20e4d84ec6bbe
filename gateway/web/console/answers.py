# SPDX-License-Identifier: EUPL-1.2
"""`/console/reponse`: where a consumer justifies the exchanges of a sample, by a link sent to it, or signed in.

The link opens one consumer's part of one campaign, until the campaign is closed. Files stay in memory until they are
encrypted: nothing of them touches the disk in clear.
"""

import asyncio
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.console import campaigns as domain
from gateway.console.campaigns import FILE_BYTES, Campaign, Refused, Upload
from gateway.console.plain import plain
from gateway.console.story import printable
from gateway.web.console.common import console_of, desk_of
from gateway.web.console.search import words
from gateway.web.door import CSRF_FIELD, BadForm, SignedIn
from gateway.web.errors import NOT_FOUND, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)
ADDRESS = "/console/reponse"
BODY_BYTES = FILE_BYTES + 64 * 1024
Sent = tuple[dict[str, str], Upload | None]
_AT_ONCE = asyncio.Semaphore(4)


class _InMemory(MultiPartParser):
    """Keeps files in memory: their size is bounded, and the disk is no place for them."""

    spool_max_size = BODY_BYTES


@router.get(ADDRESS + "/{secret}")
async def by_link(request: Request, secret: str) -> Response:
    """What a consumer is asked, to whoever holds its link."""
    found = await desk_of(request).run(lambda: console_of(request).campaigns.behind(secret))
    return said(request, 404, NOT_FOUND) if found is None else await _page(request, *found, f"{ADDRESS}/{secret}")


@router.post(ADDRESS + "/{secret}")
async def answered_by_link(request: Request, secret: str) -> Response:
    """One answer."""
    found = await desk_of(request).run(lambda: console_of(request).campaigns.behind(secret))
    if found is None:
        return said(request, 404, NOT_FOUND)
    fields, upload = await _sent(request)
    return await _answer(request, *found, f"{ADDRESS}/{secret}", fields, upload)


@router.get("/console/controle/{campaign}/{consumer}")
async def by_account(request: Request, campaign: str, consumer: str, person: SignedIn) -> Response:
    """The same, to somebody signed in who speaks for that organisation."""
    found = await _theirs(request, campaign, consumer, person.sirens)
    address = f"/console/controle/{campaign}/{consumer}"
    return said(request, 404, NOT_FOUND) if found is None else await _page(request, found, consumer, address)


async def csrf_with_file(request: Request, person: SignedIn) -> Sent:
    """What a form with a file holds, once it is known to carry the session's own token. Raises BadForm."""
    fields, upload = await _sent(request)
    if not hmac.compare_digest(fields.get(CSRF_FIELD, "").encode(), person.csrf.encode()):
        raise BadForm(403, "Ce formulaire n'est plus valable : rouvrez la page, puis recommencez.")
    return fields, upload


@router.post("/console/controle/{campaign}/{consumer}")
async def answered_by_account(
    request: Request, campaign: str, consumer: str, person: SignedIn, sent: Annotated[Sent, Depends(csrf_with_file)]
) -> Response:
    """One answer."""
    found = await _theirs(request, campaign, consumer, person.sirens)
    if found is None:
        return said(request, 404, NOT_FOUND)
    fields, upload = sent
    return await _answer(request, found, consumer, f"/console/controle/{campaign}/{consumer}", fields, upload)


async def _theirs(request: Request, campaign: str, consumer: str, sirens: frozenset[str]) -> Campaign | None:
    campaigns = console_of(request).campaigns
    if len(consumer) != 14 or consumer[:9] not in sirens:
        return None
    found = await desk_of(request).run(lambda: campaigns.one(campaign))
    items = await desk_of(request).run(lambda: campaigns.items(campaign, consumer))
    return found if found and found.state == "open" and items else None


async def _answer(
    request: Request, campaign: Campaign, consumer: str, address: str, fields: dict[str, str], upload: Upload | None
) -> Response:
    text = plain(fields.get("texte", ""))
    seq = fields.get("seq", "")
    number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) <= 18 else -1
    try:
        if len(text) > domain.ANSWER_CHARS:
            raise Refused(f"Une réponse compte {domain.ANSWER_CHARS} caractères au plus.")
        await console_of(request).campaigns.answer(campaign, consumer, number, text, upload)
    except Refused as why:
        return await _page(request, campaign, consumer, address, 422, refus=str(why), refus_seq=number, ecrit=text)
    return redirect(request, address)


async def _sent(request: Request) -> Sent:
    """The fields of a form with at most one file. Raises BadForm."""
    origin = request.headers.get("origin")
    if origin is not None and origin != web_of(request).origin:
        raise BadForm(403, "Ce formulaire n'a pas été envoyé depuis ce service.")
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > BODY_BYTES:
        raise BadForm(413, f"L'envoi dépasse {FILE_BYTES // 1024 // 1024} Mio.")
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise BadForm(415, "Ce formulaire n'est pas dans le format attendu.")
    async with _AT_ONCE:
        try:
            form = await _InMemory(request.headers, request.stream(), max_files=1, max_fields=10).parse()
        except (MultiPartException, ValueError, KeyError):
            raise BadForm(400, "Ce formulaire ne peut pas être lu.") from None
        fields: dict[str, str] = {}
        upload: Upload | None = None
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
                if content:
                    upload = Upload(printable(value.filename or "fichier"), content)
            else:
                fields[name] = value
        await form.close()
    return fields, upload


async def _page(
    request: Request, campaign: Campaign, consumer: str, address: str, status: int = 200, **more: Any
) -> Response:
    desk, campaigns = desk_of(request), console_of(request).campaigns
    items = await desk.run(lambda: campaigns.items(campaign.id, consumer))
    files = await desk.run(lambda: campaigns.files(campaign.id))
    known = words(desk)
    return page(
        request,
        "console/reponse.html",
        title="Contrôle d'usage",
        status=status,
        k=campaign,
        consommateur=consumer,
        lignes=items,
        fichiers=files,
        adresse=address,
        lisible=printable,
        maintenant=desk.clock().timestamp(),
        longueur=domain.ANSWER_CHARS,
        organisations=known["organisations"],
        titres_produits=known["titres_produits"],
        **{"refus": "", "refus_seq": -1, "ecrit": "", **more},
    )
