# SPDX-License-Identifier: EUPL-1.2
"""`/entreprise/<siren>/journees`: the closed days, and the company's proof of each, as a file."""

from fastapi import APIRouter, Request, Response

from gateway.audit.day import is_day
from gateway.audit.day_proof import MEDIA_TYPE
from gateway.company.days import NoDayProof
from gateway.web.company.common import Representative, company_of, entered
from gateway.web.errors import NOT_FOUND, Said, said
from gateway.web.look import page

router = APIRouter(include_in_schema=False)
A_PAGE = 31


@router.get("/entreprise/{siren}/journees")
async def listed(request: Request, siren: str, person: Representative) -> Response:
    """The closed days, newest first. What is said of them is the same for every company."""
    entered(person, siren)
    company = company_of(request)
    before = request.query_params.get("avant", "")
    before = before if is_day(before) else ""
    found = await company.view.run(lambda: company.days.listed(company.view.clock(), before, A_PAGE))
    older = f"/entreprise/{siren}/journees?avant={found[-1].closing.day}" if len(found) == A_PAGE else None
    return page(
        request,
        "entreprise/journees.html",
        title="Preuves par journée",
        person=person,
        siren=siren,
        journees=found,
        suite=older,
        finalites={one.id: one.title for one in company.view.policies.purposes.values()},
        embargos=company.view.embargoes,
    )


@router.get("/entreprise/{siren}/journees/{day}.json")
async def proof(request: Request, siren: str, day: str, person: Representative) -> Response:
    """The proof of a day: a file that `dlnuf verify` checks without us."""
    entered(person, siren)
    if not is_day(day):
        return said(request, 404, NOT_FOUND)
    company = company_of(request)
    try:
        text = await company.view.run(lambda: company.days.proof(siren, day, company.view.clock()))
    except NoDayProof as error:
        return said(request, 404, Said("Pas de preuve pour cette journée", f"{str(error).capitalize()}."))
    await company.view.looked(person.id, siren, f"preuve de la journée {day}", 1)
    headers = {
        "content-disposition": f'attachment; filename="journee-{day}.json"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(text, 200, headers, MEDIA_TYPE)
