# SPDX-License-Identifier: EUPL-1.2
"""After the opening: later phases, questions asked anew, and giving the application up. Raises Problem."""

from dataclasses import replace

from gateway.dossier.acts.acting import Acting, day
from gateway.dossier.files import Happened
from gateway.dossier.given import Given
from gateway.dossier.planning import planned
from gateway.dossier.values import Candidature, Contact, Provenance
from gateway.dossier.words import Phase, Standing, State
from gateway.values import Consumer


class Follows(Acting):
    """Goes on with files, or ends them."""

    __slots__ = ()

    async def refresh(self, dossier: Candidature, sent: object) -> Candidature:
        """Move to a later phase, and ask again: named pieces, or those that are silent, missing or past their date."""
        dossier = self.files.get(dossier.id)  # as it is now, and not when a body began to come
        given = Given(sent)
        given.only("phase", "pieces")
        phase = given.word("phase", Phase, dossier.phase)
        named = given.texts("pieces", 100, 120)
        for one in named:
            if dossier.item(one) is None and not any(item.key == one for item in dossier.items):
                given.wrong("pieces", f"« {one} » n'est pas une pièce de ce dossier.", "00708")
        if phase.rank < dossier.phase.rank:
            given.wrong("phase", "Un dossier ne revient pas à une phase passée.")
        given.refuse()
        if dossier.standing not in (Standing.OPEN, Standing.SEALED):
            self.changeable(dossier)
        moved = phase is not dossier.phase

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            items = tuple(one if one.state.settled else replace(one, next_at=None, attempts=0) for one in before.items)
            after, happened = planned(replace(before, phase=phase, items=items), self.sheets)
            return after, [("phase.changee", {"phase": phase.value}), *happened] if moved else happened

        after = self.files.change(dossier.id, change, durable=True)
        today = day(self.now())
        self.collector.again(
            dossier.id,
            [
                one.id
                for one in after.items
                if (one.id in named or one.key in named)
                or (not named and not moved and one.state.settled and _past(one.state, one.provenance, today))
            ],
        )
        self.collector.take_up(dossier.id)
        return after

    async def withdraw(self, dossier: Candidature, consumer: Consumer | None = None) -> Candidature:
        """Give the application up: what the file says is erased, and that it was withdrawn stays."""
        dossier = self.files.get(dossier.id)
        if dossier.standing is Standing.WITHDRAWN:
            return dossier
        self.undisturbed(dossier)
        self.busy.add(self.sealing(dossier))
        try:
            return await self._withdrawn(dossier, consumer)
        finally:
            self.busy.discard(self.sealing(dossier))

    async def _withdrawn(self, dossier: Candidature, consumer: Consumer | None) -> Candidature:
        await self.record("dossier_withdrawn", dossier, consumer)

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            members = tuple(replace(one, consent=None, contact=Contact()) for one in before.members)
            after = replace(
                before, standing=Standing.WITHDRAWN, members=members, items=(), declarations=(), contests=(),
                signatories=(), request=None,
            )  # fmt: skip
            return after, [("dossier.retire", {})]

        after = self.files.change(dossier.id, change, durable=True)
        self.collector.queue.drop(dossier.id)
        return after


def _past(state: State, provenance: Provenance | None, today: str) -> bool:
    if state is State.MISSING:
        return True
    return provenance is not None and bool(provenance.valid_until) and provenance.valid_until < today
