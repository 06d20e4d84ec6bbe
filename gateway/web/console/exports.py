# SPDX-License-Identifier: EUPL-1.2
"""`/console/export`: what a search finds, as a file with its proofs, sent while it is written; and how far it has come.

The record `exported` is durable before the first byte leaves. Without a script it is a plain download; with one, the
page shows how far it is.
"""

import re
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from gateway.audit.note import BadNote, open_checkpoint
from gateway.audit.reader import LogUnreadable
from gateway.console.desk import ConsoleUnavailable, Desk
from gateway.console.export import FORMATS, Export, below, written
from gateway.console.question import Question, read
from gateway.people.person import Role
from gateway.web.console.common import Auditor, Progress, console_of, desk_of
from gateway.web.door import Checked
from gateway.web.errors import Said, said

router = APIRouter(include_in_schema=False)
_FOLLOWED = re.compile(r"[A-Za-z0-9_-]{8,32}")
BUSY = Said("Trop d'exports à la fois", "Quatre exports sont déjà en cours ; attendez que l'un d'eux soit fini.")
UNREADABLE = Said("Export impossible", "Cette recherche ne peut pas être lue ; recommencez-la.")


@router.post("/console/export")
async def export(request: Request, person: Auditor, fields: Checked) -> Response:
    """What the address looks for, as a ZIP."""
    desk, progress = desk_of(request), console_of(request).progress
    asked = read(dict(request.query_params), desk.seal, sealed=True)
    kind = fields.get("format", "csv")
    if asked.faults or kind not in FORMATS:
        return said(request, 422, UNREADABLE)
    if not progress.free:
        return said(request, 503, BUSY)
    found = await _found(desk, asked.question, kind)
    await desk.recorder.event(
        "exported",
        actor=desk.actor(person.id),
        role=Role.AUDITOR.value,
        query=f"{kind} {found.query}",
        count=found.count,
        subject=desk.subject(asked.question),
        size=found.size,
    )
    name = fields.get("suivi", "")
    headers = {
        "content-disposition": f'attachment; filename="journal-{desk.clock():%Y%m%d-%H%M%S}-{kind}.zip"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-dlnuf-enregistrements": str(found.count),
    }
    pieces = _sent(found, desk, progress, name if _FOLLOWED.fullmatch(name) else "")
    return StreamingResponse(pieces, 200, headers, "application/zip")


@router.get("/console/export/{name}")
async def followed(request: Request, person: Auditor, name: str) -> Response:
    """How far an export has come: records written, and how many there are."""
    done, total = console_of(request).progress.of(name)
    return JSONResponse({"faits": done, "total": total}, headers={"cache-control": "no-store"})


async def _found(desk: Desk, question: Question, kind: str) -> Export:
    note = await desk.run(desk.log.checkpoint)
    try:
        point = open_checkpoint(note, desk.verifier)
    except BadNote as error:
        raise ConsoleUnavailable(f"Le point de contrôle publié ne se vérifie pas : {error}.") from error
    criteria = await desk.run(lambda: desk.criteria(question))
    bits = below(await desk.searching(lambda search: search.blocks(criteria)), point.size)
    return Export(bits, kind, desk.told(question), note, point.size, point.origin, desk.verifier.text())


def _sent(found: Export, desk: Desk, progress: Progress, name: str) -> Iterator[bytes]:
    """The file's pieces. A log that fails midway breaks the download off: a cut ZIP is seen by whoever opens it."""
    with progress.following(name, found.count) as tell:
        try:
            yield from written(found, desk.log, tell)
        except LogUnreadable as error:
            raise ConsoleUnavailable(str(error)) from error
