# SPDX-License-Identifier: EUPL-1.2
"""The records themselves, 256 at a time, to auditors only; each reading is a record of its own, written before.

The same address and the same bytes as other logs publish (c2sp.org/tlog-tiles): each record after its length. Records
under the published head only; when one of them was erased, the bundle is gone, and an export has what is left.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse

from gateway.audit.bundle import packed
from gateway.audit.tiles import WIDTH, BadTile, Tile, parse_path
from gateway.edge.log import LogRoom, in_time
from gateway.people.person import Person, Role
from gateway.web.door import must_be

Looked = Callable[[Person, Role, str], Awaitable[None]]
"""Record that a person looks at the log, as what and at what. Raises 503 `00510`: then nothing is shown."""

_NEVER = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
_AUDITOR = Annotated[Person, Depends(must_be(Role.AUDITOR))]


def entries_router(room: Callable[[], LogRoom], looked: Looked) -> APIRouter:
    """The page; to be put on the application before the public tiles, whose address would take it."""
    router = APIRouter()

    @router.get("/log/tile/entries/{path:path}")
    async def entries(path: str, person: _AUDITOR) -> Response:
        """A bundle of records."""
        try:
            wanted = parse_path(f"entries/{path}")
        except BadTile as error:
            return PlainTextResponse(f"Cette adresse n'est pas celle d'une liasse : {error}.\n", 404, _NEVER)
        _, head = await in_time(room().receipts.head)
        if not wanted.within(head.size):
            return PlainTextResponse("Cette liasse n'existe pas, ou pas encore.\n", 404, _NEVER)
        await looked(person, Role.AUDITOR, f"liasse {wanted.path().removeprefix('0/')}")
        found = await in_time(_bundle, room(), wanted)
        if found is None:
            return PlainTextResponse("Un enregistrement de cette liasse a été effacé.\n", 410, _NEVER)
        return Response(found, 200, _NEVER, "application/octet-stream")

    return router


def _bundle(room: LogRoom, wanted: Tile) -> bytes | None:
    """The records of a bundle; None when one of them was erased. Raises LogUnreadable."""
    start = wanted.index * WIDTH
    found = [entry.entry for entry in room.reader.entries(start, start + wanted.width)]
    return None if None in found else packed(found)
