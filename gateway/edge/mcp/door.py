# SPDX-License-Identifier: EUPL-1.2
"""`POST /mcp`: the Streamable HTTP transport of the Model Context Protocol, without sessions and without streams.

Each request is read, then its bearer is recognised, must hold the right to `/mcp`, and is counted; who is not let in is
told so in HTTP, in the contract's shape. What breaks the protocol is told in JSON-RPC's.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version as version_of
from itertools import repeat
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import FastAPI, Request, Response

from connectors.kit.contract import Product
from gateway.edge.bodies import bounded
from gateway.edge.mcp.rpc import (
    INVALID_REQUEST,
    MOST_IN_BATCH,
    Fault,
    Message,
    message,
    parsed,
    result,
)
from gateway.edge.mcp.service import Service, Visit
from gateway.edge.mcp.tools import tools_of
from gateway.edge.mcp.versions import FIRST, MODERN, announced, spoken
from gateway.edge.reading import Fields, Network, address, credential, parameters
from gateway.envelope import quota_headers
from gateway.exchange import House
from gateway.problems import Problem, problem
from gateway.values import Consumer, Quota

PATH = "/mcp"
MOST_BYTES = 64 * 1024
ONLY_POST = "Cette adresse ne reçoit que des messages, par POST : elle n'ouvre ni flux ni session.\n"
NOT_OPENED = (
    "Ce jeton n'ouvre pas /mcp, réservé à ceux qui ont été émis pour les programmes de modèles de langage : "
    "demandez-en un pour votre habilitation."
)
_JSON = "application/json"

Spend = Callable[[Consumer], Quota | None]


class Door:
    """Lets requests in, one at a time. `house` and `spend` open with the event loop."""

    def __init__(
        self, service: Service, house: Callable[[], House], spend: Callable[[], Spend], trusted: Sequence[Network]
    ) -> None:
        self._service = service
        self._house = house
        self._spend = spend
        self._trusted = trusted

    async def answer(self, request: Request) -> Response:
        """Answer one HTTP request."""
        if request.method != "POST":
            return Response(ONLY_POST, 405, {"allow": "POST"}, "text/plain; charset=utf-8")
        identifier, fields = uuid.uuid4(), Fields(request.scope["headers"])
        trace, span = fields.trace() or identifier.hex, identifier.hex[16:]
        headers = {
            "x-request-id": fields.request_id.decode() if fields.request_id else str(identifier),
            "traceresponse": f"00-{trace}-{span}-01",
            "cache-control": "private, no-store",
        }
        try:
            self._look_at(request)
            found = parsed(await bounded(request, MOST_BYTES))
            pairs = parameters(request.scope["query_string"])
            shown = credential(fields, pairs, address(request.scope, fields, self._trusted))
            visit = Visit(shown, fields.wants_fresh, fields.agent(pairs), trace, span)
            answers, quota = await self._answered(found, _all(request), visit)
        except Fault as fault:
            return Response(orjson.dumps(fault.as_json()), fault.status, headers, _JSON)
        headers |= {name.decode(): value.decode() for name, value in quota_headers(quota)}
        if not answers:
            return Response(None, 202, headers)
        return Response(orjson.dumps(answers if isinstance(found, list) else answers[0]), 200, headers, _JSON)

    def _look_at(self, request: Request) -> None:
        """Raises Fault: asked by a page of elsewhere, or in another form than JSON."""
        public = urlsplit(self._house().public_url)
        ours = f"{public.scheme}://{public.netloc}".lower()
        if any(origin.lower() != ours for origin in request.headers.getlist("origin")):
            raise Fault(INVALID_REQUEST, "Une page d'un autre site ne peut pas s'adresser à ce service.", status=403)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            raise Fault(INVALID_REQUEST, f"Le corps de la requête s'annonce comme {_JSON}.", status=415)
        if not _accepts_json(request.headers.getlist("accept")):
            raise Fault(INVALID_REQUEST, f"Les réponses sont en {_JSON}, que l'en-tête Accept écarte.", status=406)

    async def _answered(
        self, found: Any, headers: Mapping[str, Sequence[str]], visit: Visit
    ) -> tuple[list[Any], Quota | None]:
        """The responses to what came, none to what wants none, and where the caller stands. Raises Fault, Problem."""
        messages = _batch(found, headers) if isinstance(found, list) else [message(found)]
        versions = [spoken(headers, one) for one in messages]
        consumer, quota = await self._let_in(messages, visit)
        told = await asyncio.gather(*map(self._one, messages, versions, repeat(consumer), repeat(visit)))
        return [one for one in told if one is not None], quota

    async def _let_in(self, messages: Sequence[Message], visit: Visit) -> tuple[Consumer, Quota | None]:
        """Who asks, and where it stands once its messages are counted. Raises Problem: 401, 403, 429."""
        house = self._house()
        try:
            consumer = house.identity.identify(visit.shown)
            try:
                return consumer, self._counted(consumer, len(messages))
            except Problem as why:
                why.consumer = consumer
                raise
        except Problem as why:
            told = why
            for one in messages:
                told = await self._service.turned_away(one, visit, told)
            raise told from None

    def _counted(self, consumer: Consumer, many: int) -> Quota | None:
        if not consumer.mcp:
            raise problem("00100", source={"parameter": "token"}, detail=NOT_OPENED)
        quota = None
        for _ in range(many):
            quota = self._spend()(consumer)
        self._house().identity.confirm(consumer)
        return quota

    async def _one(self, one: Message, version: str, consumer: Consumer, visit: Visit) -> Any:
        """The response to a message, None when it wants none. Raises Fault where the revision has it as HTTP's."""
        if one.id is None:
            return None
        try:
            return result(one.id, await self._service.answer(one, one.id, version, consumer, visit))
        except Fault as fault:
            if version in MODERN:
                raise
            return fault.as_json()


def add_mcp(
    app: FastAPI,
    products: Iterable[Product],
    house: Callable[[], House],
    spend: Callable[[], Spend],
    trusted: Sequence[Network],
) -> None:
    """Put `/mcp` on the application. `spend`: counts one message of a caller."""
    door = Door(Service(tools_of(products), house, version_of("dlnuf")), house, spend, trusted)

    async def mcp(request: Request) -> Response:
        """Messages of programs of language models."""
        return await door.answer(request)

    app.add_api_route(PATH, mcp, methods=["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])


def _batch(found: Sequence[Any], headers: Mapping[str, Sequence[str]]) -> list[Message]:
    """Several messages that came together, as the first revision has it. Raises Fault."""
    if announced(headers) != FIRST:
        raise Fault(INVALID_REQUEST, "Cette révision du protocole veut un message par requête.")
    if not 1 <= len(found) <= MOST_IN_BATCH:
        raise Fault(INVALID_REQUEST, f"De 1 à {MOST_IN_BATCH} messages peuvent venir ensemble.")
    return [message(one) for one in found]


def _accepts_json(accepted: Sequence[str]) -> bool:
    """Whether JSON is among what the caller takes; one that does not say takes anything (RFC 9110, 12.5.1)."""
    ranges = [one.strip().lower() for one in ",".join(accepted).split(",") if one.strip()]
    if not ranges:
        return True
    for wanted in (_JSON, "application/*", "*/*"):  # the most precise one decides
        for one in ranges:
            kind, *more = (part.strip().replace(" ", "") for part in one.split(";"))
            if kind == wanted:
                return not any(part.startswith("q=") and not part.strip("q=0.") for part in more)
    return False


def _all(request: Request) -> dict[str, list[str]]:
    """Every header's values, by its name in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        found.setdefault(name, []).append(value)
    return found
