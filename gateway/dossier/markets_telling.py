# SPDX-License-Identifier: EUPL-1.2
"""Markets and applications as the API says them, and as a portal's webhook is told."""

from typing import Any

from gateway.dossier.files import Files
from gateway.dossier.markets import Application, Market
from gateway.dossier.markets_store import MarketRows
from gateway.dossier.spoken import written
from gateway.dossier.values import Candidature, Webhook


def told_market(one: Market, now: float, counts: tuple[int, int, int] | None = None) -> dict[str, Any]:
    """A market as the API says it. `counts`: applications awaited, begun, deposited."""
    tender = one.terms.tender
    found: dict[str, Any] = {
        "id": one.id,
        "etat": one.standing(now).value,
        "reference": tender.reference,
        "objet": tender.title,
        "date_limite": written(tender.deadline),
        "ouvert_le": written(one.created_at),
        "ferme_le": written(one.closed_at),
        "utilisateur": one.user,
        "reference_portail": one.terms.portal_reference,
    }
    if counts is None:
        return found
    return {
        **found,
        "type_marche": tender.kind.value,
        "source": tender.source.value,
        "acheteur": {"siret": tender.buyer_siret, "nom": tender.buyer_name},
        "lots": [{"numero": lot.id, "intitule": lot.title} for lot in tender.lots],
        "procedure": tender.procedure or None,
        "url": tender.url or None,
        "pieces": list(one.terms.wanted),
        "certificats_anticipes": one.terms.early,
        "dume_acheteur": one.request or None,
        "retour": one.terms.return_url,
        "notification": one.terms.webhook.url if one.terms.webhook else None,
        "efface_le": written(one.until),
        "candidatures": dict(zip(("attendues", "commencees", "deposees"), counts, strict=True)),
    }


def told_application(one: Application, file: Candidature | None) -> dict[str, Any]:
    """An application as the API says it; what its file holds is at the file's own address."""
    return {
        "id": one.id,
        "marche": one.market,
        "etat": file.standing.value if file is not None else "attendue",
        "siret": (file.lead.siret if file is not None else one.siret) or None,
        "numero": file.number if file is not None else None,
        "complet": file.gathered if file is not None else False,
        "creee_le": written(one.created_at),
        "commencee_le": written(file.created_at) if file is not None else None,
        "deposee_le": written(file.seal.at) if file is not None and file.seal is not None else None,
        "attendue_jusqu_au": written(one.until),
        "utilisateur": one.user,
        "reference_portail": one.reference,
    }


def letter(rows: MarketRows, files: Files, market: str, seq: int, now: float) -> tuple[Webhook, dict[str, Any]] | None:
    """What the portal is told of something that happened to its market, and where; None when nothing must be."""
    found = rows.market(market)
    event = next((one for one in files.store.events(market, seq - 1, 1) if one.seq == seq), None)
    if found is None or found.terms.webhook is None or event is None:
        return None
    body: dict[str, Any] = {
        "evenement": event.name,
        "marche": found.id,
        "rang": event.seq,
        "le": written(event.at),
        "etat": found.standing(now).value,
        "reference_portail": found.terms.portal_reference,
    }
    application = rows.application(str(event.facts.get("candidature", "")))
    if application is not None:
        body |= {
            "candidature": application.id,
            "siret": event.facts.get("siret"),
            "reference_portail": application.reference,
        }
    return found.terms.webhook, body
