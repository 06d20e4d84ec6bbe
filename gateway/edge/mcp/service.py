# SPDX-License-Identifier: EUPL-1.2
"""The methods of `/mcp`. A call is put through the same exchange as any other request: same rule, records, receipt.

What the exchange refuses, and what a registry fails at, is the result of a tool: the text is, byte for byte, what the
product's own path would have answered, so that the digest in the record and the receipt hold for it.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from connectors.kit.contract import Product
from gateway.edge.mcp.rpc import INVALID_PARAMS, UNKNOWN_METHOD, Fault, Identifier, Message
from gateway.edge.mcp.tools import Tool
from gateway.edge.mcp.versions import KNOWN, MODERN, OPENED, SERVER_KEY
from gateway.envelope import problem_envelope
from gateway.exchange import House, exchange
from gateway.problems import Problem
from gateway.values import Ask, Consumer, Credential, Envelope, Grant, Stated

INSTRUCTIONS = (
    "Chaque outil donne ce que le registre d'une administration dit d'une entreprise. context, object et recipient "
    "disent le cadre de la demande, sa référence et l'administration à laquelle la donnée est destinée : demandez-les "
    "à la personne pour qui vous travaillez, n'en inventez pas, pas plus qu'un SIREN ou un SIRET. Un champ vide peut "
    "n'avoir pas été communiqué : meta.passerelle.champs_non_communiques le nomme alors. Une erreur dit quoi "
    "corriger : ne renouvelez pas sans correction un appel refusé."
)
Json = dict[str, Any]
TTL_MS = 60_000
"""How long a client may keep a list of tools: a habilitation may change at any time, and each call is decided anew."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one HTTP request brings to each of its messages."""

    shown: Credential
    wants_fresh: bool
    agent: str | None
    trace: str
    span: str

    def ask(self, product: Product, version: int, parameters: Mapping[str, str], stated: Stated) -> Ask:
        """The request for data that a call makes."""
        return Ask(
            id=str(uuid.uuid4()),
            product=product,
            version=version,
            parameters=parameters,
            stated=stated,
            token=self.shown.token,
            token_in_url=self.shown.token_in_url,
            address=self.shown.address,
            wants_fresh=self.wants_fresh,
            agent=self.agent,
            trace=self.trace,
            span=self.span,
            door="mcp",
        )


class _TurnedAway:
    """Knows nobody: says again what the door said, so that the exchange records it."""

    def __init__(self, why: Problem) -> None:
        self._why = why

    def identify(self, shown: object) -> Consumer:
        """Raises the door's Problem."""
        raise self._why

    def confirm(self, consumer: Consumer) -> None:
        """Raises the door's Problem."""
        raise self._why


class Service:
    """The methods, for callers whom the door has let in. `house`: asked for at each message."""

    def __init__(self, tools: Mapping[str, Tool], house: Callable[[], House], release: str) -> None:
        self._tools = tools
        self._house = house
        self._info = {"name": "dites-le-nous-une-fois", "title": "Dites-le-nous une fois", "version": release}

    async def answer(self, message: Message, to: Identifier, version: str, consumer: Consumer, visit: Visit) -> Json:
        """The result of a request. Raises Fault."""
        method, modern = message.method, version in MODERN
        if method == "tools/call":
            found = await self._call(message, to, consumer, visit)
        elif method == "tools/list":
            found = self._list(message, to, consumer)
        elif method == "server/discover" and modern:
            found = {"supportedVersions": list(KNOWN), "capabilities": {"tools": {}}, "instructions": INSTRUCTIONS}
        elif method == "initialize" and not modern:
            found = self._initialize(message, to)
        elif method == "ping" and not modern:
            found = {}
        else:
            raise Fault(UNKNOWN_METHOD, "Cette méthode n'existe pas ici.", status=404, to=to)
        if not modern:
            return found
        if method != "tools/call":
            found |= {"ttlMs": TTL_MS, "cacheScope": "private"}
        return found | {"resultType": "complete", "_meta": {SERVER_KEY: self._info}}

    def _initialize(self, message: Message, to: Identifier) -> Json:
        wanted = message.params.get("protocolVersion")
        if not isinstance(wanted, str):
            raise Fault(INVALID_PARAMS, "« protocolVersion » est un texte.", to=to)
        return {
            "protocolVersion": wanted if wanted in OPENED else OPENED[0],
            "capabilities": {"tools": {}},
            "serverInfo": self._info,
            "instructions": INSTRUCTIONS,
        }

    def _list(self, message: Message, to: Identifier, consumer: Consumer) -> Json:
        if message.params.get("cursor") is not None:
            raise Fault(INVALID_PARAMS, "La liste tient en une page : il n'y a pas de « cursor ».", to=to)
        granted = ((tool, self._grant(consumer, tool)) for tool in self._tools.values())
        return {"tools": [tool.shown(grant) for tool, grant in granted if grant is not None]}

    async def _call(self, message: Message, to: Identifier, consumer: Consumer, visit: Visit) -> Json:
        tool, arguments = self._called(message, to)
        grant = self._grant(consumer, tool)
        version = max(grant.releases if grant else tool.product.versions)
        try:
            parameters, stated = tool.read(arguments)
            return outcome(await exchange(visit.ask(tool.product, version, parameters, stated), self._house()))
        except Problem as found:
            return outcome(problem_envelope(found))

    async def turned_away(self, message: Message, visit: Visit, why: Problem) -> Problem:
        """What to tell somebody who was not let in: `why`, recorded like any refusal of a call; 503 `00510`."""
        if message.method != "tools/call":
            return why
        try:
            tool, arguments = self._called(message, None)
            parameters, stated = tool.read(arguments)
        except (Fault, Problem):
            return why  # no call that could have been answered
        ask = visit.ask(tool.product, max(tool.product.versions), parameters, stated)
        try:
            await exchange(ask, replace(self._house(), identity=_TurnedAway(why)))
        except Problem as told:
            return told
        return why

    def _called(self, message: Message, to: Identifier | None) -> tuple[Tool, Mapping[str, Any]]:
        """The tool of a call and its arguments. Raises Fault."""
        name, arguments = message.params.get("name"), message.params.get("arguments", {})
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            raise Fault(INVALID_PARAMS, "Cet outil n'existe pas ; tools/list donne ceux qui vous sont ouverts.", to=to)
        if not isinstance(arguments, dict):
            raise Fault(INVALID_PARAMS, "« arguments » est un objet.", to=to)
        return tool, arguments

    def _grant(self, consumer: Consumer, tool: Tool) -> Grant | None:
        """What the caller's purpose opens of it, or None: then it is not listed, and a call will be refused."""
        try:
            return self._house().purpose.grant(consumer, tool.product)
        except Problem:
            return None


def outcome(leaving: Envelope) -> Json:
    """The result of a tool, for an answer or for a problem; how long to wait is said where a model reads it."""
    content = [{"type": "text", "text": leaving.body.decode()}]
    for name, value in leaving.headers:
        if name == b"retry-after":
            content.append({"type": "text", "text": f"Réessayez dans {value.decode()} secondes."})
    return {
        "content": content,
        "structuredContent": orjson.Fragment(leaving.body),
        "isError": leaving.status >= 400,
    }
