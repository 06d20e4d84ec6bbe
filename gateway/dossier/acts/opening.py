# SPDX-License-Identifier: EUPL-1.2
"""Opening a file: read and checked, recorded, and only then there. Raises Problem."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import orjson

from gateway.dossier.acts.acting import day
from gateway.dossier.acts.requesting import Requests
from gateway.dossier.espd.fitting import fitted
from gateway.dossier.espd.request import read
from gateway.dossier.files import Change, Happened
from gateway.dossier.opening import Terms, opened
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature
from gateway.dossier.words import Standing
from gateway.values import Consumer

PATIENCE_S = 0.3
"""How long opening waits for the registries that can say at once that no application is possible."""
PATIENCE_OF_A_PERSON_S = 3.0
"""The same, for who typed a SIRET into a form: it comes back with what was typed, rather than be begun anew."""
GATES = frozenset(("identite", "avis_boamp"))
MOST_OPEN = 5_000


@dataclass(frozen=True, slots=True)
class Begun:
    """The application a file is opened for: its id, its market's, and what this one's files have in common.

    `proved`: how we know who agrees for the company. `asked`: the buyer's own ESPD request, b"" without one.
    `patience_s`: how long the registries that may refuse it are awaited.
    """

    identifier: str
    market: str
    terms: Terms
    proved: str = "portail"
    asked: bytes = b""
    patience_s: float = PATIENCE_S


class Opens(Requests):
    """Opens files."""

    __slots__ = ()

    async def open(self, sent: object, consumer: Consumer, key: str, asked: bytes = b"") -> Candidature:
        """A new file, or the one this idempotency key opened first. `asked`: the buyer's ESPD request, if there is one.

        A request that does not fit refuses the whole opening: nothing was asked of anybody yet.
        """
        digest = hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS) + asked).hexdigest()
        if key and (known := self.files.store.answered(consumer.habilitation_id, key)) is not None:
            if known[0] != digest:
                raise refused("00710")
            return self.possible(self.files.get(known[1]))
        dossier = opened(sent, consumer, self.opening)
        busy = f"{consumer.habilitation_id} {key}"
        if key and busy in self.busy:
            raise refused("00710", detail="La même demande est déjà en cours : attendez sa réponse.")
        self.busy.add(busy)  # before the request is read: meanwhile the same opening may come again
        try:
            if asked:
                dossier = await self._answering(dossier, asked)

            def keep(one: Candidature) -> None:
                if asked:
                    self.files.store.file(one.id, asked)

            return await self._opened(dossier, consumer, lambda one: self.files.create(one, key, digest, keep))
        finally:
            self.busy.discard(busy)

    async def begin(
        self, sent: object, consumer: Consumer, market: Begun, also: Callable[[Candidature], None]
    ) -> Candidature:
        """The file of an application on a market, under the id that its portal knows already.

        Anew, when the SIRET that was given first could lead to no application. `also`: what is written with it.
        """
        means = replace(self.opening, identifier=lambda: market.identifier)
        dossier = _agreed(opened(sent, consumer, means, market.market, market.terms), market.proved)
        if market.asked:
            dossier = await self._answering(dossier, market.asked)

        def along(one: Candidature) -> None:
            also(one)
            if market.asked:
                self.files.store.file(one.id, market.asked)

        def create(one: Candidature) -> None:
            if self.files.find(one.id) is None:
                self.files.create(one, "", "", along)
            else:
                self.files.change(one.id, anew(one), durable=True)

        def anew(one: Candidature) -> Change:
            def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
                if before.standing is not Standing.REFUSED:
                    raise refused("00753")
                self.files.store.empty(before.id)
                along(one)
                return one, [("dossier.recommence", {})]

            return change

        if dossier.id in self.busy:
            raise refused("00710", detail="Cette candidature est déjà en train de commencer : attendez un instant.")
        self.busy.add(dossier.id)
        try:
            return await self._opened(dossier, consumer, create, market.patience_s)
        finally:
            self.busy.discard(dossier.id)

    async def _answering(self, dossier: Candidature, asked: bytes) -> Candidature:
        """The file, which answers the buyer's own ESPD request. Raises 409 00762, 422."""
        request = await asyncio.to_thread(read, asked)
        name = hashlib.sha256(asked).hexdigest()
        return replace(dossier, request=fitted(request, dossier, name, len(asked), int(self.now())))

    async def _opened(
        self,
        dossier: Candidature,
        consumer: Consumer,
        create: Callable[[Candidature], None],
        patience_s: float = PATIENCE_S,
    ) -> Candidature:
        if self.files.store.count(consumer.habilitation_id, int(self.now())) >= MOST_OPEN:
            raise refused("00722")
        await self.record("dossier_opened", dossier, consumer, market=dossier.market or None)
        async with self.turn:
            # One at a time, and everybody else in between: two hundred at once must not hold up a plain call.
            await asyncio.sleep(0)
            with self.files.store.writing():
                number = self.opening.number(int(day(self.now())[:4]))
            create(replace(dossier, number=number))
        self.collector.take_up(dossier.id)
        await self.collector.settled(dossier.id, GATES, patience_s)
        return self.possible(self.files.get(dossier.id))


def _agreed(dossier: Candidature, proved: str) -> Candidature:
    """The file, saying how we know who agreed for its first company."""
    lead = dossier.lead
    if lead.consent is None:
        return dossier
    consent = replace(lead.consent, given_by=replace(lead.consent.given_by, proved=proved))
    return replace(dossier, members=(replace(lead, consent=consent), *dossier.members[1:]))
