# SPDX-License-Identifier: EUPL-1.2
"""`/entreprise/<siren>`: who consulted the company's data, when, for what, which fields; one of them on a page; CSV."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from gateway.audit.merkle import BadProof, verify_inclusion
from gateway.audit.note import BadNote, Checkpoint, parts
from gateway.audit.reader import NotThere
from gateway.audit.tiles import BadTile, Tiles
from gateway.company.usage import OUTCOMES, table
from gateway.company.view import MOST, View
from gateway.web.company.common import Representative, company_of, entered, filters_of, number_of
from gateway.web.errors import NOT_FOUND, said
from gateway.web.look import page, redirect

router = APIRouter(include_in_schema=False)
KINDS = {"answered": "bien", "refused": "attente", "failed": "mal", "asked": "neutre"}


@router.get("/entreprise")
async def choose(request: Request, person: Representative) -> Response:
    """The company, or the choice between several."""
    if len(person.sirens) == 1:
        return redirect(request, f"/entreprise/{next(iter(person.sirens))}")
    return page(request, "entreprise/choix.html", title="Vos entreprises", person=person, sirens=sorted(person.sirens))


@router.get("/entreprise/{siren}")
async def listed(request: Request, siren: str, person: Representative) -> Response:
    """The consultations, newest first."""
    entered(person, siren)
    company = company_of(request)
    filters = filters_of(request, siren)
    found = None
    if not filters.fault:
        before = number_of(request.query_params.get("avant", ""))
        found = await company.view.consultations(person.id, filters.asking, before)
    contested = {one.seq for one in await company.view.run(lambda: company.store.contests(siren))}
    address = urlencode(filters.used)
    older = (
        f"/entreprise/{siren}?{urlencode({**filters.used, 'avant': found.older})}" if found and found.older else None
    )
    return page(
        request,
        "entreprise/consultations.html",
        title="Qui a consulté vos données",
        status=422 if filters.fault else 200,
        person=person,
        siren=siren,
        filtres=filters,
        resultats=found,
        suite=older,
        suite_de=bool(request.query_params.get("avant")),
        csv=f"/entreprise/{siren}/consultations.csv" + (f"?{address}" if address else ""),
        finalites=[(one.id, one.title) for one in company.view.policies.purposes.values()],
        embargos=company.view.embargoes,
        contestees=contested,
        issues=OUTCOMES,
        genres=KINDS,
        le_plus=MOST,
    )


@router.get("/entreprise/{siren}/consultations.csv")
async def as_csv(request: Request, siren: str, person: Representative) -> Response:
    """The same list as a file: the newest, as many as one look reads."""
    entered(person, siren)
    filters = filters_of(request, siren)
    if filters.fault:
        return redirect(request, f"/entreprise/{siren}?{urlencode(filters.used)}")
    company = company_of(request)
    found = await company.view.consultations(person.id, filters.asking, limit=MOST, what="CSV")
    headers = {
        "content-disposition": f'attachment; filename="consultations-{siren}.csv"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(await company.view.run(lambda: table(found.lines)), 200, headers, "text/csv; charset=utf-8")


@router.get("/entreprise/{siren}/consultations/{number}")
async def one(request: Request, siren: str, number: str, person: Representative) -> Response:
    """One consultation, with the proof that its record is in the log."""
    return await shown(request, siren, number, person)


async def shown(request: Request, siren: str, number: str, person: Representative, fault: str = "") -> Response:
    """The page of one consultation. `fault`: what is wrong with a contest that was just sent."""
    entered(person, siren)
    company = company_of(request)
    seq = number_of(number)
    found = await company.view.one(person.id, siren, seq) if seq is not None else None
    if found is None or seq is None:
        return said(request, 404, NOT_FOUND)
    contests = await company.view.run(lambda: company.store.contests(siren))
    return page(
        request,
        "entreprise/consultation.html",
        title="Une consultation",
        status=422 if fault else 200,
        person=person,
        siren=siren,
        c=found,
        preuve=await company.view.run(lambda: _proof(company.view, seq)),
        contestation=next((one for one in contests if one.seq == seq), None),
        faute=fault,
        issues=OUTCOMES,
        genres=KINDS,
    )


def _proof(view: View, number: int) -> dict[str, object]:
    """The leaf, and its path to the published head. The record's bytes, which name an agent and an address, stay."""
    (entry,) = view.log.entries(number, number + 1)
    told: dict[str, object] = {"leaf": entry.leaf.hex(), "path": [], "size": 0, "checkpoint": "", "complaint": ""}
    note = view.log.checkpoint()
    try:
        head = Checkpoint.parse(parts(note)[0])
        if number >= head.size:
            return told
        path = Tiles(view.log.tile, head.size).inclusion(number)
        verify_inclusion(entry.leaf, number, head.size, path, head.root)
    except (BadNote, BadProof, BadTile, NotThere) as error:
        return told | {"complaint": str(error)}
    return told | {"path": [node.hex() for node in path], "size": head.size, "checkpoint": note}
