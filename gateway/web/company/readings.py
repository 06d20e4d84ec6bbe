# SPDX-License-Identifier: EUPL-1.2
"""`/entreprise/<siren>/candidatures`: which buyers opened the company's application files, and when."""

from fastapi import APIRouter, Request, Response

from gateway.company.readings import readings
from gateway.web.company.common import Representative, company_of, entered, number_of
from gateway.web.look import page

router = APIRouter(include_in_schema=False)


@router.get("/entreprise/{siren}/candidatures")
async def read(request: Request, siren: str, person: Representative) -> Response:
    """The readings, newest first."""
    entered(person, siren)
    found = await readings(company_of(request).view, person.id, siren, number_of(request.query_params.get("avant", "")))
    here = f"/entreprise/{siren}/candidatures"
    return page(
        request,
        "entreprise/candidatures.html",
        title="Qui a ouvert vos candidatures",
        person=person,
        siren=siren,
        lectures=found.lines,
        suite=f"{here}?avant={found.older}" if found.older is not None else None,
    )
