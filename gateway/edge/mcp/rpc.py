# SPDX-License-Identifier: EUPL-1.2
"""JSON-RPC 2.0 as the Model Context Protocol uses it: what is a message, what is none, and how faults are told.

Sources: JSON-RPC 2.0 (jsonrpc.org), and the protocol's own narrowing: identifiers are texts or whole numbers and never
null, parameters are objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.edge.reading import depth

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
UNKNOWN_METHOD = -32601
INVALID_PARAMS = -32602
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

MOST_DEPTH = 12
MOST_IN_BATCH = 10
LONGEST_ID = 200

Identifier = str | int


class Fault(Exception):
    """What is said breaks the protocol. `code`: JSON-RPC's or MCP's; `status`: HTTP's; `to`: the request it answers."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 400,
        to: Identifier | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.to = to
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """The error response."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = dict(self.data)
        return {"jsonrpc": "2.0", "id": self.to, "error": error}


@dataclass(frozen=True, slots=True)
class Message:
    """A message that has the right form. `id`: None for those that are not answered; `method`: "" for a response."""

    id: Identifier | None
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)


def parsed(content: bytes) -> Any:
    """The JSON of a body. Raises Fault: not JSON in UTF-8, or too deep."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Fault(PARSE_ERROR, "Le corps de la requête n'est pas du JSON correct, en UTF-8.") from None
    if depth(found, MOST_DEPTH) > MOST_DEPTH:
        raise Fault(INVALID_REQUEST, "Le message est trop imbriqué.")
    return found


def message(found: Any) -> Message:
    """One message. Raises Fault."""
    if not isinstance(found, dict):
        raise Fault(INVALID_REQUEST, "Un message est un objet JSON.")
    to = found.get("id")
    if "id" in found and (type(to) not in (str, int) or (isinstance(to, str) and len(to) > LONGEST_ID)):
        raise Fault(INVALID_REQUEST, f"« id » est un texte de {LONGEST_ID} signes au plus, ou un nombre entier.")
    if found.get("jsonrpc") != "2.0":
        raise Fault(INVALID_REQUEST, "« jsonrpc » vaut « 2.0 ».", to=to)
    if "method" not in found and ("result" in found or "error" in found):
        return Message(None, "")
    method = found.get("method")
    if not isinstance(method, str) or not method:
        raise Fault(INVALID_REQUEST, "« method » est un texte.", to=to)
    params = found.get("params", {})
    if not isinstance(params, dict):
        raise Fault(INVALID_PARAMS, "« params » est un objet.", to=to)
    return Message(to, method, params)


def result(to: Identifier, found: Mapping[str, Any]) -> dict[str, Any]:
    """The response to a request."""
    return {"jsonrpc": "2.0", "id": to, "result": found}
