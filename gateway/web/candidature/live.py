# SPDX-License-Identifier: EUPL-1.2
"""A file's progress as a stream (`text/event-stream`), for the page that is open on it.

What is sent is what the page would show: each piece's line when it differs from the last one sent, the sentence that
sums up, and what remains to be done. So a reader learns nothing that their page would not say, and whoever reconnects
misses nothing. A link or a session that ends, and a right that is withdrawn, end the stream.
"""

import asyncio
from collections.abc import AsyncIterator

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from gateway.dossier.refusals import refused
from gateway.people.person import Person
from gateway.problems import Problem
from gateway.web.candidature.common import ADDRESS, FilePages, readable, room_of
from gateway.web.candidature.file import fragments, told
from gateway.web.door import Visitor, visitor
from gateway.web.headers import page_headers
from gateway.web.look import web_of

router = APIRouter()
LISTEN_S = 600
HEARTBEAT_S = 15
GAP_S = 0.4
"""How long at least between two sendings: a registry's answers come in bursts."""
LISTENERS = 200
LISTENERS_EACH = 20


@router.get(ADDRESS + "/{identifier}/evenements")
async def events(request: Request, identifier: str, person: Visitor) -> Response:
    """The stream. Raises 404 00700 like the page itself, 429 00722 when too many listen."""
    readable(request, identifier, person)
    if _full(room_of(request), identifier):
        raise refused("00722")
    headers = {**page_headers(secure=web_of(request).cookies.secure), "x-accel-buffering": "no"}
    return StreamingResponse(_stream(request, identifier), 200, headers, "text/event-stream; charset=utf-8")


def _full(room: FilePages, identifier: str) -> bool:
    return room.listening[identifier] >= LISTENERS_EACH or room.listening.total() >= LISTENERS


async def _stream(request: Request, identifier: str) -> AsyncIterator[bytes]:
    room = room_of(request)
    if _full(room, identifier):
        return  # several were let in at the same instant: these try again, and are told
    loop = asyncio.get_running_loop()
    end = loop.time() + LISTEN_S
    sent: dict[str, str] = {}
    room.listening[identifier] += 1
    try:
        with room.office.files.watching(identifier) as something:
            yield b"retry: 3000\n\n"
            while loop.time() < end:
                something.clear()
                person: Person | None = await visitor(request)
                facts = await told(request, readable(request, identifier, person), person)
                gauge = "{}/{}".format(*facts["compte"])
                now = {**fragments(request, facts), "jauge": gauge, "avancement": facts["avancement"]}
                for name, text in now.items():
                    if sent.get(name) != text:
                        yield _event(name, text)
                sent = now
                if facts["dossier"]["motif"]:
                    yield b"event: refus\ndata: {}\n\n"  # another page altogether: it is asked for whole
                if not facts["remplit"]:
                    break
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        await something.wait()
                    await asyncio.sleep(GAP_S)
                except TimeoutError:
                    yield b": toujours la\n\n"
            yield b"event: fin\ndata: {}\n\n"
    except Problem:
        yield b"event: fin\ndata: {}\n\n"  # gone, or no longer theirs: the page says which when it is asked again
    finally:
        room.listening[identifier] -= 1
        if not room.listening[identifier]:
            del room.listening[identifier]


def _event(name: str, text: str) -> bytes:
    kind, block, piece = f"{name}  ".split(" ")[:3]
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps({"bloc": block, "piece": piece, "texte": text}))
