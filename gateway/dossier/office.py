# SPDX-License-Identifier: EUPL-1.2
"""Putting the dossier rooms together: a constructor for the composition root, a value that holds them while open."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.dossier.addresses import Names, Resolve, complaint
from gateway.dossier.collect import Collector, Means
from gateway.dossier.desk import Desk
from gateway.dossier.files import Files
from gateway.dossier.markets_desk import Markets
from gateway.dossier.markets_store import MarketRows
from gateway.dossier.markets_telling import letter
from gateway.dossier.opening import Opening
from gateway.dossier.returns import Returns
from gateway.dossier.rules import Sheets
from gateway.dossier.starts import Starts
from gateway.dossier.store import Store
from gateway.dossier.watching import Watch
from gateway.dossier.webhooks import AT_ONCE, Webhooks, poster
from gateway.exchange import House, Identity, Rates
from gateway.values import Consumer, Quota


@dataclass(frozen=True, slots=True)
class Lent:
    """What the application lends. `vouched`: who asks, for a token id. `calls`: counts a portal's request.
    `rates`: the pools of files, by purpose.

    `places`: what the contracts of the registries in use allow at once. `retention_months`: of a purpose.
    `loopback`: whether webhooks may lead to this machine: the sandbox and tests only. `resolve`: another resolver than
    the system's.
    """

    house: House
    sheets: Sheets
    path: Path
    key: bytes
    vouched: Callable[[str], Identity]
    calls: Callable[[Consumer], Quota | None]
    rates: Rates
    places: Mapping[str, int]
    retention_months: Mapping[str, int]
    identifier: Callable[[], str]
    random: Callable[[int], bytes]
    now: Callable[[], float]
    monotonic: Callable[[], float]
    loopback: bool = False
    resolve: Resolve | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """The rooms of the files, at work."""

    desk: Desk
    files: Files
    collector: Collector
    webhooks: Webhooks
    watch: Watch
    returns: Returns
    starts: Starts
    sheets: Sheets
    markets: Markets
    calls: Callable[[Consumer], Quota | None]


@asynccontextmanager
async def opened(lent: Lent) -> AsyncIterator[Office]:
    """Open the store, go on with what a former process left, and stop it all at the end."""
    store = Store(lent.path, lent.key, lent.random)
    files = Files(store, lent.now)
    means = Means(
        lent.house, lent.sheets, lent.vouched, lent.rates, lent.places, lent.identifier, lent.now, lent.monotonic
    )
    collector = Collector(files, means)
    opening = Opening(
        sheets=lent.sheets,
        retention_months=lambda purpose: lent.retention_months[purpose],
        webhook=lambda url: complaint(url, loopback=lent.loopback),
        identifier=lent.identifier,
        number=store.number,
        now=lent.now,
    )
    desk = Desk(files, lent.sheets, collector, opening, lent.house.audit, lent.identifier, lent.now)
    names = Names(AT_ONCE)
    post = poster(lent.resolve or names.addresses, loopback=lent.loopback)
    rows = store.lend(MarketRows)
    webhooks = Webhooks(
        files, lent.sheets, post, lent.house.public_url, lent.now,
        lambda market, seq: letter(rows, files, market, seq, lent.now()),
    )  # fmt: skip
    markets = Markets(rows, desk, lent.vouched, webhooks.wake, lent.now)
    watch = Watch(files, collector, lent.sheets, lent.now, markets.sweep)
    returns = Returns(files, lent.key, lent.now, lent.random)
    starts = Starts(lent.key, lent.house.public_url, lent.now)
    collector.start()
    webhooks.start()
    watch.start()
    try:
        yield Office(desk, files, collector, webhooks, watch, returns, starts, lent.sheets, markets, lent.calls)
    finally:
        await watch.stop()
        await webhooks.stop()
        names.close()
        await collector.stop()
        store.close()
