# SPDX-License-Identifier: EUPL-1.2
"""The hot route: data requests answered straight from ASGI, everything else handed to the application behind.

Outside the framework's per-request stack on purpose (docs/decisions/0019): these are nearly all requests.
"""

import logging
import re
import uuid
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from gateway.edge.openapi.service import CONTRACT
from gateway.edge.paths import has_slashes_too_many, meant, words
from gateway.edge.reading import Fields, Network, address, parameters, stated
from gateway.edge.router import Match, Router
from gateway.envelope import problem_envelope
from gateway.exchange import House, exchange
from gateway.problems import Problem, problem
from gateway.values import Ask, Envelope

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("dlnuf.edge")

UNKNOWN = b"Cette adresse n'existe pas.\n"
GONE = "Cette version de l'API a été retirée : utilisez les versions 3 et 4.\n".encode()
REMOVED = re.compile(r"/v[0-9]{1,3}/inpi/unites_legales/[^/]+/(actes|brevets|marques|modeles)", re.ASCII)
REMOVED_TEXT = (
    "Cette ressource de l'INPI a été retirée : voyez « actes_bilans » du registre national des entreprises.\n".encode()
)
ONLY_GET = b"Cette adresse ne se consulte que par GET.\n"
PLAIN = b"text/plain; charset=utf-8"
STILL_THERE = frozenset(
    {f"/v{number}/{name}" for number in (2, 3, 4) for name in ("privileges", "ping")}
    | {path for path in CONTRACT if path.startswith("/v")}
)


class HotRoute:
    """An ASGI application around another. `house` is asked for at each request: the rooms open with the event loop."""

    def __init__(
        self, behind: Application, router: Router, house: Callable[[], House], trusted: Sequence[Network]
    ) -> None:
        self._behind = behind
        self._router = router
        self._house = house
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if has_slashes_too_many(path) and meant(path).startswith(("/v", "/ping")):
            path = meant(path)
            scope = {**scope, "path": path}
        if scope["type"] != "http" or not path.startswith("/v") or path in STILL_THERE:
            await self._behind(scope, receive, send)
            return
        raw = scope.get("raw_path") or b""
        match = self._router.match(path) if b"%2" not in raw else self._router.match_words(words(raw))
        if match is None and path.startswith("/v1/"):
            await self._behind(scope, receive, send)  # version 1 is ours: what is not data there may be a page's
        elif match is None or match.version == 2:
            await answer_plain(send, *nowhere(path))
        elif scope["method"] != "GET":
            await answer_plain(send, 405, ONLY_GET, ((b"allow", b"GET"),))
        else:
            await self._exchange(match, scope, send)

    async def _exchange(self, match: Match, scope: Scope, send: Send) -> None:
        fields = Fields(scope["headers"])
        drawn = uuid.uuid4()
        identifier = str(drawn)
        trace, span = fields.trace() or drawn.hex, drawn.hex[16:]
        try:
            pairs = parameters(scope["query_string"])
            ask = Ask(
                id=identifier,
                product=match.product,
                version=match.version,
                parameters=with_query(match, pairs),
                stated=stated(pairs),
                token=fields.token(),
                token_in_url=any(name == "token" for name, _ in pairs),
                address=address(scope, fields, self._trusted),
                wants_fresh=fields.wants_fresh,
                agent=fields.agent(pairs),
                trace=trace,
                span=span,
            )
            leaving = await exchange(ask, self._house())
        except Problem as found:
            leaving = problem_envelope(found)
        except Exception:
            # The last defence: outside the exchange's own block, and no caller ever sees a stack trace.
            LOG.exception("request_failed", extra={"id": identifier})
            leaving = problem_envelope(problem("00500"))
        traced = f"00-{trace}-{span}-01".encode()
        await answer(send, leaving, fields.request_id or identifier.encode(), traced)


def nowhere(path: str) -> tuple[int, bytes]:
    """What is said at an address that is not one of data, or no longer: the contract's 410, else 404."""
    if f"{path}/".startswith("/v2/"):
        return 410, GONE
    return (410, REMOVED_TEXT) if REMOVED.fullmatch(path) else (404, UNKNOWN)


def with_query(match: Match, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The product's parameters: those of the path, and those of the query it takes (the last one when repeated)."""
    wanted = match.product.query
    if not wanted:
        return match.parameters
    return {name: value for name, value in pairs if name in wanted} | match.parameters


async def answer(send: Send, leaving: Envelope, request_id: bytes, traced: bytes) -> None:
    """Send an envelope. `traced`: our part in the caller's trace, or in the one we began for it."""
    headers = [
        (b"content-type", leaving.media_type.encode()),
        (b"content-length", b"%d" % len(leaving.body)),
        (b"x-request-id", request_id),
        (b"traceresponse", traced),
        (b"cache-control", b"private, no-store"),
        *leaving.headers,
    ]
    if leaving.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": leaving.status, "headers": headers})
    await send({"type": "http.response.body", "body": leaving.body})


async def answer_plain(send: Send, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Send a sentence, as the running service does for addresses that are not data."""
    fields = [(b"content-type", PLAIN), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
