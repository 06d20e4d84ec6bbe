# SPDX-License-Identifier: EUPL-1.2
"""`/acheteur/lien/…`: how a portal sends the buyer it signed in to one tender: a link, once, within a quarter hour.

It is shown first and used by a button, since programs open the links of messages before people do. Refusals say which
it is, forged, used or over: the secret has 256 bits, so that this tells a stranger nothing.
"""

from fastapi import APIRouter, Depends, Request, Response

from gateway.people.sessions import Link, LinkState
from gateway.web.acheteur import ADDRESS
from gateway.web.door import Form, form
from gateway.web.errors import Said, said
from gateway.web.look import page, web_of
from gateway.web.signing_in import CLEAR, HURRIED, entered, slow_enough

router = APIRouter(include_in_schema=False)

_AGAIN = "Retournez sur votre portail, et rouvrez la consultation."
UNKNOWN = Said("Lien inconnu", f"Ce lien n'est pas de ce service, ou a été mal recopié. {_AGAIN}")
SPENT = Said("Lien déjà utilisé", f"Un lien de portail sert une seule fois, et celui-ci a déjà servi. {_AGAIN}")
OVER = Said("Lien expiré", f"Un lien de portail sert dans les quinze minutes, et celui-ci est plus ancien. {_AGAIN}")


@router.get(ADDRESS + "/lien/{secret}")
async def show_link(request: Request, secret: str) -> Response:
    """Whom the portal sent, and a button."""
    people = web_of(request).people
    if not web_of(request).cookies.allowed:
        return said(request, 403, CLEAR)
    found = await people.link(secret)
    if found is None or not found.tender or found.state is not LinkState.USABLE:
        return _refused(request, found)
    holder = await people.holder(found)
    return page(
        request,
        "acheteur/lien.html",
        title="Ouvrir les candidatures",
        nom=holder.name,
        siret=found.buyer,
        lien=request.url.path,
    )


@router.post(ADDRESS + "/lien/{secret}")
async def use_link(request: Request, secret: str, fields: Form = Depends(form)) -> Response:  # noqa: B008 -- how FastAPI names what a route needs
    """Use it: a session for this tender alone, whatever the browser held before."""
    web = web_of(request)
    if not slow_enough(request):
        return said(request, 429, HURRIED)
    if not web.cookies.allowed:
        return said(request, 403, CLEAR)
    found = await web.people.link(secret)
    session = await web.people.enter_by_link(secret, sent=True)
    if session is None or found is None:
        return _refused(request, await web.people.link(secret))
    return await entered(request, session, f"{ADDRESS}/{found.tender}")


def _refused(request: Request, found: Link | None) -> Response:
    if found is None or not found.tender:
        return said(request, 404, UNKNOWN)
    return said(request, 410, SPENT if found.state is LinkState.SPENT else OVER)
