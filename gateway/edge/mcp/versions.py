# SPDX-License-Identifier: EUPL-1.2
"""Which revision of the Model Context Protocol a message is written in, from its headers and from itself.

Revisions up to 2025-11-25 open with `initialize`, and from 2025-06-18 on are named in a header; whoever names none
speaks the first that has this transport. From 2026-07-28 on there is no opening: each request says its revision in its
`_meta`, and again in headers, which must agree (Streamable HTTP, « Server Validation »).
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.edge.mcp.rpc import HEADER_MISMATCH, INVALID_PARAMS, UNSUPPORTED_VERSION, Fault, Message

MODERN = ("2026-07-28",)
OPENED = ("2025-11-25", "2025-06-18", "2025-03-26")
KNOWN = (*MODERN, *OPENED)
FIRST = OPENED[-1]
"""The only revision in which several messages may come together."""

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
SERVER_KEY = "io.modelcontextprotocol/serverInfo"

Headers = Mapping[str, Sequence[str]]
"""Each header's values, as often as it came, by its name in lower case."""


def announced(headers: Headers) -> str:
    """The revision that the headers name. Raises Fault for one that is not known, or several."""
    named = headers.get("mcp-protocol-version", (FIRST,))
    if len(named) != 1 or named[0] not in KNOWN:
        raise unsupported(", ".join(named))
    return named[0]


def spoken(headers: Headers, message: Message) -> str:
    """The revision a message is written in. Raises Fault: not a known one, or headers that say otherwise."""
    meta = message.params.get("_meta")
    own = meta.get(VERSION_KEY) if isinstance(meta, dict) else None
    named = headers.get("mcp-protocol-version", (FIRST,))
    if message.id is None or (own is None and (len(named) != 1 or named[0] not in MODERN)):
        return announced(headers)
    if not isinstance(meta, dict) or not isinstance(own, str) or not isinstance(meta.get(CAPABILITIES_KEY), dict):
        raise Fault(INVALID_PARAMS, f"« _meta » contient {VERSION_KEY} et {CAPABILITIES_KEY}.", to=message.id)
    _agree(headers, "mcp-protocol-version", own, message)
    _agree(headers, "mcp-method", message.method, message)
    if message.method == "tools/call":
        _agree(headers, "mcp-name", message.params.get("name"), message)
    if own not in MODERN:
        raise unsupported(own, message)
    return own


def unsupported(requested: str, message: Message | None = None) -> Fault:
    """The refusal of a revision, which names those there are."""
    data = {"supported": list(KNOWN), "requested": requested}
    to = message.id if message else None
    return Fault(UNSUPPORTED_VERSION, "Cette révision du protocole n'est pas connue.", to=to, data=data)


def _agree(headers: Headers, name: str, said: Any, message: Message) -> None:
    values = headers.get(name, ())
    if len(values) != 1 or _plain(values[0]) != said:
        raise Fault(HEADER_MISMATCH, f"L'en-tête {name} ne dit pas ce que dit le message.", to=message.id)


def _plain(value: str) -> str | None:
    """What a header's value stands for: itself, or what `=?base64?…?=` encloses; None when that cannot be read."""
    if not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    try:
        return b64decode(value[9:-2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
