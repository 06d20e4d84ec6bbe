# SPDX-License-Identifier: EUPL-1.2
"""A network that can be cut: a TCP proxy on loopback, which ends its connections at a byte of our choice."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Where = Literal["now", "requests", "answers"]


@dataclass(slots=True)
class _Pair:
    """One connection: the client's end and the server's."""

    client: socket.socket
    server: socket.socket

    def end(self) -> None:
        for one in (self.client, self.server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@dataclass(slots=True)
class Proxy:
    """Hands everything on until told to cut. `port`: where it listens."""

    port: int
    target: int
    _listener: socket.socket
    _pairs: list[_Pair] = field(default_factory=list)
    _left: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    @contextmanager
    def to(cls, target: int) -> "Iterator[Proxy]":
        """A proxy to a port of this machine, for the time of the block."""
        listener = socket.create_server(("127.0.0.1", 0))
        proxy = cls(listener.getsockname()[1], target, listener)
        threading.Thread(target=proxy._accept, daemon=True).start()
        try:
            yield proxy
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            proxy.cut("now")

    def cut(self, where: Where, after: int = 0) -> None:
        """End all connections now, or the next one that carries so many more bytes of requests, or of answers.

        What came before these bytes has arrived; a cut in an answer leaves the server with the whole request.
        """
        with self._lock:
            if where != "now":
                self._left[where] = after
                return
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            pair.end()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                pair = _Pair(client, socket.create_connection(("127.0.0.1", self.target)))
                with self._lock:
                    self._pairs.append(pair)
                for where, source, sink in (
                    ("requests", pair.client, pair.server), ("answers", pair.server, pair.client),
                ):  # fmt: skip
                    threading.Thread(target=self._carry, args=(pair, where, source, sink), daemon=True).start()

    def _carry(self, pair: _Pair, where: str, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                kept = self._kept(where, content)
                sink.sendall(kept)
                if len(kept) < len(content):
                    break
        pair.end()
        source.close()

    def _kept(self, where: str, content: bytes) -> bytes:
        with self._lock:
            left = self._left.get(where)
            if left is None:
                return content
            if len(content) < left:
                self._left[where] = left - len(content)
                return content
            del self._left[where]
            return content[: left - 1]
