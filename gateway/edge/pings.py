# SPDX-License-Identifier: EUPL-1.2
"""Is a registry answering? A real call with a fixed identifier, at most once a minute however many ask.

`/ping/<id>` answers `{status, last_update, last_ok_status}`: 200, or 502 when the status is `bad_gateway`, or 404 `{}`
for an id that no contract names. During a maintenance window the registry is left alone: `maintenance` and `until`.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit import Registry, RegistryError
from connectors.kit.contract import Contract

LOG = logging.getLogger("dlnuf.ping")

TIMEOUT_S = 5.0
KEPT = timedelta(seconds=60)


@dataclass(slots=True)
class _Known:
    status: str = "unknown"
    at: datetime | None = None
    last_ok: datetime | None = None
    until: datetime | None = None


class Pings:
    """Every ping of the contracts. `clock`: the time, with a zone."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        doors: Mapping[str, Registry],
        clock: Callable[[], datetime],
        *,
        maintenance: bool = True,
    ) -> None:
        self._contracts = {name: contract for contract in contracts.values() for name in contract.pings}
        self._doors = doors
        self._clock = clock
        self._maintenance = maintenance
        self._known = {contract.registry: _Known() for contract in contracts.values()}
        self._locks = {contract.registry: asyncio.Lock() for contract in contracts.values()}

    @property
    def names(self) -> list[str]:
        """All ids, in order."""
        return sorted(self._contracts)

    async def ping(self, name: str) -> tuple[int, dict[str, Any]]:
        """HTTP status and body for one id."""
        contract = self._contracts.get(name)
        if contract is None:
            return 404, {}
        async with self._locks[contract.registry]:
            known = self._known[contract.registry]
            now = self._clock()
            if known.at is None or now - known.at >= KEPT:
                await self._look(contract, known, now)
                known.at = now  # only now: a look that was broken off is no look
        body = {"status": known.status, "last_update": _iso(known.at), "last_ok_status": _iso(known.last_ok)}
        if known.status == "maintenance":
            body["until"] = _iso(known.until)
        return (502 if known.status == "bad_gateway" else 200), body

    async def _look(self, contract: Contract, known: _Known, now: datetime) -> None:
        remaining = max((window.remaining(now) for window in contract.maintenance), default=0)
        if self._maintenance and remaining:
            known.status, known.until = "maintenance", now + timedelta(seconds=remaining)
            return
        if contract.probe is None:
            return
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await contract.probe(self._doors[contract.registry])
        except (RegistryError, TimeoutError):
            known.status = "bad_gateway"
        except Exception:
            # A probe is a connector's code reading a registry's words: what surprises it means « not answering ».
            LOG.exception("ping_failed", extra={"registry": contract.registry})
            known.status = "bad_gateway"
        else:
            known.status, known.last_ok = "ok", now


def _iso(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None
