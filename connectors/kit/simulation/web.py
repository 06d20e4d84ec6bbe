# SPDX-License-Identifier: EUPL-1.2
"""A simulator on the wire: one function from request to answer, wrapped as an ASGI application, with faults on demand.

A fault is asked for with the request header `x-simulator-fault`: `slow` (answers after `SLOW_S` seconds), `down` (503),
`wrong` (an HTML page with status 200) or `limited` (429). No fault happens unless asked for, and logging in is spared:
what is tried out is the registry's answers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

FAULT_HEADER = b"x-simulator-fault"
FAULTS = ("slow", "down", "wrong", "limited")
SLOW_S = 30.0

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a registry sees it: path below its base address, decoded query, headers in lower case, body."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def form(self) -> dict[str, str]:
        """The body as a web form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, slots=True)
class Said:
    """A registry's answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Asked], Said]


def json_said(value: object, status: int = 200) -> Said:
    """An answer in JSON."""
    return Said(status, orjson.dumps(value))


def application(handler: Handler) -> Application:
    """The handler as an ASGI application; the part of the path in `root_path` is cut off."""

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
        fault = "" if path.endswith("/token") else headers.get(FAULT_HEADER.decode(), "")
        if fault == "slow":
            await asyncio.sleep(SLOW_S)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        said = _faulty(fault) or handler(Asked(scope["method"], path, query, headers, body))
        fields = [(b"content-type", said.content_type.encode()), (b"content-length", str(len(said.body)).encode())]
        fields += [(name.encode(), value.encode()) for name, value in said.headers.items()]
        await send({"type": "http.response.start", "status": said.status, "headers": fields})
        await send({"type": "http.response.body", "body": said.body})

    return asgi


def _faulty(fault: str) -> Said | None:
    match fault:
        case "down":
            return Said(503, b"Service Unavailable", "text/plain")
        case "wrong":
            return Said(200, b"<html><body>Une page inattendue</body></html>", "text/html")
        case "limited":
            return Said(429, b'{"message":"quota"}')
        case _:
            return None
