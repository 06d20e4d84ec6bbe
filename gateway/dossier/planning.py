# SPDX-License-Identifier: EUPL-1.2
"""Which items a file has: those the sheets ask of each consenting member, at this phase, knowing what is known now."""

from dataclasses import replace

from gateway.dossier.asking import traits
from gateway.dossier.files import Happened
from gateway.dossier.rules import Piece, Question, Sheets
from gateway.dossier.silence import silent
from gateway.dossier.values import Candidature, Item, Member
from gateway.dossier.words import Source

IDENTITY = "identite"


def planned(dossier: Candidature, sheets: Sheets) -> tuple[Candidature, list[Happened]]:
    """The file with the items that have become due, and what happened: one event for each."""
    added: list[Item] = []
    for member in dossier.members:
        if member.consent is None:
            continue  # nothing is asked about who has not agreed
        known, identified = traits(member, dossier.tender.kind, dossier.item(f"{member.siret}:{IDENTITY}"))
        early = dossier.early and member.consent.early
        for piece in sheets.due(known, dossier.phase, early, identified, dossier.wanted):
            if piece.product.registry == "boamp" and dossier.tender.source is not Source.BOAMP:
                continue
            item = _item(member, piece)
            if dossier.item(item.id) is None:
                added.append(item)
    if not added:
        return dossier, []
    return replace(dossier, items=(*dossier.items, *added)), [("piece.attendue", {"piece": one.id}) for one in added]


def declarable(dossier: Candidature, sheets: Sheets, member: Member) -> list[Question]:
    """What a member is asked to declare: what suits the market and the company, and nobody has said."""
    known, _ = traits(member, dossier.tender.kind, dossier.item(f"{member.siret}:{IDENTITY}"))
    return [
        one
        for one in sheets.declarable(known, dossier.phase)
        if one.silent is None or silent(dossier, member, one.silent)
    ]


def answerable(dossier: Candidature, question: Question, member: Member) -> bool:
    """Whether a member may declare it: what suits the market, even where its own size does not require it.

    Also what Sirene says: to refuse it would tell a portal what a protected answer holds. The registry's word prevails.
    """
    known, _ = traits(member, dossier.tender.kind, None)
    return not question.when.any_of or any(one.market(known) for one in question.when.any_of)


def undeclared(dossier: Candidature, sheets: Sheets) -> list[tuple[Member, Question]]:
    """What a file cannot be deposited without, and nobody declared."""
    return [
        (member, one)
        for member in dossier.members
        for one in declarable(dossier, sheets, member)
        if one.required and dossier.declared(one.key, member.siret) is None
    ]


def _item(member: Member, piece: Piece) -> Item:
    return Item(
        key=piece.key,
        siret=member.siret,
        label=piece.buyer,
        phase=piece.phase,
        access=piece.access,
        criterion=piece.criterion,
        category=piece.category,
        requested=" ; ".join(piece.basis),
    )
