# SPDX-License-Identifier: EUPL-1.2
"""How a market changes after it was made: another deadline, the buyer's own ESPD request, its end. Raises Problem."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.dossier.desk import Desk
from gateway.dossier.espd.fitting import fitted
from gateway.dossier.espd.questions import detail
from gateway.dossier.espd.request import read
from gateway.dossier.files import Happened
from gateway.dossier.markets import Market, later
from gateway.dossier.markets_store import MarketRows
from gateway.dossier.refusals import refused
from gateway.dossier.spoken import written
from gateway.dossier.values import Candidature
from gateway.dossier.words import Phase
from gateway.exchange import Identity
from gateway.values import Consumer


@dataclass(slots=True)
class MarketChanges:
    """What every act on a market needs, and the acts that change one.

    `vouched`: who asks, for a token id. `wake`: something must be told. `now`: epoch seconds.
    """

    rows: MarketRows
    desk: Desk
    vouched: Callable[[str], Identity]
    wake: Callable[[], None]
    now: Callable[[], float]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def of(self, identifier: str, consumer: Consumer) -> Market:
        """A market of the caller's habilitation; to anybody else it does not exist. Raises 404 00750.

        The token that is shown takes over, so that companies can begin as long as the habilitation has one.
        """
        found = self.rows.market(identifier)
        if found is None or found.habilitation_id != consumer.habilitation_id:
            raise refused("00750")
        if found.token_id != consumer.token_id:
            found = replace(found, token_id=consumer.token_id)
            with self.desk.files.store.writing():
                self.rows.put(found)
        return found

    async def close(self, found: Market, consumer: Consumer) -> Market:
        """No application begins any more; closed twice, the first time counts."""
        async with self.turn:
            found = self.of(found.id, consumer)
            if found.closed_at is not None:
                return found
            await self.desk.recorder.event("market_closed", market=found.id, **by(consumer))
            closed = replace(found, closed_at=int(self.now()))
            with self.desk.files.store.writing(durable=True):
                self.rows.put(closed)
                self.happened(closed, "marche.ferme")
        self.wake()
        return closed

    async def postpone(self, found: Market, sent: object, consumer: Consumer) -> Market:
        """A later deadline, for the market and for every file on it; given twice, it is what it was."""
        async with self.turn:
            found = self.of(found.id, consumer)
            after = later(sent, found, int(self.now()))
            await self.desk.recorder.event(
                "market_changed", market=found.id, until=written(after.terms.tender.deadline),
                recipient=after.terms.tender.buyer_siret, **by(consumer),
            )  # fmt: skip
            await self._postponed(after)
            with self.desk.files.store.writing(durable=True):
                self.rows.put(after)
                if after != found:
                    self.happened(after, "marche.reporte")
            await self._postponed(after)  # those that began meanwhile, under the old one
        self.wake()
        return after

    async def ask(self, found: Market, content: bytes, consumer: Consumer) -> dict[str, Any]:
        """The buyer's own ESPD request, for the files that begin from now on; what it asks, as the API says it.

        Raises 409 00762 for another procedure's, 422 for one that cannot be answered.
        """
        found.open_to_all(self.now())
        request = await asyncio.to_thread(read, content)
        digest = hashlib.sha256(content).hexdigest()
        at = found.request_at if found.request == digest else int(self.now())
        kept = fitted(request, _alike(found), digest, len(content), at)
        async with self.turn:
            found = self.of(found.id, consumer)
            if found.request != digest:
                await self.desk.recorder.event(
                    "market_changed", market=found.id, until=written(found.terms.tender.deadline),
                    product="dume_acheteur", digest=digest, **by(consumer),
                )  # fmt: skip
                with self.desk.files.store.writing(durable=True):
                    self.rows.put(replace(found, request=digest, request_at=at))
                    self.rows.put_request(found.id, content)
        return detail(kept, request)

    async def _postponed(self, after: Market) -> None:
        deadline = after.terms.tender.deadline or 0

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            was = before.tender.deadline or deadline
            if was >= deadline:
                return before, []
            tender = replace(before.tender, deadline=deadline)
            return replace(before, tender=tender, until=before.until + deadline - was), [("consultation.reportee", {})]

        for identifier in self.rows.begun(after.id):
            if self.desk.files.find(identifier) is not None:
                self.desk.files.change(identifier, change)
            await asyncio.sleep(0)  # others are served between two files

    def happened(self, on: Market, name: str, **facts: str) -> None:
        """Note what happened to a market, inside `writing`; its webhook, if it has one, is to be told."""
        now = int(self.now())
        event = self.desk.files.store.happened(on.id, now, name, dict(facts))
        if on.terms.webhook is not None:
            self.desk.files.store.outbox.add(on.id, event.seq, now, on.habilitation_id, on.terms.webhook.url)


def _alike(found: Market) -> Candidature:
    """A file on all lots of the market, with nobody in it yet: what a request is held against."""
    tender = found.terms.tender
    return Candidature(
        id=found.id, number="", created_at=found.created_at, habilitation_id=found.habilitation_id,
        token_id=found.token_id, tender=tender, members=(), phase=Phase.CANDIDATURE, until=found.until,
        lots=tuple(lot.id for lot in tender.lots),
    )  # fmt: skip


def by(consumer: Consumer) -> dict[str, str]:
    """Who acts, as records say it."""
    return {"habilitation": consumer.habilitation_id, "consumer": consumer.siret, "purpose": consumer.purpose}
