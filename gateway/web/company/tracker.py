# SPDX-License-Identifier: EUPL-1.2
"""`/suivi/…`: a company's consultations for programs, by a secret its representative opened: a feed, and findUsage.

Not pages: whoever holds the secret reads, and each reading is a record in the name of the account that opened it. An
access behind an instructor's decision works as long as the decision stands.
"""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.company.store import Access
from gateway.company.usage import MOST_USAGES, feed, found_usages, written_at
from gateway.company.view import MOST, PAGE, Asking, ViewUnavailable
from gateway.problems import Problem
from gateway.web.company.common import Company, company_of, number_of
from gateway.web.look import web_of

router = APIRouter(include_in_schema=False)
SECRET_CHARS = 43
_PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class Refusal(Exception):
    """Nothing is given. `status` and a sentence in French."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@router.get("/suivi/{secret}/flux.atom")
async def as_feed(request: Request, secret: str) -> Response:
    """The last consultations, as Atom."""
    company = company_of(request)
    try:
        access = await _access(request, company, secret, "flux")
        found = await company.view.consultations(access.account, Asking(access.siren), limit=PAGE, what="flux")
    except (Refusal, Problem, ViewUnavailable) as error:
        return _refused(error)
    content = feed(found.lines, access.siren, company.public_url, company.view.clock())
    return Response(content, 200, _PRIVATE, "application/atom+xml; charset=utf-8")


@router.get("/suivi/heartbeat")
async def heartbeat(request: Request) -> Response:
    """Whether the service is up; says nothing of anybody."""
    return JSONResponse({"status": "UP"}, headers=_PRIVATE)


@router.get("/suivi/usagePeriod")
async def usage_period(request: Request) -> Response:
    """Since when consultations are known."""
    company = company_of(request)
    try:
        await _bearer(request, company)
        entries = await company.view.run(lambda: company.days.beginning())
    except (Refusal, Problem, ViewUnavailable) as error:
        return _refused(error)
    return JSONResponse({"periodStart": written_at(entries or company.view.clock())}, headers=_PRIVATE)


@router.get("/suivi/findUsage")
async def find_usage(request: Request) -> Response:
    """The consultations of the company that `userCode` names, newest first."""
    company = company_of(request)
    try:
        access = await _bearer(request, company)
        asking, offset, limit = _asked(request, access.siren)
        found = await company.view.consultations(access.account, asking, limit=MOST, what="findUsage")
    except (Refusal, Problem, ViewUnavailable) as error:
        return _refused(error)
    told = found_usages(found.lines[offset : offset + limit], len(found.lines))
    return JSONResponse(told, headers=_PRIVATE)


def _asked(request: Request, siren: str) -> tuple[Asking, int, int]:
    given = request.query_params
    if not 0 < len(request.headers.get("x-road-userid", "")) <= 100:
        raise Refusal(400, "L'en-tête X-Road-UserId est obligatoire : il dit qui demande.")
    if given.get("userCode", "") != siren:
        raise Refusal(403, "userCode doit être le SIREN de l'entreprise qui a ouvert ce jeton.")
    offset, limit = number_of(given.get("offset", "0")), number_of(given.get("limit", str(MOST_USAGES)))
    if offset is None or limit is None or not 1 <= limit <= MOST_USAGES:
        raise Refusal(400, f"offset est un nombre entier, limit un nombre entre 1 et {MOST_USAGES}.")
    since, until = (_instant(given.get(name, "")) for name in ("periodStart", "periodEnd"))
    return Asking(siren, since, until), offset, limit


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+")) if len(text) <= 40 else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 2000 <= found.year <= 2999:
        raise Refusal(400, "periodStart et periodEnd sont des instants avec leur fuseau : 2026-11-24T00:00:00Z.")
    return found


async def _bearer(request: Request, company: Company) -> Access:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal(401, "Un jeton est nécessaire : Authorization: Bearer …")
    return await _access(request, company, secret.strip(), "api")


async def _access(request: Request, company: Company, secret: str, kind: str) -> Access:
    refused = Refusal(404 if kind == "flux" else 401, "Cet accès n'existe pas, ou n'est plus ouvert.")
    if len(secret) != SECRET_CHARS:
        raise refused
    access = await company.view.run(lambda: company.store.access(secret, kind, company.now))
    if access is None:
        raise refused
    people = web_of(request).people
    if access.decided and access.siren not in await company.view.run(
        lambda: people.representations.sirens(access.account, people.now)
    ):
        raise refused
    if not company.pace.spend(access.id):
        raise Refusal(429, "Trop de demandes : une par seconde suffit.")
    return access


def _refused(error: Refusal | Problem | ViewUnavailable) -> Response:
    status = error.status if isinstance(error, Refusal | Problem) else 503
    told: dict[str, Any] = {"errors": [{"title": "Refusé" if status < 500 else "Indisponible", "detail": str(error)}]}
    headers = dict(_PRIVATE) | ({"www-authenticate": "Bearer"} if status == 401 else {})
    return JSONResponse(told, status, headers)
