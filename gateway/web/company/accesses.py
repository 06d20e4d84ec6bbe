# SPDX-License-Identifier: EUPL-1.2
"""`/entreprise/<siren>/acces`: the feeds and tokens of a company. A secret is shown once, and known by its digest."""

import base64

from fastapi import APIRouter, Request, Response

from gateway.company.store import Access, TooMany, digest_of
from gateway.people.person import Role
from gateway.web.company.common import Company, Representative, company_of, entered
from gateway.web.door import Checked
from gateway.web.errors import Said, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)
LABEL_CHARS = 80
SECRET_BYTES = 32
DECIDED_S = 400 * 86_400
CLAIMED_S = 90 * 86_400
"""How long a secret lives when an instructor's decision stands behind it, and when only a sign-in did."""
KINDS = ("flux", "api")
TOO_MANY = Said("Trop d'accès ouverts", "Fermez-en un avant d'en ouvrir un autre.")


@router.get("/entreprise/{siren}/acces")
async def listed(request: Request, siren: str, person: Representative) -> Response:
    """What is open, and what was."""
    entered(person, siren)
    return await _shown(request, siren, person)


@router.post("/entreprise/{siren}/acces")
async def opened(request: Request, siren: str, person: Representative, fields: Checked) -> Response:
    """Open a feed or a token, and show its secret, this once."""
    entered(person, siren)
    company = company_of(request)
    kind, label = fields.get("genre", ""), " ".join(fields.text("nom", LABEL_CHARS).split())
    if kind not in KINDS:
        return said(request, 422, Said("Accès inconnu", "Choisissez l'un des boutons de la page."))
    if not label:
        return await _shown(request, siren, person, fault="Donnez-lui un nom, pour le reconnaître plus tard.")
    if not await company.view.run(lambda: company.store.may_open(siren, company.now)):
        return said(request, 409, TOO_MANY)
    secret = base64.urlsafe_b64encode(company.random(SECRET_BYTES)).decode().rstrip("=")
    people = web_of(request).people
    decided = siren in await company.view.run(lambda: people.representations.sirens(person.id, people.now))
    until = company.now + (DECIDED_S if decided else CLAIMED_S)
    access = Access(company.new_id(), digest_of(secret), kind, siren, person.id, label, decided, company.now, until)
    await _recorded(company, "access_opened", person.id, access)
    try:
        await company.view.run(lambda: company.store.open_access(access))
    except TooMany:
        return said(request, 409, TOO_MANY)
    return await _shown(request, siren, person, secret=secret, kind=kind)


@router.post("/entreprise/{siren}/acces/{identifier}/fermer")
async def closed(request: Request, siren: str, identifier: str, person: Representative, fields: Checked) -> Response:
    """Close one; any representative of the company may."""
    entered(person, siren)
    company = company_of(request)
    accesses = await company.view.run(lambda: company.store.accesses(siren))
    found = next((one for one in accesses if one.id == identifier and one.closed_at is None), None)
    if found is not None:
        # Closed even when the log is out of order: what is revoked must stop working first of all.
        await company.view.run(lambda: company.store.close_access(identifier, siren, company.now))
        await _recorded(company, "access_closed", person.id, found)
    return redirect(request, f"/entreprise/{siren}/acces")


async def _recorded(company: Company, event: str, account: str, access: Access) -> None:
    await company.view.recorder.event(
        event,
        actor=company.view.actor(account),
        role=Role.REPRESENTATIVE.value,
        subject=company.view.subject(access.siren),
        reason=access.kind,
    )


async def _shown(
    request: Request, siren: str, person: Representative, *, secret: str = "", kind: str = "", fault: str = ""
) -> Response:
    company = company_of(request)
    return page(
        request,
        "entreprise/acces.html",
        title="Flux et accès",
        status=422 if fault else 200,
        person=person,
        siren=siren,
        acces=await company.view.run(lambda: company.store.accesses(siren)),
        maintenant=company.now,
        secret=secret,
        genre=kind,
        faute=fault,
        adresse=f"{company.public_url}/suivi",
    )
