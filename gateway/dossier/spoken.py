# SPDX-License-Identifier: EUPL-1.2
"""The values of a file as the API says them, in French keys; who may see them is `telling.py`'s to decide. Pure."""

from datetime import UTC, datetime
from typing import Any

from gateway.dossier.values import Consent, Contest, Declaration, Document, Person, Provenance, Signatory, Tender


def written(instant_s: int | None) -> str | None:
    """A time as the API says it."""
    if instant_s is None:
        return None
    return datetime.fromtimestamp(instant_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def provenance_told(one: Provenance | None, public_url: str) -> dict[str, Any] | None:
    """Where an answer comes from."""
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


def document_told(one: Document) -> dict[str, Any]:
    """A file of the dossier, and what was checked in it."""
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


def tender_told(one: Tender) -> dict[str, Any]:
    """The consultation, and what its notice says beside."""
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


def consent_told(one: Consent | None) -> dict[str, Any] | None:
    """Who agreed, and when."""
    if one is None:
        return None
    return {"par": person_told(one.given_by), "le": written(one.given_at), "certificats_anticipes": one.early}


def person_told(one: Person) -> dict[str, Any]:
    """Who acts."""
    return {
        "prenom": one.first_name,
        "nom": one.family_name,
        "qualite": one.quality,
        "courriel": one.email or None,
        "identite": one.proved,
    }


def declaration_told(one: Declaration) -> dict[str, Any]:
    """What somebody declared."""
    return {
        "id": one.id,
        "cle": one.key,
        "membre": one.siret,
        "libelle": one.label,
        "categorie": one.category,
        "valeur": one.value,
        "par": person_told(one.by),
        "le": written(one.at),
        "documents": [document_told(document) for document in one.documents],
    }


def signatory_told(one: Signatory) -> dict[str, Any]:
    """Who engages the company."""
    return {
        "membre": one.siret,
        "prenom": one.first_name,
        "nom": one.family_name,
        "qualite": one.quality,
        "courriel": one.email or None,
        "telephone": one.phone or None,
        "pays": one.country,
    }


def contest_told(one: Contest) -> dict[str, Any]:
    """What the company answers to a fact, and the buyer to it."""
    return {
        "id": one.id,
        "piece": one.item,
        "texte": one.text,
        "par": person_told(one.by),
        "le": written(one.at),
        "documents": [document_told(document) for document in one.documents],
        "reponse": one.answer or None,
        "repondue_le": written(one.answered_at),
    }
