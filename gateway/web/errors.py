# SPDX-License-Identifier: EUPL-1.2
"""Refusals and failures, said in a page to those who read pages. Addresses of the API keep their own shapes."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from gateway.people.database import PeopleUnavailable
from gateway.people.person import TITLES, Role
from gateway.problems import Problem
from gateway.web.door import BadForm, Forbidden, SignInFirst, sign_in_path
from gateway.web.headers import is_page
from gateway.web.look import page, redirect
from gateway.web.resuming import kept

LOG = logging.getLogger("dlnuf.web")

Handler = Callable[[Request, Any], Awaitable[Response]]


class Said(NamedTuple):
    """A title, a sentence, and whether to offer to sign in again."""

    title: str
    text: str
    again: bool = False


NOT_FOUND = Said("Page introuvable", "Cette adresse ne mène à aucune page. Elle a peut-être été mal recopiée.")
BROKEN = Said(
    "Une erreur est survenue", "Le service a rencontré une erreur ; elle a été notée. Réessayez dans quelques instants."
)
CLOSED = Said(
    "Service momentanément fermé",
    "La trace de votre visite ne peut pas être conservée ; par précaution, rien n'est montré ni modifié. "
    "Réessayez dans quelques instants.",
)


def install(app: FastAPI) -> None:
    """Answer in pages under the pages' addresses. To be called after the API's own handlers are in place."""

    async def first(request: Request, error: SignInFirst) -> Response:
        if (what_was_typed := await kept(request)) is not None:
            return what_was_typed
        path = error.path if request.method == "GET" else "/compte"
        return redirect(request, sign_in_path(path))

    async def forbidden(request: Request, error: Forbidden) -> Response:
        return said(request, 403, _of(error))

    async def bad_form(request: Request, error: BadForm) -> Response:
        return said(request, error.status, Said("Formulaire refusé", error.why))

    async def closed(request: Request, error: PeopleUnavailable) -> Response:
        LOG.error("people_unavailable", extra={"reason": str(error)})
        return said(request, 503, CLOSED)

    app.add_exception_handler(SignInFirst, first)  # type: ignore[arg-type]  # Starlette wants every handler to take any
    app.add_exception_handler(Forbidden, forbidden)  # type: ignore[arg-type]  # idem
    app.add_exception_handler(BadForm, bad_form)  # type: ignore[arg-type]  # idem
    app.add_exception_handler(PeopleUnavailable, closed)  # type: ignore[arg-type]  # idem
    _in_pages(app, Problem, _problem)
    _in_pages(app, 404, _not_found)
    _in_pages(app, HTTPException, _http)
    _in_pages(app, RequestValidationError, _invalid)
    _in_pages(app, Exception, _broken)


def said(request: Request, status: int, what: Said) -> Response:
    """A page that says one thing."""
    return page(request, "erreur.html", title=what.title, status=status, texte=what.text, again=what.again, code=status)


def _in_pages(app: FastAPI, kind: Any, answer: Handler) -> None:
    """Use `answer` under the pages' addresses, and elsewhere whatever stood there before."""
    before = app.exception_handlers.get(kind)

    async def chosen(request: Request, error: Any) -> Response:
        if is_page(request.url.path) or before is None:
            return await answer(request, error)
        return await before(request, error)  # type: ignore[misc,no-any-return]  # ours are all coroutines

    app.add_exception_handler(kind, chosen)


async def _not_found(request: Request, error: Any) -> Response:
    return said(request, 404, NOT_FOUND)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return said(request, 422, Said("Adresse incorrecte", "Un paramètre de cette adresse n'a pas la forme attendue."))


async def _http(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return said(request, 404, NOT_FOUND)
    if error.status_code == 405:
        return said(request, 405, Said("Action impossible", "Cette adresse ne se consulte pas de cette manière."))
    return said(request, error.status_code, BROKEN)


async def _problem(request: Request, error: Problem) -> Response:
    if error.code == "00510":
        return said(request, 503, CLOSED)
    fault = error.faults[0]
    return said(request, error.status, Said(fault.title, fault.detail))


async def _broken(request: Request, error: Exception) -> Response:
    LOG.error("page_failed", exc_info=error)
    return said(request, 500, BROKEN)


def _of(error: Forbidden) -> Said:
    if error.dormant:
        return Said(
            "Connexion trop faible",
            "Vous avez le rôle nécessaire, mais cette page demande une connexion avec un second facteur. "
            "Connectez-vous de nouveau, par le fournisseur d'identité, en agent public.",
            again=True,
        )
    if error.role is Role.BUYER and not error.why:
        return Said(
            "Accès refusé",
            "Cette page est réservée aux agents d'un acheteur public, connectés avec un second facteur, et à ceux que "
            "leur portail y conduit. Qui surveille ce service n'y entre pas, même pour sa propre administration.",
            again=True,
        )
    if error.why:
        return Said("Accès refusé", error.why)
    if error.role is Role.REPRESENTATIVE:
        return Said("Accès refusé", "Cette page est réservée aux représentants d'une entreprise.", again=True)
    title = f"au rôle « {TITLES[error.role]} »" if error.role else "à d'autres personnes"
    return Said("Accès refusé", f"Cette page est réservée {title}. Si vous devez l'avoir, demandez-le à l'exploitant.")
