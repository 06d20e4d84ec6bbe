# SPDX-License-Identifier: EUPL-1.2
"""`/console/constats`: what the rules found, to be reviewed and closed with a reason."""

from fastapi import APIRouter, Request, Response

from gateway.console.findings import REASON_CHARS, VERDICTS, NotOpen, close, findings
from gateway.console.plain import plain
from gateway.people.person import Person
from gateway.web.console.common import Auditor, console_of, desk_of, looker
from gateway.web.console.search import words
from gateway.web.door import Checked
from gateway.web.errors import Said, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)
ADDRESS = "/console/constats"
CLOSED = Said("Constat déjà clos", "Ce constat n'existe pas, ou quelqu'un l'a déjà clos.")


@router.get(ADDRESS)
async def shown(request: Request, person: Auditor) -> Response:
    """Open findings, then those that were closed."""
    return await _page(request, person)


@router.post(ADDRESS + "/{identifier}")
async def closing(request: Request, identifier: str, person: Auditor, fields: Checked) -> Response:
    """Close one, with a verdict and a reason."""
    reason = plain(" ".join(fields.text("motif", REASON_CHARS).split()))
    verdict = fields.get("verdict", "")
    if not reason or verdict not in VERDICTS:
        return await _page(request, person, identifier)
    try:
        await close(desk_of(request), console_of(request).store, looker(person), identifier, verdict, reason)
    except NotOpen:
        return said(request, 409, CLOSED)
    return redirect(request, ADDRESS)


async def _page(request: Request, person: Person, unexplained: str = "") -> Response:
    desk, console = desk_of(request), console_of(request)
    open_ones = await desk.run(lambda: findings(console.store, "open"))
    closed = await desk.run(lambda: findings(console.store, "closed"))
    people = web_of(request).people
    who = {one.closed_by for one in closed if one.closed_by}
    names = await desk.run(lambda: people.accounts.names(who))
    await desk.looked(looker(person), "constats", len(open_ones) + len(closed))
    return page(
        request,
        "console/constats.html",
        title="Constats",
        status=422 if unexplained else 200,
        person=person,
        ouverts=open_ones,
        clos=closed,
        regles={rule.id: rule for rule in console.watch.rules},
        probleme=console.watch.trouble,
        verdicts=list(VERDICTS.items()),
        sans_motif=unexplained,
        noms=names,
        longueur=REASON_CHARS,
        organisations=words(desk)["organisations"],
    )
