# SPDX-License-Identifier: EUPL-1.2
"""A portal's own address for notifications, on this machine: what comes is kept, and answered as a test wants."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 20


@dataclass
class Notices:
    """What came, in order: headers (lower case) and body. `refuse`: how many are answered 500 first."""

    address: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    refuse: int = 0

    def said(self) -> list[dict[str, Any]]:
        """The bodies."""
        return [json.loads(body) for _, body in self.received]

    def until(self, holds: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """What was said, once something holds."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if holds(found := self.said()):
                return found
            time.sleep(0.05)
        raise AssertionError(f"not told in time: {[one['evenement'] for one in found]}")


@contextmanager
def listening() -> Iterator[Notices]:
    """An address that takes notifications while the block lasts."""
    notices = Notices()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            notices.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = 204
            if notices.refuse:
                notices.refuse -= 1
                status = 500
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    notices.address = f"http://127.0.0.1:{server.server_port}/notifications"
    try:
        yield notices
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
