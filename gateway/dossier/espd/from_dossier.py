# SPDX-License-Identifier: EUPL-1.2
"""A dossier as an ESPD Response: parties, lot, answers and where each fact comes from."""

from collections.abc import Callable
from datetime import UTC, datetime

from gateway.dossier.company import Company, Identity
from gateway.dossier.espd.answers import answers, cited, group_name
from gateway.dossier.espd.demanded import merged
from gateway.dossier.espd.fitting import answered_lots, lot_of
from gateway.dossier.espd.model import (
    Address,
    Asked,
    Buyer,
    Contact,
    EspdResponse,
    Evidence,
    Operator,
    Signatory,
    Size,
)
from gateway.dossier.espd.request import Request
from gateway.dossier.espd.request_criteria import NO_LOT
from gateway.dossier.values import Candidature, Item, Member
from gateway.dossier.words import Access, Role

PROCEDURES = {
    "open": "open",
    "restricted": "restricted",
    "neg-w-call": "neg-w-call",
    "neg-wo-call": "neg-wo-call",
    "comp-dial": "comp-dial",
    "innovation": "innovation",
    "comp-tend": "comp-tend",
    "oth-single": "oth-single",
    "oth-mult": "oth-mult",
    "procédure ouverte": "open",
    "appel d'offres ouvert": "open",
    "procédure restreinte": "restricted",
    "appel d'offres restreint": "restricted",
    "dialogue compétitif": "comp-dial",
    "partenariat d'innovation": "innovation",
}
"""Codes of the EU list `procurement-procedure-type`, and the French names that can only mean one of them."""

_SIZES: dict[str, Size] = {"micro": "micro", "small": "small", "medium": "medium", "large": "large"}


def espd_of(
    candidature: Candidature,
    member: Member,
    company: Company,
    lot: str | None,
    uuid: str,
    at: int,
    address_of: Callable[[Item], str],
    request: Request | None = None,
) -> EspdResponse:
    """The response of one member for one lot. `lot`: None for the only one; `address_of`: where an item is shown.

    `request`: the buyer's, read again; what it says of the procedure is the buyer's own word on it.
    """
    lots = _lots(candidature, member, lot)
    found = answers(candidature, member, company)
    asked = _asked(candidature, member, request, lots[0]) if request and len(lots) == 1 else None
    if asked is not None:
        found = merged(found, asked.criteria, lambda key: _declared(candidature, member, key))
    items = [item for name in cited(found) if (item := candidature.item(name)) is not None]
    tender = candidature.tender
    kept = candidature.request
    return EspdResponse(
        id=f"{candidature.number}-{member.siret}",
        uuid=uuid,
        issued_at=datetime.fromtimestamp(at, UTC),
        reference=(kept.reference if kept else "") or tender.reference or None,
        title=(kept.title if kept else "") or tender.title or None,
        procedure=(kept.procedure if kept else "")
        or procedure_code(tender.procedure)
        or procedure_code(_said(candidature, candidature.lead, "procedure_declaree") or ""),
        buyer=Buyer(tender.buyer_siret, tender.buyer_name or (kept.buyer_name if kept else "") or None),
        operator=_operator(candidature, member, company.identity),
        lots=lots,
        answers=found,
        evidence=tuple(_evidence(item, address_of(item)) for item in items),
        asked=asked,
    )


def _asked(candidature: Candidature, member: Member, request: Request, lot: str) -> Asked:
    """What is demanded for a lot. Until the deposit nothing may be told that depends on a protected answer."""
    awaited = frozenset(
        item.criterion
        for item in candidature.items
        if item.siret == member.siret and item.criterion and item.access is Access.PROTECTED
    )
    return Asked(
        request.id,
        request.agency,
        request.uuid,
        request.issued_on,
        request.of_lot(lot),
        awaited if candidature.seal is None else frozenset(),
    )


def _declared(candidature: Candidature, member: Member, key: str) -> object:
    found = candidature.declared(key, member.siret)
    return found.value if found is not None else None


def _lots(candidature: Candidature, member: Member, lot: str | None) -> tuple[str, ...]:
    """The lot asked for; else those the member answers; else the tender as a whole; as the request names them."""
    answered = answered_lots(candidature, member)
    if lot is not None:
        chosen: tuple[str, ...] = (lot,) if lot in answered else ()
    else:
        chosen = answered or (NO_LOT,)
    if candidature.request is None:
        return chosen
    named = (lot_of(candidature.request, None if one == NO_LOT else one) for one in chosen)
    return tuple(one for one in named if one is not None)


def _operator(candidature: Candidature, member: Member, identity: Identity | None) -> Operator:
    signatory = candidature.signatory(member.siret)
    grouped = member.role in (Role.LEAD, Role.MEMBER)
    return Operator(
        siret=member.siret,
        name=(identity.name if identity else "") or _said(candidature, member, "denomination_declaree"),
        role=member.role.espd,
        size=_SIZES.get((identity.size if identity else "") or _said(candidature, member, "taille_declaree") or ""),
        address=_address(identity, _said(candidature, member, "pays_declare")),
        contact=Contact(None, member.contact.phone or None, member.contact.email or None),
        signatory=Signatory(signatory.first_name, signatory.family_name, signatory.country) if signatory else None,
        group_name=group_name(candidature) if grouped else None,
    )


def _address(identity: Identity | None, country: str | None) -> Address:
    """Sirene's address; `country`: declared, where it gives none."""
    place = identity.address if identity else None
    if place is None:
        return Address(None, None, None, country)
    return Address(", ".join(place.lines) or None, place.city or None, place.postcode or None, place.country or country)


def _said(candidature: Candidature, member: Member, key: str) -> str | None:
    """What was declared where the registry says nothing; None when nobody did."""
    declared = candidature.declared(key, member.siret)
    return declared.value if declared is not None and isinstance(declared.value, str) else None


def procedure_code(text: str) -> str | None:
    """The European code of a procedure as people write it; None when it can be several, or none."""
    return PROCEDURES.get(text.strip().lower().replace("’", "'"))


def _evidence(item: Item, address: str) -> Evidence:
    found = item.provenance
    return Evidence(
        id=item.id,
        reference=found.exchange if found else item.id,
        uri=address,
        issuer=found.provider if found else "",
        issuer_id=found.registry if found else "",
        confidentiality="PUBLIC" if item.access is Access.PUBLIC else "CONFIDENTIAL",
    )
