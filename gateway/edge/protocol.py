# SPDX-License-Identifier: EUPL-1.2
"""uvicorn's HTTP protocol with limits it does not have: a head's size, and the time a head and a body may take.

A head above `MAX_HEAD_BYTES` is refused in the contract's shape (400 `00401`); one that is not complete after
`HEAD_TIMEOUT_S`, or whose body is not after `BODY_TIMEOUT_S` more, is hung up on. How much a body may hold is for each
route to say.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.envelope import problem_envelope
from gateway.problems import problem

MAX_HEAD_BYTES = 65_536
HEAD_TIMEOUT_S = 15.0
BODY_TIMEOUT_S = 120.0


class LimitedHttp(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._tail = b""
        self._head_timer: asyncio.TimerHandle | None = None
        self._body_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Whoever connects has a head's time to send one; who says nothing would otherwise hold its place for ever."""
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows asyncio's own signature
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head, then go on as usual."""
        if self._in_head:
            self._count(data)
            self._start_timer()
            if self._head_bytes > MAX_HEAD_BYTES:
                self._too_large()
                return
        super().data_received(data)
        if not self._in_head and self._body_timer is None:  # a body has begun, and is still to come
            self._body_timer = self.loop.call_later(BODY_TIMEOUT_S, self._too_slow)

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is told so in the contract's shape."""
        self._refuse("Ce qui a été reçu n'est pas une requête HTTP.")

    def on_headers_complete(self) -> None:
        """The head is whole: what follows is a body, which uvicorn's own flow control limits."""
        self._in_head = False
        self._head_bytes = 0
        self._tail = b""
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next bytes are another request's head."""
        self._in_head = True
        self._stop_body_timer()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_timer()
        self._stop_body_timer()
        super().connection_lost(exc)

    def _count(self, data: bytes) -> None:
        """Add what belongs to the head: up to its blank line, which may be cut in two by the network."""
        seen = self._tail + data
        end = seen.find(b"\r\n\r\n")
        self._head_bytes += len(data) if end < 0 else max(0, end + 4 - len(self._tail))
        self._tail = seen[-3:]

    def _start_timer(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._too_slow)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_body_timer(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None

    def _too_slow(self) -> None:
        self._stop_timer()
        self._stop_body_timer()
        if not self.transport.is_closing():
            self.transport.close()

    def _too_large(self) -> None:
        self._refuse(f"L'adresse et les en-têtes dépassent {MAX_HEAD_BYTES // 1024} Kio.")

    def _refuse(self, detail: str) -> None:
        self._stop_timer()
        if self.transport.is_closing():
            return
        leaving = problem_envelope(problem("00401", detail=detail))
        head = (
            "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"
            f"content-type: {leaving.media_type}\r\ncontent-length: {len(leaving.body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + leaving.body)
        self.transport.close()
