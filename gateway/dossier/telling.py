# SPDX-License-Identifier: EUPL-1.2
"""A file as each audience may see it. What is not theirs is not blanked but absent, refusals and missing alike.

public          open data only; of protected pieces, their name: nothing more, not even when a registry answered
portail         the same, whether each registry was asked, and what was declared through it
entreprise      everything about the companies the signed-in representative acts for, facts against them first
acheteur        everything, once deposited: what was known then, and what came since
"""

from collections.abc import Collection, Mapping
from typing import Any

from gateway.dossier.espd.questions import summary
from gateway.dossier.refusals import refused
from gateway.dossier.rules import Sheets
from gateway.dossier.spoken import (
    consent_told,
    contest_told,
    declaration_told,
    document_told,
    person_told,
    provenance_told,
    signatory_told,
    tender_told,
    written,
)
from gateway.dossier.store import Event
from gateway.dossier.values import Candidature, Contest, Declaration, Item, Member
from gateway.dossier.words import Access, Audience, Standing

HIDDEN = "protegee"


def view(
    dossier: Candidature, audience: Audience, sheets: Sheets, *, sirens: Collection[str] = (), public_url: str = ""
) -> dict[str, Any]:
    """The file for an audience. `sirens`: the companies a representative acts for. Raises 403 00721 and 00725."""
    if audience is Audience.BUYER and dossier.seal is None:
        raise refused("00721")
    if audience is Audience.REPRESENTATIVE and not any(member.siren in sirens for member in dossier.members):
        raise refused("00725")
    seen = Seen(audience, frozenset(sirens))
    items = [_item(one, seen, dossier, sheets, public_url) for one in dossier.items]
    found: dict[str, Any] = {
        "id": dossier.id,
        "numero": dossier.number,
        "etat": dossier.standing.value,
        "phase": dossier.phase.value,
        "ouvert_le": written(dossier.created_at),
        "complet": _complete(dossier, seen),
        "dume_acheteur": summary(dossier.request) if dossier.request else None,
        "consultation": tender_told(dossier.tender),
        "type_marche": dossier.tender.kind.value,
        "groupement": dossier.form.value,
        "lots": list(dossier.lots),
        "membres": [_member(one, seen) for one in dossier.members],
        "pieces": items,
        "progression": progress(dossier, audience, sirens),
    }
    if dossier.refusal is not None:
        found["motif"] = {"code": dossier.refusal[0], "detail": dossier.refusal[1]}
    if audience is not Audience.PUBLIC:
        found["declarations"] = [declaration_told(one) for one in dossier.declarations if seen.declaration(one)]
        found["signataires"] = [signatory_told(one) for one in dossier.signatories if seen.company(one.siret)]
        found["contestations"] = [contest_told(one) for one in dossier.contests if seen.contest(one, dossier)]
        found["depot"] = _seal(dossier, seen)
        found["efface_le"] = written(dossier.until)
    if audience is Audience.PORTAL:
        found["marche"] = dossier.market or None
        found["reference_portail"] = dossier.portal_reference
        found["retour"] = dossier.return_url
        found["notification"] = dossier.webhook.url if dossier.webhook else None
    return found


def progress(dossier: Candidature, audience: Audience, sirens: Collection[str] = ()) -> dict[str, int]:
    """How many pieces are expected, and of how many the registry was asked. For an open page: of open pieces only."""
    seen = Seen(audience, frozenset(sirens))
    counted = [one for one in dossier.items if audience is not Audience.PUBLIC or seen.item(one)]
    return {"attendues": len(counted), "interrogees": sum(map(_asked, counted))}


def told(
    event: Event,
    dossier: Candidature,
    audience: Audience,
    sheets: Sheets,
    *,
    sirens: Collection[str] = (),
    public_url: str = "",
) -> dict[str, Any]:
    """An event for an audience: what happened, and the piece as that audience sees it."""
    body: dict[str, Any] = {
        "evenement": event.name,
        "candidature": event.dossier,
        "rang": event.seq,
        "le": written(event.at),
        "etat": dossier.standing.value,
    }
    if dossier.market:
        body |= {"marche": dossier.market, "reference_portail": dossier.portal_reference}
    item = dossier.item(str(event.facts.get("piece", "")))
    seen = Seen(audience, frozenset(sirens))
    if item is not None:
        body["piece"] = _item(item, seen, dossier, sheets, public_url)
    for name in ("code", "valable_jusqu_au", "annonces"):
        if name in event.facts and (item is None or seen.item(item) or event.name.startswith("alerte.")):
            body[name] = event.facts[name]
    return body


