# SPDX-License-Identifier: EUPL-1.2
"""Signing in and out: the page that offers it, single-use links, and the way out."""

import logging

from fastapi import APIRouter, Depends, Request, Response

from gateway.edge.reading import Fields, address
from gateway.people.client import PROFILE_OTHER
from gateway.people.openid import AWAY_S, SignInRefused
from gateway.people.provider import ProviderDown
from gateway.web.door import Checked, Form, SignedIn, Visitor, form, own_path
from gateway.web.errors import Said, said
from gateway.web.look import page, redirect, web_of

LOG = logging.getLogger("dlnuf.web")

router = APIRouter(include_in_schema=False)

SPENT = Said(
    "Ce lien ne fonctionne plus",
    "Un lien de connexion sert une seule fois, dans les quinze minutes. Demandez-en un autre à l'exploitant.",
)
DOWN = Said(
    "Fournisseur d'identité injoignable",
    "Le service qui vérifie votre identité ne répond pas, ou répond mal. Réessayez dans quelques minutes.",
    again=True,
)
NO_PROVIDER = Said("Pas de fournisseur d'identité", "Ce service n'en a pas : demandez un lien à l'exploitant.")
HURRIED = Said("Trop d'essais", "Trop de connexions ont été tentées depuis votre adresse. Réessayez dans une minute.")
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


@router.get("/connexion/depart")
async def depart(request: Request, profil: str = PROFILE_OTHER, suite: str = "/compte") -> Response:
    """To the identity provider, with what will tie the way back to this browser."""
    web = web_of(request)
    if not slow_enough(request):
        return said(request, 429, HURRIED)
    if web.openid is None:
        return said(request, 404, NO_PROVIDER)
    if not web.cookies.allowed:
        return said(request, 403, CLEAR)
    try:
        departure = await web.openid.depart(profil, own_path(suite))
    except ProviderDown as error:
        LOG.warning("provider_down", extra={"reason": str(error)})
        return said(request, 503, DOWN)
    response = redirect(request, departure.url)
    web.cookies.give(response, web.cookies.departure, departure.cookie, AWAY_S)
    return response


@router.get("/connexion/retour")
async def come_back(request: Request) -> Response:
    """From the identity provider: a new session, or the reason why not. The cookie of the way there is spent."""
    web = web_of(request)
    if not slow_enough(request):
        return said(request, 429, HURRIED)
    if web.openid is None:
        return said(request, 404, NO_PROVIDER)
    try:
        identity, onward = await web.openid.come_back(_once(request), web.cookies.read(request, web.cookies.departure))
    except SignInRefused as error:
        if error.known:
            await web.people.refused(error.code)
        response = said(request, 403, Said("Connexion refusée", error.text, again=True))
    except ProviderDown as error:
        LOG.warning("provider_down", extra={"reason": str(error)})
        response = said(request, 503, DOWN)
    else:
        response = await entered(request, await web.people.enter(identity), own_path(onward))
    web.cookies.take(response, web.cookies.departure)
    return response


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
    if not slow_enough(request):
        return said(request, 429, HURRIED)
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
    token = await web.people.leave(web.cookies.read(request, web.cookies.session), person)
    request.state.person = None
    onward = await web.openid.way_out(token) if web.openid and token else ""
    # A page that leads on, and not a redirection: the content policy lets forms lead to this site alone.
    response = page(request, "deconnexion.html", title="Déconnexion", vers=onward)
    web.cookies.take(response, web.cookies.session)
    return response


def slow_enough(request: Request) -> bool:
    """Whether this address has not tried too often this minute."""
    web = web_of(request)
    return web.pace.spend(address(request.scope, Fields(request.scope["headers"]), web.trusted))


def _once(request: Request) -> dict[str, str]:
    """The parameters of the way back; one that is there twice is not there."""
    pairs = request.query_params.multi_items()
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}


async def entered(request: Request, session: str, onward: str) -> Response:
    """Go on, with a new session; the one this browser may have had before ends."""
    web = web_of(request)
    before = web.cookies.read(request, web.cookies.session)
    if before:
        await web.people.forget(before)
    response = redirect(request, onward)
    web.cookies.give(response, web.cookies.session, session)
    return response
