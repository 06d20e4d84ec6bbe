# SPDX-License-Identifier: EUPL-1.2
"""What every act on a file needs: the files, the clock, the log, and what a file's standing allows."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.kit.paris import PARIS
from gateway.audit.recording import Recorder
from gateway.dossier.checking import plain_name, received
from gateway.dossier.collect import Collector
from gateway.dossier.files import Files
from gateway.dossier.opening import Opening
from gateway.dossier.refusals import all_of, fault, refused
from gateway.dossier.rules import Sheets
from gateway.dossier.values import Candidature, Document
from gateway.dossier.words import Standing
from gateway.problems import Fault, Problem
from gateway.values import Consumer

MOST_UPLOADS = 10
Upload = tuple[str, bytes]
"""A file that was sent: its name and its content."""


@dataclass(slots=True)
class Acting:
    """What acts share. `identifier`: new UUIDs; `now`: epoch seconds. `busy`: what is under way and happens once."""

    files: Files
    sheets: Sheets
    collector: Collector
    opening: Opening
    recorder: Recorder
    identifier: Callable[[], str]
    now: Callable[[], float]
    busy: set[str] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def possible(self, dossier: Candidature) -> Candidature:
        """The file, unless no application can come of it. Raises Problem."""
        if dossier.refusal is not None and dossier.standing is Standing.REFUSED:
            raise refused(dossier.refusal[0], detail=dossier.refusal[1])
        return dossier

    def changeable(self, dossier: Candidature) -> None:
        """Raises Problem when the file takes no more declarations."""
        self.possible(dossier)
        if dossier.standing is Standing.WITHDRAWN:
            raise refused("00717")
        if dossier.standing is Standing.SEALED:
            raise refused("00723")

    def undisturbed(self, dossier: Candidature) -> None:
        """Raises 409 00711 while the file's deposit or withdrawal is being recorded: it would be sealed without."""
        if self.sealing(dossier) in self.busy:
            raise refused("00711", detail="Le dépôt ou le retrait de ce dossier est déjà en cours.")

    @staticmethod
    def sealing(dossier: Candidature) -> str:
        """What is under way while a file is deposited or withdrawn."""
        return f"fin {dossier.id}"

    async def received(self, uploads: Sequence[Upload]) -> list[tuple[Document, bytes]]:
        """The files that came with an act, each by what it holds. Raises 413 00713, 415 00714."""
        if len(uploads) > MOST_UPLOADS:
            raise refused("00713", detail=f"Au plus {MOST_UPLOADS} fichiers à la fois.")
        found: list[tuple[Document, bytes]] = []
        faults: list[Fault] = []
        for rank, (name, content) in enumerate(uploads):
            try:
                found.append((await received(content, name), content))
            except Problem as wrong:
                one = wrong.faults[0]
                faults.append(fault(one.code, f"/fichiers/{rank}", f"« {plain_name(name)} » : {one.detail}"))
        if faults:
            raise all_of(faults)
        return found

    def file(self, dossier: Candidature, documents: Sequence[tuple[Document, bytes]]) -> None:
        """Keep what they hold with the file."""
        for _, content in documents:
            self.files.store.file(dossier.id, content)

    async def record(
        self, event: str, dossier: Candidature, consumer: Consumer | None, siret: str = "", **more: Any
    ) -> int:
        """Say in the log what is about to be done; the record's number.

        `siret`: whom it is about, the file's first company by default.
        """
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
        return await self.recorder.event(event, **facts)


def day(now: float) -> str:
    """The day in Paris, `YYYY-MM-DD`."""
    return datetime.fromtimestamp(now, PARIS).date().isoformat()
