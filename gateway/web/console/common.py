# SPDX-License-Identifier: EUPL-1.2
"""What the console's pages share: who may enter, the desk they read at, and how a console that cannot read says so."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request, Response

from gateway.console.campaigns import Campaigns
from gateway.console.database import ConsoleStore, StoreUnavailable
from gateway.console.desk import ConsoleUnavailable, Desk, Looker
from gateway.console.findings import Watch
from gateway.people.person import Person, Role
from gateway.web.door import must_be
from gateway.web.errors import Said, said

Auditor = Annotated[Person, Depends(must_be(Role.AUDITOR))]
EXPORTS_AT_ONCE = 4
_REMEMBERED = 64
Watcher = Annotated[Person, Depends(must_be(Role.OPERATOR, Role.AUDITOR))]


class Facts(dict[str, Any]):
    """What a record says, for a page: a key that it does not have is an empty text."""

    def __missing__(self, key: str) -> str:
        return ""


class Progress:
    """How far each export under way has come, by the name its page gave it."""

    def __init__(self) -> None:
        self._under_way = 0
        self._told: dict[str, tuple[int, int]] = {}

    @property
    def free(self) -> bool:
        """Whether one more may begin."""
        return self._under_way < EXPORTS_AT_ONCE

    @contextmanager
    def following(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """For the time of an export; what it yields is told how many records were written."""
        self._under_way += 1
        while len(self._told) >= _REMEMBERED:
            self._told.pop(next(iter(self._told)))
        self._told[name] = (0, total)
        try:
            yield lambda done: self._told.update({name: (done, total)})
        finally:
            self._under_way -= 1

    def of(self, name: str) -> tuple[int, int]:
        """Records written and their total; (0, 0) for a name that nobody gave."""
        return self._told.get(name, (0, 0)) if name else (0, 0)


@dataclass(slots=True)
class Console:
    """What the console's pages live on; `request.app.state.console`."""

    desk: Desk
    store: ConsoleStore
    watch: Watch
    campaigns: Campaigns
    health: Callable[[], Mapping[str, Any]]
    progress: Progress = field(default_factory=Progress)


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

    async def closed(request: Request, error: StoreUnavailable) -> Response:
        return said(request, 503, Said("Console momentanément indisponible", f"Le fichier de la console : {error}."))

    app.add_exception_handler(StoreUnavailable, closed)  # type: ignore[arg-type]  # idem
    app.add_exception_handler(ConsoleUnavailable, unavailable)  # type: ignore[arg-type]  # Starlette wants any
