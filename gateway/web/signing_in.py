# SPDX-License-Identifier: EUPL-1.2
"""Signing in and out: the page that offers it, single-use links, and the way out."""

from fastapi import APIRouter, Depends, Request, Response

from gateway.web.cookies import Cookies
from gateway.web.door import Checked, Form, SignedIn, Visitor, form, own_path
from gateway.web.errors import Said, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)

SPENT = Said(
    "Ce lien ne fonctionne plus",
    "Un lien de connexion sert une seule fois, dans les quinze minutes. Demandez-en un autre à l'exploitant.",
)
CLEAR = Said(
    "Connexion impossible à cette adresse",
    "Ce service est publié sur une adresse http, sans chiffrement : par sécurité, personne ne peut s'y connecter.",
)


@router.get("/connexion")
async def offer(request: Request, person: Visitor, suite: str = "/compte") -> Response:
    """How to sign in; whoever is signed in goes on."""
    onward = own_path(suite)
    if person is not None and "suite" in request.query_params:
        return redirect(request, onward)
    return page(request, "connexion.html", title="Se connecter", suite=onward)


@router.get("/connexion/lien/{secret}")
async def show_link(request: Request, secret: str) -> Response:
    """A link is shown first, and used by a button: programs that open links in messages must not spend it."""
    if not web_of(request).cookies.allowed:
        return said(request, 403, CLEAR)
    holder = await web_of(request).people.link_holder(secret)
    if holder is None:
        return said(request, 404, SPENT)
    return page(request, "lien.html", title="Connexion par lien", nom=holder.name, lien=request.url.path)


@router.post("/connexion/lien/{secret}")
async def use_link(request: Request, secret: str, fields: Form = Depends(form)) -> Response:  # noqa: B008 -- how FastAPI names what a route needs
    """Use a link: a new session, whatever the browser held before."""
    web = web_of(request)
    if not web.cookies.allowed:
        return said(request, 403, CLEAR)
    session = await web.people.enter_by_link(secret)
    if session is None:
        return said(request, 404, SPENT)
    return await entered(request, session, "/compte")


@router.get("/deconnexion")
async def out(request: Request, person: Visitor) -> Response:
    """Where one arrives once signed out; whoever still is signed in finds the button."""
    return page(request, "deconnexion.html", title="Déconnexion", vers="")


@router.post("/deconnexion")
async def leave(request: Request, person: SignedIn, fields: Checked) -> Response:
    """End the session, here first."""
    web = web_of(request)
    await web.people.leave(web.cookies.read(request, web.cookies.session), person)
    request.state.person = None
    response = redirect(request, "/deconnexion")
    web.cookies.take(response, web.cookies.session)
    return response


async def entered(request: Request, session: str, onward: str) -> Response:
    """Go on, with a new session; the one this browser may have had before ends."""
    web = web_of(request)
    before = web.cookies.read(request, web.cookies.session)
    if before:
        await web.people.forget(before)
    response = redirect(request, onward)
    cookies: Cookies = web.cookies
    cookies.give(response, cookies.session, session)
    return response
