# SPDX-License-Identifier: EUPL-1.2
"""Where each registry stands, for those who watch over the gateway: what its contract promises, and what happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.kit.contract import Contract


@dataclass(slots=True)
class History:
    """What became of the questions put to one registry since the start. `code`: of its last failure."""

    in_flight: int = 0
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One registry, now. `state`: of its breaker. `in_flight`: questions under way; those above `limit` wait.

    `closed_until`: the end of the maintenance going on. `closes_at`: when the next one begins. `stale_s`: how old a
    kept answer may be that stands in for the registry, 0 when none may.
    """

    registry: str
    title: str
    state: str
    in_flight: int
    limit: int
    connect_timeout_s: float
    timeout_s: float
    closed_until: datetime | None
    closes_at: datetime | None
    answered_at: datetime | None
    failed_at: datetime | None
    failure: str
    stale_s: int


def standing(contract: Contract, state: str, history: History, now: datetime, *, maintenance: bool) -> Standing:
    """Where a registry stands at `now`. `maintenance`: whether its windows count."""
    windows = contract.maintenance if maintenance else ()
    remaining = max((window.remaining(now) for window in windows), default=0)
    openings = [at for window in windows if (at := window.next(now)) is not None]
    return Standing(
        registry=contract.registry,
        title=contract.title,
        state=state,
        in_flight=history.in_flight,
        limit=contract.concurrency,
        connect_timeout_s=contract.connect_timeout_s,
        timeout_s=contract.timeout_s,
        closed_until=now + timedelta(seconds=remaining) if remaining else None,
        closes_at=min(openings, default=None),
        answered_at=history.answered_at,
        failed_at=history.failed_at,
        failure=history.code,
        stale_s=max((product.stale_for_s for product in contract.products.values()), default=0),
    )
