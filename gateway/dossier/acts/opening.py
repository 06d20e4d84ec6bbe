# SPDX-License-Identifier: EUPL-1.2
"""Opening a file: read and checked, recorded, and only then there. Raises Problem."""

import asyncio
import hashlib
from dataclasses import replace

import orjson

from gateway.dossier.acts.acting import Acting, day
from gateway.dossier.opening import opened
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature
from gateway.values import Consumer

PATIENCE_S = 0.3
"""How long opening waits for the registries that can say at once that no application is possible."""
GATES = frozenset(("identite", "avis_boamp"))
MOST_OPEN = 5_000


class Opens(Acting):
    """Opens files."""

    __slots__ = ()

    async def open(self, sent: object, consumer: Consumer, key: str) -> Candidature:
        """A new file, or the one this idempotency key opened first."""
        digest = hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()
        if key and (known := self.files.store.answered(consumer.habilitation_id, key)) is not None:
            if known[0] != digest:
                raise refused("00710")
            return self.possible(self.files.get(known[1]))
        dossier = opened(sent, consumer, self.opening)
        if self.files.store.count(consumer.habilitation_id) >= MOST_OPEN:
            raise refused("00722")
        busy = f"{consumer.habilitation_id} {key}"
        if key and busy in self.busy:
            raise refused("00710", detail="La même demande est déjà en cours : attendez sa réponse.")
        self.busy.add(busy)
        try:
            await self.record("dossier_opened", dossier, consumer)
            async with self.turn:
                # One at a time, and everybody else in between: two hundred at once must not hold up a plain call.
                await asyncio.sleep(0)
                with self.files.store.writing():
                    number = self.opening.number(int(day(self.now())[:4]))
                dossier = replace(dossier, number=number)
                self.files.create(dossier, key, digest)
        finally:
            self.busy.discard(busy)
        self.collector.take_up(dossier.id)
        await self.collector.settled(dossier.id, GATES, PATIENCE_S)
        return self.possible(self.files.get(dossier.id))
