# SPDX-License-Identifier: EUPL-1.2
"""How each registry does, for those who watch over the gateway: `/health/registries` in full, as JSON."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from gateway.source.standing import Standing


def add_registry_health(app: FastAPI, standings: Callable[[], Sequence[Standing]]) -> None:
    """Put `/health/registries/details` on the application; `/health/registries` stays the breakers alone."""

    @app.get("/health/registries/details")
    async def details() -> Response:
        """For each registry: its breaker, questions under way, time-outs, maintenance, last answer and failure."""
        return JSONResponse({one.registry: told(one) for one in standings()}, headers={"cache-control": "no-store"})


def told(one: Standing) -> dict[str, Any]:
    """A registry as programs read it; instants in UTC, null when there is none."""
    return {
        "title": one.title,
        "state": one.state,
        "in_flight": one.in_flight,
        "concurrency": one.limit,
        "connect_timeout_s": one.connect_timeout_s,
        "timeout_s": one.timeout_s,
        "maintenance_until": _instant(one.closed_until),
        "next_maintenance_at": _instant(one.closes_at),
        "last_success_at": _instant(one.answered_at),
        "last_failure_at": _instant(one.failed_at),
        "last_failure_code": one.failure or None,
        "stale_for_s": one.stale_s,
    }


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
