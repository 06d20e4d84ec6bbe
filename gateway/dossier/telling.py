# SPDX-License-Identifier: EUPL-1.2
"""A file as each audience may see it. What is not theirs is not blanked but absent, refusals and missing alike.

public          open data only; of protected pieces, their name, and whether the registry was asked: nothing more
portail         the same, with what was declared through it
entreprise      everything about the companies the signed-in representative acts for, facts against them first
acheteur        everything, once deposited: what was known then, and what came since
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.dossier.refusals import refused
from gateway.dossier.rules import Sheets
from gateway.dossier.store import Event
from gateway.dossier.values import (
    Candidature,
    Consent,
    Contest,
    Declaration,
    Document,
    Item,
    Member,
    Person,
    Provenance,
    Signatory,
    Tender,
)
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
        "complet": dossier.complete,
        "consultation": _tender(dossier.tender),
        "type_marche": dossier.tender.kind.value,
        "groupement": dossier.form.value,
        "lots": list(dossier.lots),
        "membres": [_member(one, seen) for one in dossier.members],
        "pieces": items,
        "progression": {
            "attendues": len(dossier.items),
            "interrogees": sum(one.attempts > 0 or one.state.settled for one in dossier.items),
        },
    }
    if dossier.refusal is not None:
        found["motif"] = {"code": dossier.refusal[0], "detail": dossier.refusal[1]}
    if audience is not Audience.PUBLIC:
        found["declarations"] = [_declaration(one) for one in dossier.declarations if seen.declaration(one)]
        found["signataires"] = [_signatory(one) for one in dossier.signatories if seen.company(one.siret)]
        found["contestations"] = [_contest(one) for one in dossier.contests if seen.contest(one, dossier)]
        found["depot"] = _seal(dossier, seen)
        found["efface_le"] = written(dossier.until)
    if audience is Audience.PORTAL:
        found["reference_portail"] = dossier.portal_reference
        found["retour"] = dossier.return_url
        found["notification"] = dossier.webhook.url if dossier.webhook else None
    return found


def told(
    event: Event, dossier: Candidature, audience: Audience, sheets: Sheets, public_url: str = ""
) -> dict[str, Any]:
    """An event for an audience: what happened, and the piece as that audience sees it."""
    body: dict[str, Any] = {
        "evenement": event.name,
        "candidature": event.dossier,
        "rang": event.seq,
        "le": written(event.at),
        "etat": dossier.standing.value,
    }
    item = dossier.item(str(event.facts.get("piece", "")))
    seen = Seen(audience, frozenset())
    if item is not None:
        body["piece"] = _item(item, seen, dossier, sheets, public_url)
    for name in ("code", "valable_jusqu_au", "annonces"):
        if name in event.facts and (item is None or seen.item(item) or event.name.startswith("alerte.")):
            body[name] = event.facts[name]
    return body


def tellable(event: Event, dossier: Candidature, audience: Audience) -> bool:
    """Whether an audience may know of an event at all: contests and completions of protected pieces tell too much."""
    item = dossier.item(str(event.facts.get("piece", "")))
    if event.name in ("contestation.recue", "contestation.repondue"):
        return item is not None and Seen(audience, frozenset()).item(item)
    return True


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


def written(instant_s: int | None) -> str | None:
    """A time as the API says it."""
    if instant_s is None:
        return None
    return datetime.fromtimestamp(instant_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        return {**found, "etat": HIDDEN, "interrogee": item.attempts > 0 or item.state.settled}
    return {
        **found,
        "etat": item.state.value,
        "issue": item.outcome.value if item.outcome else None,
        "valeur": item.value,
        "documents": [_document(one) for one in item.documents],
        "provenance": _provenance(item.provenance, public_url),
        "critere_espd": item.criterion or None,
        "fondement": item.requested,
        "defavorable": item.against,
        "contestation": next((_contest(one) for one in dossier.contests if one.item == item.id), None),
        "prochain_essai": written(item.next_at),
    }


def _provenance(one: Provenance | None, public_url: str) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "fournisseur": one.provider,
        "registre": one.registry,
        "ressource": f"{one.product} v{one.version}",
        "recupere_le": written(one.retrieved_at),
        "situation_au": one.as_of or None,
        "valide_jusqu_au": one.valid_until or None,
        "code_erreur": one.code or None,
        "dit": one.said or None,
        "perime_faute_de_reponse": one.instead_of or None,
        "finalite": one.purpose or None,
        "base_legale": list(one.basis),
        "echange": one.exchange or None,
        "recu": f"{public_url}/receipts/{one.exchange}" if one.exchange and one.answer else None,
        "empreinte": one.answer or None,
        "repris_du_dossier": one.reused_from or None,
    }


def _document(one: Document) -> dict[str, Any]:
    checks = one.checks
    return {
        "nom": one.name,
        "type": one.media_type,
        "taille": one.size,
        "sha256": one.sha256,
        "controles": None
        if checks is None
        else {
            "pdf": checks.pdf,
            "signature": checks.signature,
            "code_securite": checks.security_code or None,
            "situation_au": checks.issued_on or None,
            "valide_jusqu_au": checks.valid_until or None,
            "remarques": list(checks.notes),
        },
    }


def _tender(one: Tender) -> dict[str, Any]:
    return {
        "source": one.source.value,
        "reference": one.reference,
        "objet": one.title,
        "acheteur": {"siret": one.buyer_siret, "nom": one.buyer_name},
        "date_limite": written(one.deadline),
        "lots": [{"numero": lot.id, "intitule": lot.title} for lot in one.lots],
        "procedure": one.procedure or None,
        "url": one.url or None,
        "verifiee_le": written(one.checked_at),
        "verifications": [
            {"quoi": check.what, "indique": check.stated, "publie": check.published, "concorde": check.agrees}
            for check in one.checks
        ],
    }


def _member(one: Member, seen: Seen) -> dict[str, Any]:
    found: dict[str, Any] = {
        "siret": one.siret,
        "role": one.role.value,
        "lots": list(one.lots),
        "part": one.share or None,
        "consentement": one.consent is not None,
    }
    if seen.company(one.siret) or seen.audience is Audience.PORTAL:
        found["consentement"] = _consent(one.consent)
        found["contact"] = {
            "courriel": one.contact.email or None,
            "telephone": one.contact.phone or None,
            "site": one.contact.website or None,
        }
    return found


def _consent(one: Consent | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"par": _person(one.given_by), "le": written(one.given_at), "certificats_anticipes": one.early}


def _person(one: Person) -> dict[str, Any]:
    return {
        "prenom": one.first_name,
        "nom": one.family_name,
        "qualite": one.quality,
        "courriel": one.email or None,
        "identite": one.proved,
    }


def _declaration(one: Declaration) -> dict[str, Any]:
    return {
        "id": one.id,
        "cle": one.key,
        "membre": one.siret,
        "libelle": one.label,
        "categorie": one.category,
        "valeur": one.value,
        "par": _person(one.by),
        "le": written(one.at),
        "documents": [_document(document) for document in one.documents],
    }


def _signatory(one: Signatory) -> dict[str, Any]:
    return {
        "membre": one.siret,
        "prenom": one.first_name,
        "nom": one.family_name,
        "qualite": one.quality,
        "courriel": one.email or None,
        "telephone": one.phone or None,
        "pays": one.country,
    }


def _contest(one: Contest) -> dict[str, Any]:
    return {
        "id": one.id,
        "piece": one.item,
        "texte": one.text,
        "par": _person(one.by),
        "le": written(one.at),
        "documents": [_document(document) for document in one.documents],
        "reponse": one.answer or None,
        "repondue_le": written(one.answered_at),
    }


def _seal(dossier: Candidature, seen: Seen) -> Mapping[str, Any] | None:
    seal = dossier.seal
    if seal is None or dossier.standing is Standing.WITHDRAWN:
        return None
    visible = {item.id for item in dossier.items if seen.item(item)}
    return {
        "le": written(seal.at),
        "par": _person(seal.by),
        "empreinte": seal.digest,
        "non_recues_au_depot": [one for one in seal.incomplete if one in visible],
        "completees_depuis": [
            {"piece": one.item, "au_depot": one.before.value, "depuis": one.after.value, "le": written(one.at)}
            for one in seal.completions
            if one.item in visible
        ],
    }
