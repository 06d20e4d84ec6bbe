# SPDX-License-Identifier: EUPL-1.2
"""How the log does, for those who watch over the gateway: how far it is published, and who does not countersign."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from gateway.audit.publisher import Publisher


def add_log_health(
    app: FastAPI, publisher: Callable[[], Publisher], records: Callable[[], int], more: Callable[[], dict[str, Any]]
) -> None:
    """Put `/health/log` on the application. `records`: how many are durable, as far as this process knows.

    `more`: how the index and each of those who countersign stand.
    """

    @app.get("/health/log")
    async def log_health() -> Response:
        """200 in any case: what degrades is told, and stops nothing. `/health/ready` says whether records are taken."""
        last, troubles = publisher().last, publisher().troubles
        at = datetime.fromtimestamp(last.at, UTC).isoformat().replace("+00:00", "Z") if last else None
        return JSONResponse(
            {
                "records": max(records(), last.size if last else 0),
                "published": last.size if last else None,
                "published_at": at,
                "troubles": dict(troubles),
                **more(),
            }
        )
