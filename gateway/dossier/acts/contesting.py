# SPDX-License-Identifier: EUPL-1.2
"""A company answers a fact, once, and the buyer answers back. Raises Problem."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.dossier import opening
from gateway.dossier.acts.acting import Acting, Upload
from gateway.dossier.files import Happened
from gateway.dossier.given import Given
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature, Contest, Person
from gateway.dossier.words import Standing, State

LONGEST = 10_000
"""Characters of a contest, and of the answer to it."""


class Contests(Acting):
    """Takes contests and answers to them."""

    __slots__ = ()

    async def contest(
        self, dossier: Candidature, sent: object, uploads: Sequence[Upload] = (), by: Person | None = None
    ) -> Candidature:
        """What the company answers to a fact, with its files. Once: the first answer stays."""
        if dossier.standing is Standing.WITHDRAWN:
            raise refused("00717")  # its pieces are gone: none of them would be found
        given = Given(sent)
        given.only("par", "piece", "texte")
        person = by or opening.person(given.below("par"))
        name, text = given.text("piece", needed=True, longest=120), given.text("texte", needed=True, longest=LONGEST)
        item = dossier.item(name)
        if name and item is None:
            given.wrong("piece", None, "00708")
        given.refuse()
        documents = await self.received(uploads)
        contest = Contest(
            self.identifier(), name, text, person, int(self.now()), tuple(document for document, _ in documents)
        )
        self._contestable(dossier, name, by)
        await self.record("contested", dossier, None, name[:14], reason=f"pièce {name.partition(':')[2]}")

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            if before.standing is Standing.WITHDRAWN:
                raise refused("00717")
            self._contestable(before, name, by)
            self.file(before, documents)
            items = tuple(
                replace(one, state=State.CONTESTED)
                if one.id == name and (one.state is State.RETRIEVED or one.against)
                else one
                for one in before.items
            )
            after = replace(before, contests=(*before.contests, contest), items=items)
            return after, [("contestation.recue", {"piece": name})]

        return self.files.change(dossier.id, change, durable=True)

    async def answer_contest(self, dossier: Candidature, identifier: str, text: str, **by: str) -> Candidature:
        """What the buyer writes back, once. `by`: facts of the record that say who."""
        contest = next((one for one in dossier.contests if one.id == identifier), None)
        if contest is None or not 0 < len(text.strip()) <= LONGEST:
            raise refused("00701", "/reponse")
        if contest.answered_at is not None:
            raise refused("00741")
        await self.record("contest_answered", dossier, None, contest.item[:14], **by)

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            if any(one.id == identifier and one.answered_at is not None for one in before.contests):
                raise refused("00741")
            contests = tuple(
                replace(one, answer=text.strip(), answered_at=int(self.now())) if one.id == identifier else one
                for one in before.contests
            )
            piece = next(one.item for one in contests if one.id == identifier)
            return replace(before, contests=contests), [("contestation.repondue", {"piece": piece})]

        return self.files.change(dossier.id, change, durable=True)

    def _contestable(self, dossier: Candidature, name: str, by: Person | None) -> None:
        if any(one.item == name for one in dossier.contests):
            raise refused("00712")
        item = dossier.item(name)
        # Through a portal, whether a protected piece holds anything must not show: it takes the text either way.
        if by is not None and item is not None and item.value is None and not item.against:
            raise refused("00724")
