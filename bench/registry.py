# SPDX-License-Identifier: EUPL-1.2
"""The simulated Sirene of the benchmark: the simulator's own answers, worked out once and served as fast as can be.

`python -m bench.registry --port P --companies N`. Every establishment's answer is asked of the simulator at start-up
and kept as the bytes of a whole HTTP response, so that what is measured is not the simulator. Logins, unknown paths
and unknown tokens still go through it. `PUT /bench/delay/<milliseconds>` makes it a slow registry.
"""

import argparse
import asyncio
from datetime import UTC, datetime
from typing import cast

import httptools
import orjson
import uvloop

from bench.world import invented
from connectors.insee.simulator import ROOT, simulator
from connectors.kit.simulation import Asked, Said, World

PREFIX = "/insee"
DELAY = b"/bench/delay/"
_FORM = "grant_type=password&client_id=a&client_secret=b&username=c&password=d"


class Sirene:
    """The answers, and the tokens that open them."""

    def __init__(self, world: World) -> None:
        self._handler = simulator(world, lambda: datetime.now(UTC))
        self._tokens: set[bytes] = set()
        self.delay_s = 0.0
        login = self.answer("POST", b"/insee/token", {}, _FORM.encode())
        token = orjson.loads(login.partition(b"\r\n\r\n")[2])["access_token"]
        bearer = {"authorization": f"Bearer {token}"}
        paths = [f"{PREFIX}{ROOT}/siret/{siret}".encode() for siret in world.by_siret]
        self._ready = {path: self.answer("GET", path, bearer, b"") for path in paths}

    def quick(self, path: bytes, authorization: bytes) -> bytes | None:
        """The response worked out in advance, for a caller that logged in."""
        return self._ready.get(path) if authorization in self._tokens else None

    def answer(self, method: str, url: bytes, headers: dict[str, str], body: bytes) -> bytes:
        """Any other response: the simulator's."""
        if method == "PUT" and url.startswith(DELAY):
            self.delay_s = int(url.removeprefix(DELAY)) / 1000
            return _response(Said(200, b"{}"))
        path = url.partition(b"?")[0].decode("latin-1").removeprefix(PREFIX)
        said = self._handler(Asked(method, path, {}, headers, body))
        if path == "/token" and said.status == 200:
            self._tokens.add(b"Bearer " + orjson.loads(said.body)["access_token"].encode())
        return _response(said)


class Connection(asyncio.Protocol):
    """One connection, one request at a time: callers of the benchmark do not pipeline."""

    def __init__(self, sirene: Sirene) -> None:
        self._sirene = sirene
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._begin()

    def _begin(self) -> None:
        self._url, self._body = b"", b""
        self._headers: list[tuple[bytes, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go to."""
        # uvloop's transports are none of asyncio's classes: what they are cannot be asked of them.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Hand it to the parser, which calls the methods below; hang up on what is no HTTP."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport is not None:
                self._transport.close()

    def on_url(self, url: bytes) -> None:
        """The address, perhaps in pieces."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Answer, now or after the delay."""
        sirene, bearer = self._sirene, b""
        for name, value in self._headers:
            if name == b"authorization":
                bearer = value
        response = sirene.quick(self._url, bearer)
        if response is None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._headers}
            response = sirene.answer(self._parser.get_method().decode(), self._url, headers, self._body)
        elif sirene.delay_s:
            asyncio.get_running_loop().call_later(sirene.delay_s, self._write, response)
            response = b""
        self._begin()
        self._write(response)

    def _write(self, response: bytes) -> None:
        if response and self._transport is not None and not self._transport.is_closing():
            self._transport.write(response)


def _response(said: Said) -> bytes:
    head = (
        f"HTTP/1.1 {said.status} {'OK' if said.status == 200 else 'No'}\r\ncontent-type: {said.content_type}\r\n"
        f"content-length: {len(said.body)}\r\n\r\n"
    )
    return head.encode() + said.body


async def serve(port: int, companies: int) -> None:
    """Serve on loopback until the process is ended."""
    sirene = Sirene(invented(companies))
    loop = asyncio.get_running_loop()
    running = await loop.create_server(lambda: Connection(sirene), "127.0.0.1", port, backlog=2048)
    await running.serve_forever()


def main() -> None:
    """Read the two arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m bench.registry", description="Le registre simulé de la mesure.")
    parser.add_argument("--port", type=int, required=True, help="port d'écoute")
    parser.add_argument("--companies", type=int, default=2000, help="nombre d'entreprises inventées (2000)")
    chosen = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(chosen.port, chosen.companies))


if __name__ == "__main__":
    main()
