# SPDX-License-Identifier: EUPL-1.2
"""A document of a file, to whom its piece, declaration or contest is shown. Recorded before the first byte leaves."""

import json

from fastapi import APIRouter, Request, Response

from gateway.dossier.refusals import refused
from gateway.dossier.telling import view
from gateway.edge.reading import Fields, address
from gateway.web.candidature.common import ADDRESS, audience_of, own_members, readable, room_of
from gateway.web.door import Visitor
from gateway.web.headers import page_headers
from gateway.web.look import web_of

router = APIRouter()


@router.get(ADDRESS + "/{identifier}/documents/{digest}")
async def document(request: Request, identifier: str, digest: str, person: Visitor) -> Response:
    """The document. Raises 404 00700, also for one that is not shown to this reader."""
    room, dossier = room_of(request), readable(request, identifier, person)
    sirens = {one.siren for one in own_members(dossier, person)}
    seen = json.dumps(view(dossier, audience_of(dossier, person), room.office.sheets, sirens=sirens))
    if len(digest) != 64 or f'"sha256": "{digest}"' not in seen:
        raise refused("00700", detail="Ce dossier n'a pas ce document, ou il ne vous est pas montré.")
    found, content = room.office.desk.document(dossier, digest)
    web = web_of(request)
    where = address(request.scope, Fields(request.scope["headers"]), web.trusted)
    await room.house.audit.downloaded(digest[:32], "", len(content), where)
    headers = {
        **page_headers(secure=web.cookies.secure),
        "content-security-policy": "default-src 'none'; sandbox",
        "content-disposition": f'attachment; filename="{digest[:12]}.{found.media_type.rpartition("/")[2]}"',
    }
    return Response(content, 200, headers, found.media_type)
