# SPDX-License-Identifier: EUPL-1.2
"""The witness over HTTP: `POST /add-checkpoint`, and `GET /` for whoever wonders what runs there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from gateway.audit.addition import MAX_BYTES, PATH
from gateway.witness.memory import MemoryLost
from gateway.witness.witness import Reply, Witness

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LOG = logging.getLogger("dlnuf.witness")
BODY_S = 10.0
"""How long a log may take to send its request."""


class WitnessApp:
    """The ASGI application."""

    def __init__(self, witness: Witness, body_s: float = BODY_S) -> None:
        self._witness = witness
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        reply = await self._reply(scope, receive)
        content = reply.text.encode()
        headers = [
            (b"content-type", reply.media_type.encode()),
            (b"content-length", b"%d" % len(content)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        try:
            if scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
                return Reply(200, await asyncio.to_thread(self._witness.about))
            if scope["path"] != PATH:
                return Reply(404, "Cette adresse n'existe pas.\n")
            if scope["method"] != "POST":
                return Reply(405, "Cette adresse ne reçoit que des POST.\n")
            body = await asyncio.wait_for(_body(receive), self._body_s)
            if body is None:
                return Reply(413, "Requête trop longue.\n")
            reply = await asyncio.to_thread(self._witness.add_checkpoint, body)
        except TimeoutError:
            return Reply(408, "La requête n'est pas arrivée à temps.\n")
        except MemoryLost as error:
            LOG.error("witness_memory_lost", extra={"reason": str(error)})
            return Reply(503, "Ce témoin ne peut rien signer pour le moment.\n")
        LOG.info("witness_answered", extra={"status": reply.status})
        return reply


async def _live(receive: Receive, send: Send) -> None:
    """Start and stop: there is nothing to open, and what is signed is on the disk already."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body(receive: Receive) -> bytes | None:
    """The request's body; None when it is too long."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the log hung up: there is nothing to sign
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(parts)
