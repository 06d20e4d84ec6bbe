# SPDX-License-Identifier: EUPL-1.2
"""The buyer's ESPD request, given to a file by the portal: read as hostile, held against the file, kept and recorded.

Until the deposit a corrected request replaces the one before it; the same one again changes nothing. Raises Problem.
"""

import asyncio
import hashlib
from dataclasses import replace
from functools import lru_cache

from gateway.dossier.acts.acting import Acting
from gateway.dossier.espd.fitting import fitted
from gateway.dossier.espd.request import Request, read
from gateway.dossier.files import Happened
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature

IN_MEMORY = 8
"""Requests kept as read, whoever's they are: one is read again whenever one of its questions is answered."""


class Requests(Acting):
    """Takes buyers' requests, and reads them again."""

    __slots__ = ()

    async def ask(self, dossier: Candidature, content: bytes) -> Candidature:
        """Take the request. Raises 409 00762 for another procedure's, 422 for one that cannot be answered."""
        self.changeable(dossier)
        request = await asyncio.to_thread(read, content)
        digest = hashlib.sha256(content).hexdigest()
        if dossier.request is not None and dossier.request.sha256 == digest:
            return dossier
        kept = fitted(request, dossier, digest, len(content), int(self.now()))
        await self.record("dossier_declared", dossier, None, product="dume_acheteur", digest=digest)

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            self.changeable(before)
            self.undisturbed(before)
            self.files.store.file(before.id, content)
            return replace(before, request=kept), [("dume_acheteur.recu", {"empreinte": digest})]

        return self.files.change(dossier.id, change, durable=True)

    async def asked(self, dossier: Candidature) -> Request:
        """The request a file answers, whole. Raises 404 00700 when it has none."""
        if dossier.request is None:
            raise refused("00700", detail="Ce dossier n'a pas de DUME de l'acheteur.")
        return await asyncio.to_thread(_again, self.asked_bytes(dossier))

    def asked_bytes(self, dossier: Candidature) -> bytes:
        """The request as it was received. Raises 404 00700."""
        content = self.files.store.content(dossier.id, dossier.request.sha256) if dossier.request else None
        if content is None:
            raise refused("00700", detail="Ce dossier n'a pas de DUME de l'acheteur.")
        return content


@lru_cache(maxsize=IN_MEMORY)
def _again(content: bytes) -> Request:
    return read(content)
