# SPDX-License-Identifier: EUPL-1.2
"""What can be done with a market: open, read, postpone, close, apply, begin. Raises Problem.

The same order as for files: who may, then what is asked, then the record, and only then the market changes. An
application begins as an ordinary file of the desk, under the portal's own habilitation, whoever gave the SIRET: the
portal, or the company on our page. Closing a market keeps nobody out who had begun.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from gateway.dossier.acts.opening import PATIENCE_OF_A_PERSON_S, PATIENCE_S, Begun
from gateway.dossier.markets import Application, Market, awaited, market
from gateway.dossier.markets_changing import MarketChanges, by
from gateway.dossier.refusals import WORDINGS, fault, refused
from gateway.dossier.spelling import canonical
from gateway.dossier.spoken import written
from gateway.dossier.values import Candidature
from gateway.dossier.words import Standing
from gateway.problems import JSON, Problem
from gateway.values import Consumer, Credential

MOST_MARKETS = 2_000
"""Open markets of a habilitation."""
MOST_AWAITED = 5_000
"""Applications of a market that wait for their company."""
MOST_TRIES = 5
PAGE = 100
TOLD_OF_MARKETS = frozenset(("marche.ouvert", "marche.reporte", "marche.ferme", "candidature.commencee"))
"""The events of a market, which its webhook is told of."""
NOBODY = Credential(None, False, "")


@dataclass(slots=True)
class Markets(MarketChanges):
    """The counter: every act on markets."""

    async def open(self, sent: object, consumer: Consumer, key: str) -> Market:
        """A new market, or the one this idempotency key opened first."""
        digest = _digest(sent)
        name = f"marche\0{key}"
        store = self.desk.files.store
        async with self.turn:  # the second of two requests with one key waits, and gets the first one's market
            if key and (known := store.answered(consumer.habilitation_id, name)) is not None:
                if known[0] != digest:
                    raise refused("00710")
                return self.of(known[1], consumer)
            found = market(sent, consumer, self.desk.opening)
            now = int(self.now())
            if (same := self.rows.same(consumer.habilitation_id, found.terms.tender, now)) is not None:
                raise _already("00754", {"marche": same})
            if self.rows.count(consumer.habilitation_id, now) >= MOST_MARKETS:
                raise refused("00722", detail=f"Au plus {MOST_MARKETS} marchés sont ouverts à la fois.")
            await self.desk.recorder.event(
                "market_opened", market=found.id, recipient=found.terms.tender.buyer_siret,
                until=written(found.terms.tender.deadline),
                digest=hashlib.sha256(canonical(found.terms.tender)).hexdigest(), **by(consumer),
            )  # fmt: skip
            with store.writing(durable=True):
                self.rows.put(found)
                if key:
                    store.remember(consumer.habilitation_id, name, digest, found.id, now)
                self.happened(found, "marche.ouvert")
        self.wake()
        return found

    def mine(self, consumer: Consumer, before: str) -> list[Market]:
        """A page of the caller's markets, latest first. Raises 404 00750 for a `before` that is not theirs."""
        if before:
            self.of(before, consumer)
        return self.rows.of(consumer.habilitation_id, before, PAGE)

    async def apply(self, on: Market, sent: object, consumer: Consumer, key: str) -> Application:
        """A new application, or the one this idempotency key made first. It begins when all is said, else it waits."""
        on = self.of(on.id, consumer)  # as it is now: a body that comes slowly was asked for under an older one
        digest = _digest(sent)
        name = f"candidature\0{on.id}\0{key}"
        store = self.desk.files.store
        known = store.answered(consumer.habilitation_id, name) if key else None
        if known is not None and known[0] != digest:
            raise refused("00710")
        found = self.rows.application(known[1]) if known is not None else None
        if found is None:
            on.open_to_all(self.now())
            found = awaited(sent, consumer, on, self.desk.opening)
            self._alone(on, found)
            now = int(self.now())
            if self.rows.waiting(on.id, now) >= MOST_AWAITED:
                raise refused(
                    "00722", detail=f"Au plus {MOST_AWAITED} candidatures attendent leur entreprise à la fois."
                )
            with store.writing(durable=True):
                self.rows.put_application(found)
                if key:
                    store.remember(consumer.habilitation_id, name, digest, found.id, now)
        if not found.ready:
            return found
        if (file := self.file(found)) is not None:
            self.desk.possible(file)
            return found
        try:
            await self._begun(on, found, found.sent, consumer)
        except BaseException:
            if known is None and self.file(self._again(found)) is None:
                # Nothing came of it: the same request may be made again.
                with store.writing():
                    self.rows.forget(found.id)
            raise
        return self._again(found)

    def application(self, on: Market, identifier: str) -> Application:
        """An application on a market. Raises 404 00700."""
        found = self.rows.application(identifier)
        if found is None or found.market != on.id:
            raise refused("00700", detail="Ce marché n'a pas de candidature qui porte cet identifiant.")
        return found

    def applications(self, on: Market, before: str) -> list[Application]:
        """A page of the applications on a market, latest first."""
        if before:
            self.application(on, before)
        return self.rows.applications(on.id, before, PAGE)

    def file(self, one: Application) -> Candidature | None:
        """The file that an application became."""
        return self.desk.files.find(one.id) if one.begun_at is not None else None

    def awaiting(self, identifier: str) -> tuple[Market, Application]:
        """An application and its market, for who holds its link. Raises 404 00700."""
        found = self.rows.application(identifier)
        on = self.rows.market(found.market) if found is not None else None
        if found is None or on is None:
            raise refused("00700")
        return on, found

    async def begin(self, on: Market, one: Application, said: Mapping[str, Any], proved: str) -> Candidature:
        """The company, by its link, gives its SIRET and agrees. `said`: siret, consentement, and what else it chose.

        `proved`: how we know who says so.

        Raises 409 00751 to 00753, 429 00756, and what opening a file raises; then it may be tried again.
        """
        on, one = self.awaiting(one.id)  # as they are now: whoever sends several forms at once has no more tries
        on.open_to_all(self.now())
        file = self.file(one)
        if file is not None and file.standing is not Standing.REFUSED:
            raise refused("00753")
        if one.tries >= MOST_TRIES:
            raise refused("00756")
        identity = self.vouched(on.token_id)
        consumer = identity.identify(NOBODY)
        identity.confirm(consumer)
        sent = {**one.sent, **said}
        awaited(sent, consumer, on, self.desk.opening)  # what is badly written is no try
        one = replace(one, tries=one.tries + 1)
        with self.desk.files.store.writing():
            self.rows.put_application(one)
        return await self._begun(on, one, sent, consumer, proved, PATIENCE_OF_A_PERSON_S)

    def sweep(self) -> None:
        """Erase what is over."""
        with self.desk.files.store.writing():
            self.rows.sweep(int(self.now()))

    async def _begun(
        self,
        on: Market,
        one: Application,
        sent: Mapping[str, Any],
        consumer: Consumer,
        proved: str = "portail",
        patience_s: float = PATIENCE_S,
    ) -> Candidature:
        def also(dossier: Candidature) -> None:
            if (self.rows.market(on.id) or on).terms.tender.deadline != dossier.tender.deadline:
                raise refused("00710", detail="La date limite vient d'être reportée : recommencez.")
            begun = replace(self._again(one), siret=dossier.lead.siret, begun_at=int(self.now()))
            self._alone(on, begun)
            self.rows.put_application(begun)
            self.happened(on, "candidature.commencee", candidature=one.id, siret=dossier.lead.siret)

        asked = self.rows.request(on.id) if on.request else None
        begun = Begun(one.id, on.id, on.terms, proved, asked or b"", patience_s)
        try:
            return await self.desk.begin(dict(sent), consumer, begun, also)
        finally:
            self.wake()

    def _alone(self, on: Market, one: Application) -> None:
        """Raises 409 00753 when the company has another file on this market, which it may still deposit, or has."""
        if not one.siret:
            return
        for identifier in self.rows.begun_by(on.id, one.siret):
            other = self.desk.files.find(identifier) if identifier != one.id else None
            if other is not None and other.standing in (Standing.OPEN, Standing.SEALED):
                raise _already("00753", {"candidature": identifier})

    def _again(self, one: Application) -> Application:
        return self.rows.application(one.id) or one


def _digest(sent: object) -> str:
    return hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _already(code: str, which: Mapping[str, str]) -> Problem:
    """That it is there already, and which."""
    return Problem(WORDINGS[code].status, [replace(fault(code), meta=which)], JSON)