def tellable(event: Event, dossier: Candidature, audience: Audience, sirens: Collection[str] = ()) -> bool:
    """Whether an audience may know of an event at all.

    Contests of protected pieces tell too much; to an open page, so does the moment at which their registry answers.
    """
    item = dossier.item(str(event.facts.get("piece", "")))
    shown = item is not None and Seen(audience, frozenset(sirens)).item(item)
    if event.name in ("contestation.recue", "contestation.repondue"):
        return shown
    return item is None or shown or audience is not Audience.PUBLIC or event.name == "piece.attendue"


class Seen:
    """What an audience may see."""

    def __init__(self, audience: Audience, sirens: frozenset[str]) -> None:
        self.audience = audience
        self._sirens = sirens

    def company(self, siret: str) -> bool:
        """All that is said about a company."""
        if self.audience is Audience.REPRESENTATIVE:
            return siret[:9] in self._sirens
        return self.audience is Audience.BUYER

    def item(self, item: Item) -> bool:
        """What an item says."""
        return item.access is Access.PUBLIC or self.company(item.siret)

    def declaration(self, one: Declaration) -> bool:
        """A declaration: the portal sees those made through it."""
        return self.company(one.siret) or (self.audience is Audience.PORTAL and one.by.proved == "portail")

    def contest(self, one: Contest, dossier: Candidature) -> bool:
        """What a company answered to a fact, where the fact itself may be seen."""
        item = dossier.item(one.item)
        return item is not None and self.audience is not Audience.PUBLIC and self.item(item)


def _item(item: Item, seen: Seen, dossier: Candidature, sheets: Sheets, public_url: str) -> dict[str, Any]:
    piece = sheets.pieces.get(item.key)
    label = piece.candidate if piece is not None and seen.audience is not Audience.BUYER else item.label
    found: dict[str, Any] = {
        "id": item.id,
        "cle": item.key,
        "membre": item.siret,
        "libelle": label,
        "categorie": item.category,
        "phase": item.phase.value,
        "acces": item.access.value,
        "registre": piece.product.provider if piece is not None else "",
    }
    if not seen.item(item):
        asked = {} if seen.audience is Audience.PUBLIC else {"interrogee": _asked(item)}
        return {**found, "etat": HIDDEN, **asked}
    return {
        **found,
        "etat": item.state.value,
        "issue": item.outcome.value if item.outcome else None,
        "valeur": item.value,
        "documents": [document_told(one) for one in item.documents],
        "provenance": provenance_told(item.provenance, public_url),
        "critere_espd": item.criterion or None,
        "fondement": item.requested,
        "defavorable": item.against,
        "contestation": next((contest_told(one) for one in dossier.contests if one.item == item.id), None),
        "prochain_essai": written(item.next_at),
    }


def _asked(item: Item) -> bool:
    return item.attempts > 0 or item.state.settled


def _complete(dossier: Candidature, seen: Seen) -> bool:
    """Whether no registry is expected any more, of those whose silence this audience may know of."""
    if seen.audience is Audience.PUBLIC:
        return all(one.state.settled for one in dossier.items if seen.item(one))
    return dossier.gathered if seen.audience is Audience.PORTAL else dossier.complete


def _member(one: Member, seen: Seen) -> dict[str, Any]:
    found: dict[str, Any] = {
        "siret": one.siret,
        "role": one.role.value,
        "lots": list(one.lots),
        "part": one.share or None,
        "consentement": one.consent is not None,
    }
    if seen.company(one.siret) or seen.audience is Audience.PORTAL:
        found["consentement"] = consent_told(one.consent)
        found["contact"] = {
            "courriel": one.contact.email or None,
            "telephone": one.contact.phone or None,
            "site": one.contact.website or None,
        }
    return found


def _seal(dossier: Candidature, seen: Seen) -> Mapping[str, Any] | None:
    seal = dossier.seal
    if seal is None or dossier.standing is Standing.WITHDRAWN:
        return None
    visible = {item.id for item in dossier.items if seen.item(item)}
    return {
        "le": written(seal.at),
        "par": person_told(seal.by),
        "empreinte": seal.digest,
        "enregistrement": seal.record,
        "non_recues_au_depot": [one for one in seal.incomplete if one in visible],
        "completees_depuis": [
            {"piece": one.item, "au_depot": one.before.value, "depuis": one.after.value, "le": written(one.at)}
            for one in seal.completions
            if one.item in visible
        ],
    }
