# SPDX-License-Identifier: EUPL-1.2
"""What the console's pages share: who may enter, the desk they read at, and how a console that cannot read says so."""

from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request, Response

from gateway.console.desk import ConsoleUnavailable, Desk, Looker
from gateway.people.person import Person, Role
from gateway.web.door import must_be
from gateway.web.errors import Said, said

Auditor = Annotated[Person, Depends(must_be(Role.AUDITOR))]
Watcher = Annotated[Person, Depends(must_be(Role.OPERATOR, Role.AUDITOR))]


class Facts(dict[str, Any]):
    """What a record says, for a page: a key that it does not have is an empty text."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(slots=True)
class Console:
    """What the console's pages live on; `request.app.state.console`."""

    desk: Desk


def console_of(request: Request) -> Console:
    """The console's own state."""
    return cast("Console", request.app.state.console)


def desk_of(request: Request) -> Desk:
    """Where the log is read."""
    return console_of(request).desk


def looker(person: Person) -> Looker:
    """An auditor who looks."""
    return Looker(person.id, Role.AUDITOR.value)


def install(app: FastAPI) -> None:
    """Say in a page why the console cannot show what it should."""

    async def unavailable(request: Request, error: ConsoleUnavailable) -> Response:
        return said(request, 503, Said("Console momentanément indisponible", f"{error} Rien n'a été montré."))

    app.add_exception_handler(ConsoleUnavailable, unavailable)  # type: ignore[arg-type]  # Starlette wants any
