# SPDX-License-Identifier: EUPL-1.2
"""What an answer, or its absence, means for the file it is put into: pure, and applied by the collection."""

from dataclasses import replace

from gateway.dossier import asking
from gateway.dossier.checking import holds
from gateway.dossier.files import Happened
from gateway.dossier.rules import Piece
from gateway.dossier.values import Candidature, Completion, Document, Item
from gateway.dossier.words import Outcome, Source, Standing, State

GOES_ON_S = 30 * 86_400
"""How long after its deposit an incomplete file is still completed."""


def with_document(item: Item, piece: Piece, document: Document) -> Item:
    """The item with its certificate: only one that opens and holds proves anything."""
    outcome = item.outcome
    if piece.certificate and not item.against:
        outcome = Outcome.COMPLIANT if holds(document) else Outcome.UNKNOWN
    return replace(item, documents=(document,), outcome=outcome)


def followed(
    dossier: Candidature, before: Item, after: Item, now: int, piece: Piece
) -> tuple[Candidature, list[Happened]]:
    """What an answer means for its file: a notice to compare, no application possible, a sealed file completed."""
    happened: list[Happened] = []
    if after.key == "avis_boamp" and after.state is State.RETRIEVED and dossier.tender.source is Source.BOAMP:
        dossier = replace(dossier, tender=asking.compared(dossier.tender, after))
    if dossier.standing is Standing.OPEN and (why := asking.verdict(dossier, after)) is not None:
        dossier = replace(dossier, standing=Standing.REFUSED, refusal=why)
        happened.append(("dossier.irrecevable", {"code": why[0]}))
    if dossier.seal is not None and before.state is not after.state and after.state.settled:
        completion = Completion(after.id, before.state, after.state, now)
        seal = replace(dossier.seal, completions=(*dossier.seal.completions, completion))
        dossier = replace(dossier, seal=seal)
        happened.append(("piece.completee", {"piece": after.id}))
    if dossier.seal is not None and piece.watch and (new := _new_notices(before, after)):
        happened.append(("alerte.procedure_collective", {"piece": after.id, "annonces": new}))
    return dossier, happened


def _new_notices(before: Item, after: Item) -> list[str]:
    """The insolvency notices that were not there the last time; none when there was no last time to compare with."""
    if before.provenance is None or not before.state.settled:
        return []
    return sorted(_signs(after) - _signs(before))


def _signs(item: Item) -> set[str]:
    rows = item.value if isinstance(item.value, list) else []
    return {str(row.get("identifiant")) for row in rows if row.get("defaillance_signalee") is True}


def stop(dossier: Candidature) -> int:
    """When asking again ends: the deadline, or, once deposited, a month later."""
    if dossier.seal is not None:
        return min(dossier.until, dossier.seal.at + GOES_ON_S)
    return dossier.tender.deadline or dossier.created_at + GOES_ON_S


def given_up() -> asking.Failure:
    said = "La réponse de ce registre a plusieurs fois arrêté ce service : elle n'est redemandée que sur demande."
    return asking.Failure(State.UNAVAILABLE, Outcome.UNAVAILABLE, "", said, None)


def not_connected(said: str) -> asking.Failure:
    return asking.Failure(State.MISSING, Outcome.UNKNOWN, "", said, None)


def left_behind(before: Candidature, after: Candidature, item: Item) -> list[str]:
    """Digests that an item held before it was answered anew, and nothing of the file holds any more.

    Once a file is deposited everything stays: what was sealed, and what came since.
    """
    if after.seal is not None or (was := before.item(item.id)) is None:
        return []
    held = {one.sha256 for row in after.items for one in row.documents}
    held |= {one.sha256 for row in after.declarations for one in row.documents}
    held |= {one.sha256 for row in after.contests for one in row.documents}
    held |= {one.provenance.answer for one in after.items if one.provenance is not None}
    held |= {after.request.sha256} if after.request is not None else set()
    old = [one.sha256 for one in was.documents] + ([was.provenance.answer] if was.provenance is not None else [])
    return [digest for digest in old if digest and digest not in held]
