# SPDX-License-Identifier: EUPL-1.2
"""Saved searches: an auditor's own, under a name, as addresses in which identifiers are sealed."""

from fastapi import APIRouter, Request, Response

from gateway.console.plain import plain
from gateway.console.question import read
from gateway.console.saved import NAME_CHARS, Saved, TooMany, forget, save
from gateway.web.console.common import Auditor, console_of, desk_of
from gateway.web.console.search import ADDRESS
from gateway.web.door import Checked
from gateway.web.errors import Said, said
from gateway.web.look import redirect, web_of

router = APIRouter(include_in_schema=False)
UNNAMED = Said("Recherche non enregistrée", "Donnez-lui un nom, et recommencez depuis la page de ses résultats.")
FULL = Said("Recherche non enregistrée", "Vous en gardez déjà cent : effacez-en une d'abord.")


@router.post("/console/recherches")
async def keep(request: Request, person: Auditor, fields: Checked) -> Response:
    """Keep the search of the address under a name."""
    desk, console = desk_of(request), console_of(request)
    asked = read(dict(request.query_params), desk.seal, sealed=True)
    name = plain(" ".join(fields.text("nom", NAME_CHARS).split()))
    if asked.faults or not name:
        return said(request, 422, UNNAMED)
    address = asked.question.address(desk.seal, quoi=asked.question.quoi)
    new = Saved(web_of(request).people.new_id(), name, address)
    try:
        await desk.run(lambda: save(console.store, person.id, new, int(desk.clock().timestamp())))
    except TooMany:
        return said(request, 409, FULL)
    return redirect(request, f"{ADDRESS}?{address}")


@router.post("/console/recherches/{identifier}/effacer")
async def drop(request: Request, identifier: str, person: Auditor, fields: Checked) -> Response:
    """Drop one of one's own."""
    await desk_of(request).run(lambda: forget(console_of(request).store, person.id, identifier))
    return redirect(request, ADDRESS)
