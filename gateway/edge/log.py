# SPDX-License-Identifier: EUPL-1.2
"""The log as anybody may see it: its head, its tiles, its growth; and to each party, the receipts of its exchanges.

What is public is static and cacheable, and says nothing of the records but their hashes. A full tile never changes; a
partial one neither, at its address. Nothing beyond the published head is shown. Source: c2sp.org/tlog-tiles.
"""

import asyncio
import hashlib
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from gateway.audit.note import Verifier
from gateway.audit.proof import EXTENSION
from gateway.audit.reader import LogReader, LogUnreadable, NotThere
from gateway.audit.receipts import NoReceipt, ReceiptErased, Receipts
from gateway.audit.stamps import Stamps
from gateway.audit.tiles import BadTile, Tile, parse_path
from gateway.audit.timestamp import REPLY_TYPE
from gateway.edge.reading import Fields, Network, address, credential, parameters
from gateway.exchange import House
from gateway.problems import problem

LOG = logging.getLogger("dlnuf.log")

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400, immutable"
FOR_A_MOMENT = "public, max-age=2"
NOT_AT_ALL = "no-store"
KEPT_TILES = 512
PATIENCE_S = 10.0
RETRY_S = 10
_BYTES = "application/octet-stream"
_PLAIN = "text/plain; charset=utf-8"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_NO_TILE = "Cette tuile n'existe pas, ou pas encore.\n"
_UNREADABLE = "Le journal ne peut pas être lu pour le moment.\n"


@dataclass(slots=True)
class LogRoom:
    """What the routes need. `kept`: full or partial, tiles never change at their address."""

    reader: LogReader
    receipts: Receipts
    stamps: Stamps
    verifier: Verifier
    kept: OrderedDict[Tile, bytes] = field(default_factory=OrderedDict)

    def tile(self, wanted: Tile) -> bytes | None:
        """A tile of the published tree; None when that has none. Raises LogUnreadable."""
        if (found := self.kept.get(wanted)) is not None:
            return found
        if not wanted.within(self.receipts.head()[1].size):
            return None
        try:
            found = self.reader.tile(wanted.level, wanted.index, wanted.width)
        except NotThere as error:
            raise LogUnreadable(f"le journal n'a pas la tuile {wanted.path()}") from error
        self.kept[wanted] = found
        if len(self.kept) > KEPT_TILES:
            self.kept.popitem(last=False)
        return found


