# SPDX-License-Identifier: EUPL-1.2
"""The deposit: what is known is sealed, its digest durable in the log before the file is. Raises Problem."""

import hashlib
from dataclasses import replace

import orjson

from gateway.dossier import opening
from gateway.dossier.acts.acting import Acting
from gateway.dossier.files import Happened
from gateway.dossier.given import Given
from gateway.dossier.planning import undeclared
from gateway.dossier.refusals import all_of, fault, refused
from gateway.dossier.sealing import completions, sealed_bytes
from gateway.dossier.values import Candidature, Person, Seal
from gateway.dossier.words import Standing


class Deposits(Acting):
    """Seals files."""

    __slots__ = ()

    async def deposit(self, dossier: Candidature, sent: object, key: str = "", by: Person | None = None) -> Candidature:
        """Seal the file: what is known now, its digest in the log. A silent registry never prevents it."""
        given = Given(sent)
        given.only("par")
        person = by or opening.person(given.below("par"))
        given.refuse()
        dossier = self.files.get(dossier.id)  # as it is now, and not when a body began to come
        request = f"depot\0{dossier.id}\0{key}" if key else ""
        asked = hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()
        known = self.files.store.answered(dossier.habilitation_id, request) if request else None
        if known is not None:
            if known[0] != asked:
                raise refused("00710")
            if dossier.standing is Standing.WITHDRAWN:
                raise refused("00717")
            return dossier
        self._depositable(dossier)
        self.undisturbed(dossier)
        self.busy.add(self.sealing(dossier))
        try:
            at = int(self.now())
            content = sealed_bytes(dossier, at, person)
            digest = hashlib.sha256(content).hexdigest()
            record = await self.record("dossier_sealed", dossier, None, digest=digest)

            def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
                self.possible(before)
                self.files.store.file(before.id, content)
                if request:
                    self.files.store.remember(before.habilitation_id, request, asked, before.id, at)
                incomplete = tuple(one.id for one in dossier.items if not one.state.settled)
                seal = Seal(at, digest, person, incomplete, completions(dossier, before, at), record)
                return replace(before, standing=Standing.SEALED, seal=seal), [("dossier.depose", {"empreinte": digest})]

            return self.files.change(dossier.id, change, durable=True)
        finally:
            self.busy.discard(self.sealing(dossier))

    def _depositable(self, dossier: Candidature) -> None:
        self.possible(dossier)
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
