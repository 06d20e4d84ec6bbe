# SPDX-License-Identifier: EUPL-1.2
"""What every address for portals does alike: counting, answering, pages of a list, idempotency keys."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from gateway.dossier.refusals import refused
from gateway.envelope import quota_headers
from gateway.problems import Problem
from gateway.values import Quota

KEY_LENGTH = 200
LONGEST_CURSOR = 60
PRIVATE = {"cache-control": "private, no-store"}


def add_counted(app: FastAPI, path: str, method: str, endpoint: Callable[..., Awaitable[Response]]) -> None:
    """Put an address on the application, whose answers and refusals say where the caller stands in its pool."""

    @wraps(endpoint)
    async def counted(request: Request, **named: str) -> Response:
        try:
            found = await endpoint(request, **named)
        except Problem as refusal:
            refusal.quota = refusal.quota or _stands(request)
            raise
        for name, value in quota_headers(_stands(request)):
            found.headers[name.decode()] = value.decode()
        return found

    app.add_api_route(path, counted, methods=[method], response_class=Response)


def _stands(request: Request) -> Quota | None:
    quota: Quota | None = getattr(request.state, "quota", None)
    return quota


def answer(found: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, for its caller alone."""
    return Response(orjson.dumps(found), status, {**PRIVATE, **(headers or {})}, "application/json")


def cursor(request: Request) -> str:
    """After which one a page begins. Raises 422."""
    found = request.query_params.get("apres", "")
    if len(found) > LONGEST_CURSOR:
        raise refused("00701", "/apres", "Cette page n'existe pas.")
    return found


def key_of(request: Request) -> str:
    """The caller's idempotency key, "" when it gives none. Raises 422."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > KEY_LENGTH or not key.isprintable():
        raise refused("00701", "/Idempotency-Key", f"Au plus {KEY_LENGTH} caractères lisibles.")
    return key
