# SPDX-License-Identifier: EUPL-1.2
"""A program of a language model, as the tests of `/mcp` play it, and what the log holds about it."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import httpx

from gateway.edge.mcp.versions import CAPABILITIES_KEY, VERSION_KEY
from tests.conftest import Bearer, Sandbox

STATED = {"context": "Marchés publics", "object": "marche-127", "recipient": "13002526500013"}
COMPANY = STATED | {"siren": "999100118"}
TOOL = "insee_unite_legale"


class Model:
    """A client of `/mcp`: numbers its requests, and writes them in a revision."""

    def __init__(self, client: httpx.Client, bearer: Bearer, version: str) -> None:
        self.client = client
        self.bearer = bearer
        self.version = version
        self.last = 0

    def send(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send a request."""
        self.last += 1
        given = dict(params or {})
        named = {"MCP-Protocol-Version": self.version}
        if self.version.startswith("2026"):
            given["_meta"] = {VERSION_KEY: self.version, CAPABILITIES_KEY: {}}
            named |= {"Mcp-Method": method} | ({"Mcp-Name": str(given["name"])} if "name" in given else {})
        body = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": given}
        accepted = {"Accept": "application/json, text/event-stream"}
        return self.client.post("/mcp", json=body, headers={**self.bearer.header, **accepted, **named, **headers})

    def result(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """The result of a request that has one."""
        answer = self.send(method, params, **headers)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["jsonrpc"], found["id"]) == ("2.0", self.last)
        result: dict[str, Any] = found["result"]
        return result

    def call(self, tool: str, arguments: dict[str, Any], **headers: str) -> dict[str, Any]:
        """The result of a tool."""
        return self.result("tools/call", {"name": tool, "arguments": arguments}, **headers)


Connect = Callable[..., Model]


def records(sandbox: Sandbox, token: str) -> list[dict[str, Any]]:
    """What the log holds about the calls of a token."""
    with sqlite3.connect(f"file:{sandbox.state}/audit.db?mode=ro", uri=True) as log:
        rows = [json.loads(entry) for (entry,) in log.execute("SELECT entry FROM record ORDER BY seq")]
    log.close()
    return [row for row in rows if row.get("token") == token and "product" in row]


def errors(result: dict[str, Any]) -> list[str]:
    """The codes of a refusal or failure, which its text says as well."""
    assert result["isError"] is True
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    return [error["code"] for error in result["structuredContent"]["errors"]]
