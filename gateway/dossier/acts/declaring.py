# SPDX-License-Identifier: EUPL-1.2
"""What a company agrees to and declares about itself, by a named person. Raises Problem."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.dossier import opening
from gateway.dossier.acts.acting import MOST_UPLOADS, Upload
from gateway.dossier.acts.requesting import Requests
from gateway.dossier.checking import plain_name
from gateway.dossier.declaring import declaration, signatory
from gateway.dossier.espd.questions import answer, question
from gateway.dossier.espd.request import Request
from gateway.dossier.files import Happened
from gateway.dossier.given import Given
from gateway.dossier.planning import answerable, planned
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature, Declaration, Document, Person, Signatory

MOST_DECLARATIONS = 500
MOST_DOCUMENTS = 20
TOO_MANY = f"Un dossier compte au plus {MOST_DECLARATIONS} déclarations."


class Declares(Requests):
    """Takes agreements, declarations and signatories; answers to the buyer's own questions among them."""

    __slots__ = ()

    async def consent(self, dossier: Candidature, sent: object, by: Person | None = None) -> Candidature:
        """A member's agreement, after the opening."""
        given = Given(sent)
        given.only("siret", "consentement")
        siret = given.siret("siret")
        dossier = self.files.get(dossier.id)  # as it is now, and not when a body began to come
        agreed = opening.consent(given.below("consentement"), int(self.now()))
        if siret and dossier.member(siret) is None:
            given.wrong("siret", "Cette entreprise ne figure pas dans la candidature.")
        given.refuse()
        agreed = agreed if by is None else replace(agreed, given_by=by)
        self.changeable(dossier)
        self.undisturbed(dossier)
        await self.record("dossier_declared", dossier, None, siret, product="consentement", count=1)

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            self.changeable(before)
            self.undisturbed(before)
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
        self.changeable(dossier)
        given = Given(sent)
        given.only("par", "declarations", "signataire", "membre")
        person = by or opening.person(given.below("par"))
        default = given.siret("membre", needed=False) or dossier.lead.siret
        documents = await self.received(uploads)
        request = await self.asked(dossier) if dossier.request is not None else None
        made = self._declarations(dossier, given, person, default, documents, request)
        signing: list[Signatory] = []
        if given.has("signataire"):
            signing.append(signatory(given.below("signataire"), default))
        if dossier.member(default) is None:
            given.wrong("membre", "Cette entreprise ne figure pas dans la candidature.")
        if not made and not signing:
            given.wrong("declarations", "Il n'y a rien à déclarer.")
        if len(dossier.declarations) + len(made) > MOST_DECLARATIONS:
            given.wrong("declarations", TOO_MANY)
        given.refuse()
        _all_named(given, documents, made)
        await self.record("dossier_declared", dossier, None, default, count=len(made) + len(signing))

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            self.changeable(before)
            self.undisturbed(before)
            if len(before.declarations) + len(made) > MOST_DECLARATIONS:
                raise refused("00701", "/declarations", TOO_MANY)
            self.file(before, documents)
            kept = tuple(one for one in before.signatories if one.siret not in {new.siret for new in signing})
            after = replace(before, declarations=(*before.declarations, *made), signatories=(*kept, *signing))
            return after, [("declaration.recue", {"cle": one.key}) for one in made] or [("signataire.designe", {})]

        return self.files.change(dossier.id, change, durable=True)

    def _declarations(
        self,
        dossier: Candidature,
        given: Given,
        person: Person,
        default: str,
        documents: Sequence[tuple[Document, bytes]],
        request: Request | None,
    ) -> list[Declaration]:
        made: list[Declaration] = []
        names = {document.name: document for document, _ in documents}
        for rank, (document, _) in enumerate(documents):
            if names[document.name] is not document:
                given.wrong(f"fichiers/{rank}", f"Deux fichiers portent le même nom : « {document.name} ».")
        for row in given.each("declarations", 100):
            row.only("cle", "membre", "valeur", "fichiers", "deja_joints")
            siret = row.siret("membre", needed=False) or default
            member = dossier.member(siret)
            key = row.text("cle", needed=True, longest=200)
            found, posed = self.sheets.questions.get(key), question(request, key)
            if member is None:
                row.wrong("membre", "Cette entreprise ne figure pas dans la candidature.")
                continue
            if posed is None and (found is None or not answerable(dossier, found, member)):
                row.wrong("cle", None, "00708")
                continue
            wanted = [plain_name(name) for name in row.texts("fichiers", MOST_UPLOADS, 200)]
            if unknown := [name for name in wanted if name not in names]:
                row.wrong("fichiers", f"Le fichier « {unknown[0]} » n'a pas été envoyé.")
                continue
            kept = {
                document.sha256: document
                for known in dossier.declarations
                if known.key == key and known.siret == siret
                for document in known.documents
            }
            again = row.texts("deja_joints", MOST_DOCUMENTS, 64)
            if unknown := [digest for digest in again if digest not in kept]:
                row.wrong("deja_joints", f"Aucun fichier joint à cette déclaration n'a l'empreinte {unknown[0]}.")
                continue
            files = list({one.sha256: one for one in (*map(kept.get, again), *map(names.get, wanted)) if one}.values())
            if len(files) > MOST_DOCUMENTS:
                row.wrong("fichiers", f"Une déclaration porte au plus {MOST_DOCUMENTS} fichiers.")
                continue
            at = int(self.now())
            if posed is not None:
                one = answer(self.identifier(), *posed, siret, row, person, at, files)
            elif found is not None:
                one = declaration(self.identifier(), found, siret, row, person, at, files)
            if one is not None:
                made.append(one)
        return made


def _all_named(given: Given, documents: Sequence[tuple[Document, bytes]], made: Sequence[Declaration]) -> None:
    """Raises 422 for a file that no answer names: it would be kept for years, and nobody would ever see it."""
    named = {document.sha256 for one in made for document in one.documents}
    for rank, (document, _) in enumerate(documents):
        if document.sha256 not in named:
            given.wrong(f"fichiers/{rank}", f"Aucune déclaration ne nomme ce fichier : « {document.name} ».")
    given.refuse()
