# SPDX-License-Identifier: EUPL-1.2
"""What can be done with a file: open, read, consent, declare, contest, deposit, refresh, withdraw. Raises Problem.

Who may is checked first (`of`, `of_company`), then what is asked, then the record is durable, and only then the file
changes: a deposit that could not be recorded did not take place. Pages and the API go through here; each act is a
module of `acts/`.
"""

from collections.abc import Collection
from dataclasses import replace

from gateway.dossier.acts.contesting import Contests
from gateway.dossier.acts.declaring import Declares
from gateway.dossier.acts.depositing import Deposits
from gateway.dossier.acts.following import Follows
from gateway.dossier.acts.opening import Opens
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature, Document
from gateway.values import Consumer


class Desk(Opens, Declares, Contests, Deposits, Follows):
    """The counter: every act, on the same files, with the same clock and log."""

    __slots__ = ()

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


def _taken_over(dossier: Candidature, token_id: str) -> Candidature:
    """The file under another token: what waited for the first one's end is asked again now."""
    items = tuple(
        replace(one, next_at=None, attempts=0)
        if not one.state.settled and one.provenance is not None and one.provenance.code in ("00103", "00105", "00106")
        else one
        for one in dossier.items
    )
    return replace(dossier, token_id=token_id, items=items)
