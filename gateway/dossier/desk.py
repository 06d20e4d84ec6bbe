# SPDX-License-Identifier: EUPL-1.2
"""What can be done with a file: open, read, consent, declare, contest, deposit, refresh, withdraw. Raises Problem.

Who may is checked first (`of`, `of_company`), then what is asked, then the record is durable, and only then the file
changes: a deposit that could not be recorded did not take place. Pages and the API go through here.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from connectors.kit.paris import PARIS
from gateway.audit.recording import Recorder
from gateway.dossier import opening
from gateway.dossier.checking import received
from gateway.dossier.collect import Collector
from gateway.dossier.declaring import declaration, signatory
from gateway.dossier.files import Files, Happened
from gateway.dossier.given import Given
from gateway.dossier.opening import Opening, opened
from gateway.dossier.planning import answerable, planned, undeclared
from gateway.dossier.refusals import all_of, fault, refused
from gateway.dossier.rules import Sheets
from gateway.dossier.sealing import completions, sealed_bytes
from gateway.dossier.values import Candidature, Contact, Contest, Declaration, Document, Person, Seal, Signatory
from gateway.dossier.words import Phase, Standing, State
from gateway.values import Consumer

PATIENCE_S = 0.3
"""How long opening waits for the registries that can say at once that no application is possible."""
GATES = frozenset(("identite", "avis_boamp"))
MOST_OPEN = 5_000
MOST_DECLARATIONS = 500
MOST_UPLOADS = 10
Upload = tuple[str, bytes]
"""A file that was sent: its name and its content."""


@dataclass(slots=True)
class Desk:
    """The counter. `identifier`: new UUIDs; `now`: epoch seconds."""

    files: Files
    sheets: Sheets
    collector: Collector
    opening: Opening
    recorder: Recorder
    identifier: Callable[[], str]
    now: Callable[[], float]
    _busy: set[str] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self, sent: object, consumer: Consumer, key: str) -> Candidature:
        """A new file, or the one this idempotency key opened first."""
        digest = hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()
        if key and (known := self.files.store.answered(consumer.habilitation_id, key)) is not None:
            if known[0] != digest:
                raise refused("00710")
            return self._possible(self.files.get(known[1]))
        dossier = opened(sent, consumer, self.opening)
        if self.files.store.count(consumer.habilitation_id) >= MOST_OPEN:
            raise refused("00722")
        busy = f"{consumer.habilitation_id} {key}"
        if key and busy in self._busy:
            raise refused("00710", detail="La même demande est déjà en cours : attendez sa réponse.")
        self._busy.add(busy)
        try:
            await self._record("dossier_opened", dossier, consumer)
            async with self._turn:
                # One at a time, and everybody else in between: two hundred at once must not hold up a plain call.
                await asyncio.sleep(0)
                with self.files.store.writing():
                    number = self.opening.number(int(day(self.now())[:4]))
                dossier = replace(dossier, number=number)
                self.files.create(dossier, key, digest)
        finally:
            self._busy.discard(busy)
        self.collector.take_up(dossier.id)
        await self.collector.settled(dossier.id, GATES, PATIENCE_S)
        return self._possible(self.files.get(dossier.id))

    def of(self, identifier: str, consumer: Consumer) -> Candidature:
        """A file of the caller's habilitation; to anybody else it does not exist. Raises 404 00700.

        A new token of the habilitation takes over from one that has ended, so that its files go on.
        """
        dossier = self.files.get(identifier)
        if dossier.habilitation_id != consumer.habilitation_id:
            raise refused("00700")
        if dossier.token_id != consumer.token_id and not dossier.complete:
            dossier = self.files.change(identifier, lambda one: (_taken_over(one, consumer.token_id), ()))
            self.collector.take_up(identifier)
        return dossier

    def of_company(self, identifier: str, sirens: Collection[str]) -> Candidature:
        """A file that one of these companies takes part in. Raises 404 00700."""
        dossier = self.files.get(identifier)
        if not any(member.siren in sirens for member in dossier.members):
            raise refused("00700")
        return dossier

    async def consent(self, dossier: Candidature, sent: object, by: Person | None = None) -> Candidature:
        """A member's agreement, after the opening."""
        given = Given(sent)
        given.only("siret", "consentement")
        siret = given.siret("siret")
        agreed = opening.consent(given.below("consentement"), int(self.now()))
        if siret and dossier.member(siret) is None:
            given.wrong("siret", "Cette entreprise ne figure pas dans la candidature.")
        given.refuse()
        agreed = agreed if by is None else replace(agreed, given_by=by)
        self._changeable(dossier)

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            members = tuple(replace(one, consent=agreed) if one.siret == siret else one for one in before.members)
            after, happened = planned(replace(before, members=members), self.sheets)
            return after, [("consentement.recu", {"membre": siret}), *happened]

        after = self.files.change(dossier.id, change, durable=True)
        self.collector.take_up(dossier.id)
        return after

    async def declare(
        self, dossier: Candidature, sent: object, uploads: Sequence[Upload] = (), by: Person | None = None
    ) -> Candidature:
        """Declarations and signatories, by a named person. `by`: who is signed in; else whom the portal names."""
        self._changeable(dossier)
        given = Given(sent)
        given.only("par", "declarations", "signataire", "membre")
        person = by or opening.person(given.below("par"))
        default = given.siret("membre", needed=False) or dossier.lead.siret
        documents = await self._received(uploads)
        made = self._declarations(dossier, given, person, default, documents)
        signing: list[Signatory] = []
        if given.has("signataire"):
            signing.append(signatory(given.below("signataire"), default))
        if dossier.member(default) is None:
            given.wrong("membre", "Cette entreprise ne figure pas dans la candidature.")
        if not made and not signing:
            given.wrong("declarations", "Il n'y a rien à déclarer.")
        if len(dossier.declarations) + len(made) > MOST_DECLARATIONS:
            given.wrong("declarations", f"Un dossier compte au plus {MOST_DECLARATIONS} déclarations.")
        given.refuse()
        await self._record("dossier_declared", dossier, None, default, count=len(made) + len(signing))

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            self._changeable(before)
            self._file(before, documents)
            kept = tuple(one for one in before.signatories if one.siret not in {new.siret for new in signing})
            after = replace(before, declarations=(*before.declarations, *made), signatories=(*kept, *signing))
            return after, [("declaration.recue", {"cle": one.key}) for one in made] or [("signataire.designe", {})]

        return self.files.change(dossier.id, change, durable=True)

    async def contest(
        self, dossier: Candidature, sent: object, uploads: Sequence[Upload] = (), by: Person | None = None
    ) -> Candidature:
        """What the company answers to a fact, with its files. Once: the first answer stays."""
        given = Given(sent)
        given.only("par", "piece", "texte")
        person = by or opening.person(given.below("par"))
        name, text = given.text("piece", needed=True, longest=120), given.text("texte", needed=True, longest=10_000)
        item = dossier.item(name)
        if name and item is None:
            given.wrong("piece", None, "00708")
        given.refuse()
        if dossier.standing is Standing.WITHDRAWN:
            raise refused("00717")
        documents = await self._received(uploads)
        contest = Contest(
            self.identifier(), name, text, person, int(self.now()), tuple(document for document, _ in documents)
        )
        self._contestable(dossier, name, by)
        await self._record("contested", dossier, None, name[:14], reason=f"pièce {name.partition(':')[2]}")

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            self._contestable(before, name, by)
            self._file(before, documents)
            items = tuple(
                replace(one, state=State.CONTESTED) if one.id == name and one.state is State.RETRIEVED else one
                for one in before.items
            )
            after = replace(before, contests=(*before.contests, contest), items=items)
            return after, [("contestation.recue", {"piece": name})]

        return self.files.change(dossier.id, change, durable=True)

    async def answer_contest(self, dossier: Candidature, identifier: str, text: str) -> Candidature:
        """What the buyer writes back."""
        contest = next((one for one in dossier.contests if one.id == identifier), None)
        if contest is None or not text.strip():
            raise refused("00701", "/reponse")
        await self._record("contest_answered", dossier, None, contest.item[:14])

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            contests = tuple(
                replace(one, answer=text.strip()[:10_000], answered_at=int(self.now())) if one.id == identifier else one
                for one in before.contests
            )
            piece = next(one.item for one in contests if one.id == identifier)
            return replace(before, contests=contests), [("contestation.repondue", {"piece": piece})]

        return self.files.change(dossier.id, change, durable=True)

    async def deposit(self, dossier: Candidature, sent: object, key: str = "", by: Person | None = None) -> Candidature:
        """Seal the file: what is known now, its digest in the log. A silent registry never prevents it."""
        given = Given(sent)
        given.only("par")
        person = by or opening.person(given.below("par"))
        given.refuse()
        request = f"depot {dossier.id} {key}" if key else ""
        if request and self.files.store.answered(dossier.habilitation_id, request) is not None:
            return self.files.get(dossier.id)
        self._depositable(dossier)
        if dossier.id in self._busy:
            raise refused("00711", detail="Le dépôt de ce dossier est déjà en cours.")
        self._busy.add(dossier.id)
        try:
            at = int(self.now())
            content = sealed_bytes(dossier, at, person)
            digest = hashlib.sha256(content).hexdigest()
            await self._record("dossier_sealed", dossier, None, digest=digest)

            def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
                self.files.store.file(before.id, content)
                if request:
                    self.files.store.remember(before.habilitation_id, request, digest, before.id, at)
                incomplete = tuple(one.id for one in dossier.items if not one.state.settled)
                seal = Seal(at, digest, person, incomplete, completions(dossier, before, at))
                return replace(before, standing=Standing.SEALED, seal=seal), [("dossier.depose", {"empreinte": digest})]

            return self.files.change(dossier.id, change, durable=True)
        finally:
            self._busy.discard(dossier.id)

    async def refresh(self, dossier: Candidature, sent: object) -> Candidature:
        """Move to a later phase, and ask again: named pieces, or those that are silent, missing or past their date."""
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
            self._changeable(dossier)
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
        if dossier.standing is Standing.WITHDRAWN:
            return dossier
        await self._record("dossier_withdrawn", dossier, consumer)

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            members = tuple(replace(one, consent=None, contact=Contact()) for one in before.members)
            after = replace(
                before, standing=Standing.WITHDRAWN, members=members, items=(), declarations=(), contests=(),
                signatories=(),
            )  # fmt: skip
            return after, [("dossier.retire", {})]

        after = self.files.change(dossier.id, change, durable=True)
        self.collector.queue.drop(dossier.id)
        return after

    def document(self, dossier: Candidature, digest: str) -> tuple[Document, bytes]:
        """A document of the file with its content. Raises 404 00404 through 00700 when it has none of this digest."""
        everything = [
            *(one for item in dossier.items for one in item.documents),
            *(one for declared in dossier.declarations for one in declared.documents),
            *(one for contest in dossier.contests for one in contest.documents),
        ]
        found = next((one for one in everything if one.sha256 == digest), None)
        content = self.files.store.content(dossier.id, digest) if found is not None else None
        if found is None or content is None:
            raise refused("00700", detail="Ce dossier n'a pas ce document.")
        return found, content

    def _possible(self, dossier: Candidature) -> Candidature:
        if dossier.refusal is not None and dossier.standing is Standing.REFUSED:
            raise refused(dossier.refusal[0], detail=dossier.refusal[1])
        return dossier

    def _changeable(self, dossier: Candidature) -> None:
        """Raises Problem when the file takes no more declarations."""
        self._possible(dossier)
        if dossier.standing is Standing.WITHDRAWN:
            raise refused("00717")
        if dossier.standing is Standing.SEALED:
            raise refused("00723")

    def _depositable(self, dossier: Candidature) -> None:
        self._possible(dossier)
        if dossier.standing is Standing.WITHDRAWN:
            raise refused("00717")
        if dossier.standing is Standing.SEALED:
            raise refused("00711")
        if dossier.tender.deadline is not None and dossier.tender.deadline <= self.now():
            raise refused("00703")
        missing = [
            fault("00716", f"/declarations/{one.key}", f"{member.siret} : « {one.candidate} » n'est pas déclaré.")
            for member, one in undeclared(dossier, self.sheets)
        ]
        missing += [
            fault("00716", "/consentement", f"{member.siret} n'a pas consenti à figurer dans cette candidature.")
            for member in dossier.members
            if member.consent is None
        ]
        if missing:
            raise all_of(missing)

    def _contestable(self, dossier: Candidature, name: str, by: Person | None) -> None:
        if any(one.item == name for one in dossier.contests):
            raise refused("00712")
        item = dossier.item(name)
        # Through a portal, whether a protected piece holds anything must not show: it takes the text either way.
        if by is not None and item is not None and item.value is None:
            raise refused("00724")

    def _declarations(
        self,
        dossier: Candidature,
        given: Given,
        person: Person,
        default: str,
        documents: Sequence[tuple[Document, bytes]],
    ) -> list[Declaration]:
        made: list[Declaration] = []
        names = {document.name: document for document, _ in documents}
        for row in given.each("declarations", 100):
            row.only("cle", "membre", "valeur", "fichiers")
            siret = row.siret("membre", needed=False) or default
            member = dossier.member(siret)
            question = self.sheets.questions.get(row.text("cle", needed=True, longest=80))
            if member is None:
                row.wrong("membre", "Cette entreprise ne figure pas dans la candidature.")
                continue
            if question is None or not answerable(dossier, question, member):
                row.wrong("cle", None, "00708")
                continue
            wanted = row.texts("fichiers", MOST_UPLOADS, 200)
            if unknown := [name for name in wanted if name not in names]:
                row.wrong("fichiers", f"Le fichier « {unknown[0]} » n'a pas été envoyé.")
                continue
            files = [names[name] for name in wanted]
            one = declaration(self.identifier(), question, siret, row, person, int(self.now()), files)
            if one is not None:
                made.append(one)
        return made

    async def _received(self, uploads: Sequence[Upload]) -> list[tuple[Document, bytes]]:
        if len(uploads) > MOST_UPLOADS:
            raise refused("00713", detail=f"Au plus {MOST_UPLOADS} fichiers à la fois.")
        return [(await received(content, name), content) for name, content in uploads]

    def _file(self, dossier: Candidature, documents: Sequence[tuple[Document, bytes]]) -> None:
        for _, content in documents:
            self.files.store.file(dossier.id, content)

    async def _record(
        self, event: str, dossier: Candidature, consumer: Consumer | None, siret: str = "", **more: Any
    ) -> None:
        facts: Mapping[str, Any] = {
            "dossier": dossier.id,
            **self.recorder.commitments((siret or dossier.lead.siret)[:9], None),
            **more,
        }
        if consumer is not None:
            facts = {
                **facts,
                "habilitation": consumer.habilitation_id,
                "consumer": consumer.siret,
                "purpose": consumer.purpose,
            }
        await self.recorder.event(event, **facts)


def day(now: float) -> str:
    """The day in Paris, `YYYY-MM-DD`."""
    return datetime.fromtimestamp(now, PARIS).date().isoformat()


def _taken_over(dossier: Candidature, token_id: str) -> Candidature:
    """The file under another token: what waited for the first one's end is asked again now."""
    items = tuple(
        replace(one, next_at=None, attempts=0)
        if not one.state.settled and one.provenance is not None and one.provenance.code in ("00103", "00105", "00106")
        else one
        for one in dossier.items
    )
    return replace(dossier, token_id=token_id, items=items)


def _past(state: State, provenance: Any, today: str) -> bool:
    if state is State.MISSING:
        return True
    return provenance is not None and bool(provenance.valid_until) and provenance.valid_until < today
