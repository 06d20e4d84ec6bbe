# SPDX-License-Identifier: EUPL-1.2
"""What the company's pages share: who may enter, what they live on, and how they say that nothing can be shown."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, cast

from fastapi import Depends, FastAPI, Request, Response

from connectors.kit import Siren
from connectors.kit.paris import PARIS
from gateway.company.days import Days
from gateway.company.store import CompanyStore, CompanyUnavailable
from gateway.company.view import Asking, View, ViewUnavailable
from gateway.people.person import Person, Role
from gateway.web.door import must_be, represents
from gateway.web.errors import Said, said
from gateway.web.pace import Pace

Representative = Annotated[Person, Depends(must_be(Role.REPRESENTATIVE))]
Instructor = Annotated[Person, Depends(must_be(Role.INSTRUCTOR))]


@dataclass(slots=True)
class Company:
    """What the company's pages live on; `request.app.state.company`. `random`: bytes fit for secrets.

    `pace`: how often one secret may be used.
    """

    view: View
    days: Days
    store: CompanyStore
    public_url: str
    random: Callable[[int], bytes]
    pace: Pace

    @property
    def now(self) -> int:
        """Epoch seconds."""
        return int(self.view.clock().timestamp())

    def new_id(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(bytes=self.random(16), version=4))


def company_of(request: Request) -> Company:
    """The pages' own state."""
    return cast("Company", request.app.state.company)


def entered(person: Person, siren: str) -> None:
    """Refuse whoever does not represent this company. Raises Forbidden."""
    represents(person, siren if Siren.parse(siren) is not None else "")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a form asked for, as it was written, and what is wrong with it."""

    du: str
    au: str
    finalite: str
    consommateur: str
    fault: str
    asking: Asking

    @property
    def used(self) -> dict[str, str]:
        """The fields that say something, as an address has them."""
        found = {"du": self.du, "au": self.au, "finalite": self.finalite, "consommateur": self.consommateur}
        return {name: value for name, value in found.items() if value}


def filters_of(request: Request, siren: str) -> Filters:
    """The filters of an address. Whatever is given, never raises: what does not read is said."""
    given = {name: request.query_params.get(name, "").strip()[:40] for name in ("du", "au", "finalite", "consommateur")}
    fault = ""
    since, until = _day(given["du"]), _day(given["au"])
    if (given["du"] and since is None) or (given["au"] and until is None):
        fault = "Une date s'écrit AAAA-MM-JJ, par exemple 2026-11-24."
    elif since and until and since > until:
        fault = "La période finit avant de commencer."
    consumer = "".join(given["consommateur"].split())
    if consumer and not (consumer.isascii() and consumer.isdigit() and len(consumer) == 14):
        fault = "Un SIRET a quatorze chiffres."
    asking = Asking(
        siren,
        None if since is None else datetime.combine(since, time(), PARIS),
        None if until is None else datetime.combine(until + timedelta(days=1), time(), PARIS),
        given["finalite"],
        consumer,
    )
    return Filters(given["du"], given["au"], given["finalite"], given["consommateur"], fault, asking)


def number_of(text: str) -> int | None:
    """A record's number in an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def install(app: FastAPI) -> None:
    """Say in a page why nothing can be shown."""

    async def unavailable(request: Request, error: Exception) -> Response:
        return said(request, 503, Said("Vue momentanément indisponible", f"{error} Rien n'a été montré."))

    app.add_exception_handler(ViewUnavailable, unavailable)
    app.add_exception_handler(CompanyUnavailable, unavailable)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return found if found is not None and 2000 <= found.year <= 2999 else None
