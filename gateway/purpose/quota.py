# SPDX-License-Identifier: EUPL-1.2
"""How often: fixed windows per token and rate pool, as the contract's `RateLimit-*` headers tell them.

A window is aligned on its period (a pool of 60 seconds opens at every whole minute). Counters live in this process and
are dropped with their window, so memory holds one number for each token and pool met in the current window.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.kit.contract import Product
from gateway.problems import problem
from gateway.purpose.model import Pool
from gateway.values import Consumer, Quota

TOOLS, PORTALS = "mcp", "portails"
OWN_PERIOD_S = 60
"""A habilitation's own limit is written in calls a minute."""


@dataclass(slots=True)
class _Window:
    """The current window of all counters that share a period."""

    index: int = -1
    spent: dict[tuple[str, str, str], int] = field(default_factory=dict)


class Quotas:
    """Rate pools at work. `clock`: epoch seconds."""

    def __init__(self, pools: Mapping[str, Pool], clock: Callable[[], float]) -> None:
        self._pools = pools
        self._clock = clock
        self._windows: dict[int, _Window] = {}

    def of_files(self, pools: Mapping[str, str]) -> "PoolsOfFiles":
        """The same counters for application files, which draw on their purpose's own pool. `pools`: by purpose."""
        return PoolsOfFiles(self, {purpose: self._pools[name] for purpose, name in pools.items()})

    def spend(self, consumer: Consumer, product: Product, own: Pool | None = None) -> Quota | None:
        """Count one call, and say what is left; None when the token is on the safe list. `own`: drawn on instead.

        The habilitation's own limit counts in addition, and its figures stand in place of the pool's. Every version of
        a product spends the same counter. A refused call spends nothing. Raises Problem 00429, with the figures of the
        counter that is used up, and `Retry-After`.
        """
        pool = own or self._pools[product.pool]
        return self.count(consumer, pool, product.id if pool.each else "", None if own else consumer.rate_limit)

    def of_tools(self) -> "OnePool":
        """The same counters for messages at `/mcp`, which draw on the pool `mcp`."""
        return OnePool(self, self._pools.get(TOOLS), "Ce service n'ouvre pas /mcp.")

    def of_portals(self) -> "OnePool":
        """The same counters for portals' requests about files and markets, which draw on the pool `portails`."""
        closed = (
            "Ce service n'ouvre pas les dossiers de candidature : ses politiques n'ont pas de réserve « portails »."
        )
        return OnePool(self, self._pools.get(PORTALS), closed, own=True)

    def count(self, consumer: Consumer, pool: Pool, what: str, also: int | None) -> Quota | None:
        """Count one in the pool, of `what` alone unless it is "", and in a limit that counts besides, if there is."""
        if consumer.safe_listed:
            return None
        now = self._clock()
        key = (consumer.token_id, pool.name, what)
        counters = [(self._window(pool.period_s, now), key, pool.period_s, pool.limit)]
        if also is not None:
            counters.append((self._window(OWN_PERIOD_S, now), (consumer.token_id, "", ""), OWN_PERIOD_S, also))
        used_up = [
            Quota(limit, 0, (window.index + 1) * period)
            for window, name, period, limit in counters
            if window.spent.get(name, 0) >= limit
        ]
        if used_up:
            refusal = problem("00429")
            refusal.quota = used_up[-1]
            wait = max(1, math.ceil(max(quota.reset for quota in used_up) - now))
            refusal.headers = ((b"retry-after", str(wait).encode()),)
            raise refusal
        for window, name, _, _ in counters:
            window.spent[name] = window.spent.get(name, 0) + 1
        window, name, period, limit = counters[-1]
        return Quota(limit, limit - window.spent[name], (window.index + 1) * period)

    def counters(self) -> int:
        """How many counters are held, over all windows."""
        return sum(len(window.spent) for window in self._windows.values())

    def _window(self, period: int, now: float) -> _Window:
        window = self._windows.setdefault(period, _Window())
        index = int(now // period)
        # A clock that is set back must not open a window anew: the later one stays until it is over.
        if index > window.index:
            window.index = index
            window.spent = {}
        return window


class PoolsOfFiles:
    """Calls of application files, counted in the pool their purpose declares: they take nothing from the others."""

    def __init__(self, quotas: Quotas, pools: Mapping[str, Pool]) -> None:
        self._quotas = quotas
        self._pools = pools

    def spend(self, consumer: Consumer, product: Product) -> Quota | None:
        """Count one call. Raises Problem 00429; 403 `00100` for a purpose that draws up no files."""
        pool = self._pools.get(consumer.purpose)
        if pool is None:
            raise problem("00100", source={"parameter": "token"})
        return self._quotas.spend(consumer, product, pool)


class OnePool:
    """Requests that are not questions to a registry, whatever they are, counted together. No pool, no request.

    What a request leads to is counted besides, like any other. `closed`: what is said where there is no such pool.
    `own`: whether a habilitation's own limit counts these requests too.
    """

    def __init__(self, quotas: Quotas, pool: Pool | None, closed: str, *, own: bool = False) -> None:
        self._quotas = quotas
        self._pool = pool
        self._closed = closed
        self._own = own

    def spend(self, consumer: Consumer) -> Quota | None:
        """Count one request. Raises Problem 00429; 403 `00100` where the policies have no such pool."""
        if self._pool is None:
            raise problem("00100", source={"parameter": "token"}, detail=self._closed)
        return self._quotas.count(consumer, self._pool, "", consumer.rate_limit if self._own else None)