def add_log(app: FastAPI, room: Callable[[], LogRoom], house: Callable[[], House], trusted: Sequence[Network]) -> None:
    """Put the log's routes on the application."""

    @app.exception_handler(LogUnreadable)
    async def unreadable(request: Request, error: LogUnreadable) -> Response:
        LOG.error("log_unreadable", extra={"reason": str(error)})
        return PlainTextResponse(_UNREADABLE, 503, {"retry-after": str(RETRY_S), "cache-control": NOT_AT_ALL})

    @app.api_route("/log/checkpoint", methods=["GET", "HEAD"])
    async def checkpoint(request: Request) -> Response:
        """The published head, with the signatures of those who saw it."""
        note, _ = await in_time(room().receipts.head)
        return public(request, note.encode(), _PLAIN, FOR_A_MOMENT)

    @app.api_route("/log/key", methods=["GET", "HEAD"])
    async def key(request: Request) -> Response:
        """The log's public key, for whoever has no surer way to it."""
        return public(request, (room().verifier.text() + "\n").encode(), _PLAIN, "public, max-age=3600")

    @app.api_route("/log/tile/{path:path}", methods=["GET", "HEAD"])
    async def tile(request: Request, path: str) -> Response:
        """The hashes of a tile."""
        if path.startswith("entries/"):
            return missing("Les enregistrements ne sont pas publics.\n")
        try:
            wanted = parse_path(path)
        except BadTile as error:
            return missing(f"Cette adresse n'est pas celle d'une tuile : {error}.\n")
        content = await in_time(room().tile, wanted)
        if content is None:
            return missing(_NO_TILE)
        return public(request, content, _BYTES, FOR_EVER if wanted.full else FOR_A_DAY)

    @app.api_route("/log/consistency/{size}", methods=["GET", "HEAD"])
    async def consistency(request: Request, size: str) -> Response:
        """The proof that the published head continues that of `size` records."""
        if not _SIZE.fullmatch(size):
            return missing("La taille d'un point de contrôle est un nombre entier.\n")
        try:
            text = await in_time(room().receipts.growth, int(size))
        except NoReceipt:
            return missing("Le journal publié n'a pas tant d'enregistrements.\n")
        return public(request, text.encode(), _PLAIN, FOR_A_MOMENT)

    @app.get("/log/timestamps")
    async def timestamps() -> Response:
        """The sizes whose head was stamped, the last ones first."""
        sizes = await in_time(room().stamps.sizes)
        return JSONResponse({"sizes": sizes}, headers={"cache-control": FOR_A_MOMENT, **ANYWHERE})

    @app.api_route("/log/timestamps/{size}.tsr", methods=["GET", "HEAD"])
    async def timestamp(request: Request, size: str) -> Response:
        """An authority's time stamp on the head of that size."""
        found = await in_time(room().stamps.find, int(size)) if _SIZE.fullmatch(size) else None
        if found is None:
            return missing("Aucun point de contrôle de cette taille n'a été horodaté.\n")
        return public(request, found.reply, REPLY_TYPE, FOR_EVER)

    @app.api_route("/log/timestamps/{size}.checkpoint", methods=["GET", "HEAD"])
    async def stamped(request: Request, size: str) -> Response:
        """The head that was stamped, as it was then."""
        found = await in_time(room().stamps.find, int(size)) if _SIZE.fullmatch(size) else None
        if found is None:
            return missing("Aucun point de contrôle de cette taille n'a été horodaté.\n")
        return public(request, found.note.encode(), _PLAIN, FOR_EVER)

    @app.get("/receipts/{exchange}")
    async def receipt(request: Request, exchange: str) -> Response:
        """The receipt of an exchange, to the habilitation it was made under."""
        fields = Fields(request.scope["headers"])
        pairs = parameters(request.scope["query_string"])
        consumer = house().identity.identify(credential(fields, pairs, address(request.scope, fields, trusted)))
        house().identity.confirm(consumer)
        unknown = problem("00405")
        unknown.headers = ((b"retry-after", b"%d" % RETRY_S),)
        size = dict(pairs).get("size")
        if not _UUID.fullmatch(exchange) or not (size is None or _SIZE.fullmatch(size)):
            raise unknown
        note = None
        if size is not None:
            stamp = await in_time(room().stamps.find, int(size))
            if stamp is None:
                raise unknown
            note = stamp.note
        try:
            text = await in_time(room().receipts.receipt, exchange, consumer.habilitation_id, note)
        except NoReceipt:
            raise unknown from None
        except ReceiptErased:
            raise problem("00406") from None
        headers = {
            "cache-control": "private, no-store",
            "content-disposition": f'attachment; filename="{exchange}{EXTENSION}"',
            "x-content-type-options": "nosniff",
        }
        return Response(text.encode(), 200, headers, _PLAIN)


ANYWHERE = {"access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
"""Public files may be read by any page: an auditor's own, for one."""


def public(request: Request, content: bytes, media_type: str, cache: str) -> Response:
    """A public file, or that it has not changed."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": cache, **ANYWHERE}
    known = request.headers.get("if-none-match", "")
    if known == "*" or tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(None, 304, headers)
    return Response(content, 200, headers, media_type)


def missing(text: str) -> Response:
    """Not there, or not yet: to be asked again, so kept nowhere."""
    return PlainTextResponse(text, 404, {"cache-control": NOT_AT_ALL, **ANYWHERE})


async def in_time(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a thread says within the time there is. Raises LogUnreadable when it is too slow."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(work, *arguments), PATIENCE_S)
    except TimeoutError as error:
        raise LogUnreadable("la lecture du journal n'en finit pas") from error
