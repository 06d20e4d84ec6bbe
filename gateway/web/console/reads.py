# SPDX-License-Identifier: EUPL-1.2
"""`/console/lectures`: who read what in the log. Looking at it is in the log as well."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from gateway.audit.subject import KeysUnavailable
from gateway.console.desk import PERSON, Desk
from gateway.console.export import facts_of
from gateway.console.question import Question
from gateway.people.people import People
from gateway.web.console.common import Auditor, Facts, desk_of, looker
from gateway.web.console.search import number_of, words
from gateway.web.look import page, web_of

router = APIRouter(include_in_schema=False)
ADDRESS = "/console/lectures"
_ACCOUNTS = 500


@router.get(ADDRESS)
async def shown(request: Request, person: Auditor) -> Response:
    """Looks and exports, newest first, with the names of those who still have an account."""
    desk = desk_of(request)
    before = number_of(request.query_params.get("avant", ""))
    found = await desk.search(looker(person), Question(quoi="lectures"), before)
    entries = await desk.run(lambda: [desk.entry(line.seq) for line in found.lines])
    reads = [(entry.seq, Facts(facts_of(entry))) for entry in entries if entry is not None]
    people = web_of(request).people
    names = await desk.run(lambda: _names(desk, people, [str(facts["at"]) for _, facts in reads]))
    return page(
        request,
        "console/lectures.html",
        title="Lectures du journal",
        person=person,
        lectures=reads,
        noms=names,
        suivante=f"{ADDRESS}?avant={found.older}" if found.older else None,
        etat=desk.state(),
        **words(desk),
    )


def _names(desk: Desk, people: People, instants: list[str]) -> Mapping[str, str]:
    """Who stands behind the commitments of these instants' months."""
    names: dict[str, str] = {}
    if not instants:
        return names
    since, until = datetime.fromisoformat(min(instants)), datetime.fromisoformat(max(instants)) + timedelta(seconds=1)
    try:
        for account in people.accounts.all()[:_ACCOUNTS]:
            names |= dict.fromkeys(desk.subjects.person_over(PERSON, account.id, since, until), account.name)
    except KeysUnavailable:
        return names  # commitments are shown as they stand
    return names
