# SPDX-License-Identifier: EUPL-1.2
"""One deposited file as the buyer's page tells it: facts with sources, declarations apart, contests, changes since."""

from dataclasses import dataclass, replace
from typing import Any

from gateway.dossier.comparing import SECTIONS, Column, Entry, column, entry, section_of
from gateway.dossier.export.exporting import lots_of
from gateway.dossier.export.lines import latest, said
from gateway.dossier.export.member import ROLES
from gateway.dossier.export.sources import day, declared_by
from gateway.dossier.rules import Sheets
from gateway.dossier.telling import view
from gateway.dossier.values import Candidature, Contest, Declaration, Document, Item, Member, Signatory
from gateway.dossier.words import Audience, Phase

STATES = {
    "en_attente": ("En attente du registre", "attente"),
    "indisponible": ("Registre indisponible", "attente"),
    "recuperee": ("Récupéré à la source", "bien"),
    "contestee": ("Contesté par l'entreprise", "info"),
    "declaree": ("Déclaré", "info"),
    "manquante": ("Manquant", "neutre"),
    "non_delivree": ("Non délivré", "info"),
    "hors_perimetre": ("Hors périmètre", "neutre"),
    "non_demandee": ("Non demandé", "neutre"),
    "non_declare": ("Non déclaré", "neutre"),
}
"""How a state is said to a buyer, and its colour: what is missing has none."""
PHASES = {
    Phase.CANDIDATURE: "candidature",
    Phase.INSTRUCTION: "instruction",
    Phase.ATTRIBUTION: "attribution envisagée",
    Phase.FOLLOW_UP: "suivi du marché",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing asked of a registry. `receipt`: where its proof is, or ""; `since`: what it was at the deposit."""

    item: Item
    entry: Entry
    registry: str
    receipt: str
    since: str


@dataclass(frozen=True, slots=True)
class Said:
    """A declaration in words. `replaced`: a later one counts."""

    one: Declaration
    text: str
    by: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class Company:
    """What the file says of one company. `espd`: the lots for which an ESPD can be asked, None for the whole tender."""

    member: Member
    name: str
    role: str
    sections: tuple[tuple[str, tuple[Piece, ...]], ...]
    declarations: tuple[Said, ...]
    signatory: Signatory | None
    espd: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Contested:
    """A contest beside the fact it answers."""

    one: Contest
    piece: Piece | None
    who: str


def told(dossier: Candidature, sheets: Sheets, public_url: str, today: str) -> dict[str, Any]:
    """What the template shows. Goes through the buyer's view, so that nothing is told here that it does not tell."""
    seen = view(dossier, Audience.BUYER, sheets, public_url=public_url)
    known = column(dossier, today)
    visible = {one["id"]: one for one in seen["pieces"] if one["etat"] != "protegee"}
    since = {one["piece"]: one for one in (seen["depot"] or {}).get("completees_depuis", ())}
    pieces = {
        item.id: _piece(item, known, visible[item.id], since.get(item.id))
        for item in dossier.items
        if item.id in visible
    }
    several = len(dossier.members) > 1
    contests = [
        Contested(one, pieces.get(one.item), known.named(member) if several and member else "")
        for one in dossier.contests
        if one.item in visible
        for member in (dossier.member(one.item[:14]),)
    ]
    return {
        "dossier": dossier,
        "nom": known.name,
        "depot": seen["depot"],
        "phase": PHASES[dossier.phase],
        "peut_attribuer": dossier.phase.rank < Phase.ATTRIBUTION.rank,
        "entreprises": [_company(dossier, member, known, pieces) for member in dossier.members],
        "contestations": contests,
        "a_examiner": [one for one in pieces.values() if one.item.against],
        "absentes": [one for one in pieces.values() if one.entry.state in ("manquante", "en_attente", "indisponible")],
        "completees": [one for one in pieces.values() if one.since],
        "etats": STATES,
        "papiers": papers,
    }


def papers(documents: tuple[Document, ...]) -> list[dict[str, Any]]:
    """Documents as they are linked to: name, kilobytes, digest, and what was checked."""
    return [
        {
            "nom": one.name,
            "kio": max(1, one.size // 1024),
            "sha256": one.sha256,
            "remarques": one.checks.notes if one.checks else (),
            "signature": one.checks.signature if one.checks else None,
        }
        for one in documents
    ]


def _piece(item: Item, known: Column, seen: dict[str, Any], since: dict[str, Any] | None) -> Piece:
    texts = known.words.get(item.id, ())
    before = ""
    if since is not None:
        words = STATES[since["au_depot"]][0].lower()
        before = f"Au dépôt : {words}. Complété le {day(str(since['le']))}."
    source = seen["provenance"] or {}
    found = replace(entry(known, item, texts), who="")
    return Piece(item, found, seen["registre"], source.get("recu") or "", before)


def _company(dossier: Candidature, member: Member, known: Column, pieces: dict[str, Piece]) -> Company:
    own = [one for one in pieces.values() if one.item.siret == member.siret]
    sections = [(title, tuple(one for one in own if section_of(one.item) == category)) for category, title in SECTIONS]
    counting = {one.id for one in latest(dossier, member)}
    made = [one for one in dossier.declarations if one.siret == member.siret]
    return Company(
        member=member,
        name=known.named(member),
        role=ROLES[member.role],
        sections=tuple((title, found) for title, found in sections if found),
        declarations=tuple(Said(one, said(one.value), declared_by(one), one.id not in counting) for one in made),
        signatory=dossier.signatory(member.siret),
        espd=lots_of(dossier, member),
    )
