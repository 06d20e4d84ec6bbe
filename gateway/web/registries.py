# SPDX-License-Identifier: EUPL-1.2
"""`/operateur/registres`: where each registry stands, for operators; those in trouble come first."""

from collections.abc import Callable, Sequence
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response

from gateway.people.person import Person, Role
from gateway.source.standing import Standing
from gateway.web.door import must_be
from gateway.web.look import Entry, page

router = APIRouter(include_in_schema=False)

ADDRESS = "/operateur/registres"
ENTRY = Entry("Registres", ADDRESS, Role.OPERATOR)
STATES = {
    "closed": ("interrogé", "bien"),
    "half_open": ("essayé de nouveau", "attente"),
    "open": ("laissé en paix", "mal"),
}
_ORDER = ("open", "half_open", "closed")

Operator = Annotated[Person, Depends(must_be(Role.OPERATOR))]


@router.get(ADDRESS)
async def registries(request: Request, person: Operator) -> Response:
    """The table of all registries."""
    standings = cast("Callable[[], Sequence[Standing]]", request.app.state.registries)
    found = sorted(standings(), key=lambda one: (_ORDER.index(one.state), not one.closed_until, one.registry))
    return page(
        request,
        "operateur/registres.html",
        title="Registres",
        person=person,
        registres=found,
        etats=STATES,
        troubles=sum(one.state != "closed" for one in found),
    )
