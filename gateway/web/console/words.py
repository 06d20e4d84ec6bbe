# SPDX-License-Identifier: EUPL-1.2
"""How the console says what records say in codes."""

from collections.abc import Mapping

from gateway.audit.show import EVENTS

__all__ = ["CODES", "EVENTS", "KEYS"]

CODES: Mapping[str, str] = {"answered": "bien", "refused": "attente", "failed": "mal", "asked": "neutre"}
"""The badge of each outcome."""

KEYS: Mapping[str, str] = {
    "v": "version du vocabulaire",
    "event": "événement",
    "id": "échange",
    "at": "instant (UTC)",
    "product": "produit",
    "version": "version du produit",
    "registry": "registre",
    "subject": "entreprise (engagement)",
    "agent": "agent (engagement)",
    "actor": "personne (engagement)",
    "operator": "opérateur",
    "role": "rôle",
    "habilitation": "habilitation",
    "token": "jeton (identifiant)",
    "consumer": "consommateur",
    "purpose": "finalité",
    "policy": "empreinte des politiques",
    "basis": "base légale",
    "recipient": "destinataire",
    "recipients": "destinataires",
    "scopes": "droits",
    "networks": "réseaux d'appel autorisés",
    "rate_limit": "appels par minute",
    "context": "contexte déclaré",
    "object": "objet déclaré",
    "address": "adresse de l'appelant",
    "cached": "servie du cache",
    "groups": "groupes de champs remis",
    "fields": "empreinte des champs remis",
    "digest": "empreinte de la réponse",
    "size": "taille",
    "status": "statut HTTP",
    "code": "code",
    "latency_ms": "durée (ms)",
    "document": "document",
    "trace": "trace (W3C)",
    "span": "étape (W3C)",
    "obtained_at": "obtenu du registre",
    "fresh_until": "frais jusqu'à",
    "instead_of": "à la place de",
    "dossier": "dossier",
    "door": "porte",
    "market": "marché",
    "query": "ce qui était cherché",
    "count": "nombre",
    "reason": "motif",
    "until": "jusqu'à",
    "day": "jour",
    "month": "mois",
    "root": "racine",
    "seq": "enregistrement",
    "runs": "enregistrements effacés, par suites",
    "origin": "journal",
    "finding": "constat",
    "campaign": "campagne",
}
"""The keys of records, in French."""
