# SPDX-License-Identifier: EUPL-1.2
"""What is not data: rights of a token, health, pings, documents behind their signed address. Rare, so in FastAPI."""

import uuid
from collections.abc import Callable, Collection, Sequence
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from gateway.edge.hot import UNKNOWN
from gateway.edge.pings import Pings
from gateway.edge.reading import Fields, Network, address, credential, parameters
from gateway.envelope import problem_envelope
from gateway.exchange import House, deliver, located, relayed
from gateway.problems import Problem, problem
from gateway.values import Delivery

PRIVILEGES = ("/privileges", "/v2/privileges", "/v3/privileges", "/v4/privileges")
READ = ["GET", "HEAD"]
"""What watches over a service often asks with HEAD, which is GET without its body (RFC 9110, section 9.3.2)."""
OTHER_METHOD = "Cette adresse ne se consulte pas par cette méthode ; l'en-tête Allow dit lesquelles elle accepte.\n"
ALIVE = ("/v2/ping", "/v3/ping", "/v4/ping")


def add_pages(
    app: FastAPI,
    house: Callable[[], House],
    pings: Callable[[], Pings],
    ready: Callable[[], str | None],
    states: Callable[[], dict[str, str]],
    trusted: Sequence[Network],
    places: Collection[str] = (),
) -> None:
    """Put the pages on the application.

    `ready`: why the gateway is not ready, or None. `states`: each registry's. `places`: where contracts have files
    named instead of handed out.
    """

    @app.exception_handler(Problem)
    async def say(request: Request, found: Problem) -> Response:
        leaving = problem_envelope(found)
        headers = {name.decode(): value.decode() for name, value in leaving.headers}
        if leaving.status == 401:
            headers["www-authenticate"] = "Bearer"
        return Response(leaving.body, leaving.status, headers | _request_id(request), leaving.media_type)

    @app.exception_handler(404)
    async def unknown(request: Request, error: Exception) -> Response:
        return PlainTextResponse(UNKNOWN.decode(), 404)

    @app.exception_handler(405)
    async def otherwise(request: Request, error: Exception) -> Response:
        return PlainTextResponse(OTHER_METHOD, 405, getattr(error, "headers", None))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        leaving = problem_envelope(problem("00500"))
        return Response(leaving.body, leaving.status, None, leaving.media_type)

    async def privileges(request: Request) -> Response:
        """The scopes of the caller's token."""
        fields = Fields(request.scope["headers"])
        pairs = parameters(request.scope["query_string"])
        shown = credential(fields, pairs, address(request.scope, fields, trusted))
        consumer = house().identity.identify(shown)
        house().identity.confirm(consumer)
        body = {"data": {"privileges": sorted(consumer.scopes)}}
        return JSONResponse(body, headers=_request_id(request) | {"cache-control": "private, no-store"})

    for path in PRIVILEGES:
        app.add_api_route(path, privileges, methods=["GET"])

    async def alive() -> Response:
        """The service answers."""
        return JSONResponse({"status": "ok"})

    for path in (*ALIVE, "/health/live"):
        app.add_api_route(path, alive, methods=READ)

    @app.api_route("/health/ready", methods=READ)
    async def readiness() -> Response:
        """200 when requests can be answered and recorded; 503 and the reason otherwise."""
        reason = ready()
        return JSONResponse({"status": "ok"} if reason is None else {"status": reason}, 503 if reason else 200)

    @app.api_route("/health/registries", methods=READ)
    async def registries() -> Response:
        """Whether each registry is asked (`closed`), left alone (`open`) or tried again (`half_open`)."""
        return JSONResponse(states())

    @app.api_route("/pings", methods=READ)
    async def all_pings() -> Response:
        """Every ping, with its address."""
        public = house().public_url
        return JSONResponse([{"name": name, "url": f"{public}/ping/{name}"} for name in pings().names])

    @app.api_route("/ping/{name:path}", methods=READ)
    async def one_ping(name: str) -> Response:
        """Whether a registry answers."""
        status, body = await pings().ping(name)
        return JSONResponse(body, status)

    @app.get("/documents/{capability}/{filename}")
    async def document(request: Request, capability: str, filename: str) -> Response:
        """A registry's document, to whoever holds its signed address. The download is recorded first."""
        return handed_out(await deliver(capability, calling(request), house()))

    @app.get("/proxy/files/{capability}/{filename}")
    async def file(request: Request, capability: str, filename: str) -> Response:
        """A file that stayed at its registry, to whoever holds its sealed address. Recorded first too."""
        return handed_out(await relayed(capability, calling(request), house()))

    async def named(request: Request, capability: str) -> Response:
        """Where a file that stayed at its registry then is, to whoever holds its sealed address."""
        where = request.url.path.removesuffix(f"/{capability}")
        url, seconds = await located(capability, where, calling(request), house())
        headers = _request_id(request) | {"cache-control": "private, no-store"}
        return JSONResponse({"document_url": url, "expires_in": seconds}, headers=headers)

    for place in places:
        app.add_api_route(f"{place}/{{capability}}", named, methods=["GET"])

    def calling(request: Request) -> str:
        return address(request.scope, Fields(request.scope["headers"]), trusted)


def handed_out(found: Delivery) -> Response:
    """A document as it leaves: with a usable name, for the caller alone, and never run by a browser."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\\\' else "_"
        for letter in found.filename
    )
    headers = {
        "content-disposition": f"inline; filename*=UTF-8''{quote(found.filename)}; filename=\"{plain}\"",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "referrer-policy": "no-referrer",
    }
    return Response(found.content, 200, headers, found.media_type)


def _request_id(request: Request) -> dict[str, str]:
    given = Fields(request.scope["headers"]).request_id
    return {"x-request-id": given.decode() if given else str(uuid.uuid4())}
