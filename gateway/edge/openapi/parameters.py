# SPDX-License-Identifier: EUPL-1.2
"""What a request may carry: the parameters of paths and queries by their kind, and what every consumer must state."""

from connectors.kit.facts import Product
from connectors.kit.parameters import FIRST_FISCAL_YEAR, KINDS
from connectors.kit.texts import PARAMETERS, Texts
from gateway.edge.openapi.facts import Json

SIREN = "[0-9]{9}"
SIRET = "[0-9]{14}"
RNA = "(W[0-9][A-Z0-9][0-9]{7}|0[0-9]{3}00[0-9]{4})"
EORI = "(FR[0-9]{14}|[A-Z]{2}[!-~]{1,40})"


def _matching(pattern: str) -> Json:
    return {"type": "string", "pattern": f"^{pattern}$"}


SCHEMAS: dict[str, Json] = {
    "siren": _matching(SIREN),
    "siret": _matching(SIRET),
    "siret_or_rna": _matching(f"({SIRET}|{RNA})"),
    "siren_or_rna": _matching(f"({SIREN}|{RNA})"),
    "siren_or_siret_or_rna": _matching(f"({SIREN}|{SIRET}|{RNA})"),
    "siret_or_eori": _matching(f"({SIRET}|{EORI})"),
    "month": {"type": "string", "enum": [f"{month:02d}" for month in range(1, 13)]},
    "year": _matching("[0-9]{4}"),
    "fiscal_year": {"type": "integer", "minimum": FIRST_FISCAL_YEAR, "maximum": 9999},
    "depth": {"type": "integer", "minimum": 0, "maximum": 13},
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
    "text": {"type": "string", "minLength": 1, "maxLength": 200},
}

DESCRIPTIONS = {
    "siren": "Numéro SIREN de l'unité légale : neuf chiffres, le dernier étant une clé de contrôle (Luhn).",
    "siret": "Numéro SIRET de l'établissement : quatorze chiffres, le dernier étant une clé de contrôle (Luhn), "
    "sauf pour les établissements de La Poste.",
    "siret_or_rna": "Numéro SIRET d'un établissement de l'association, ou son numéro RNA (W et neuf caractères).",
    "siren_or_rna": "Numéro SIREN de l'association, ou son numéro RNA (W et neuf caractères).",
    "siren_or_siret_or_rna": "Numéro SIREN ou SIRET de l'association, ou son numéro RNA (W et neuf caractères).",
    "siret_or_eori": "Numéro SIRET de l'établissement, ou numéro EORI : code du pays en deux lettres, puis "
    "l'identifiant national (`FR` et le SIRET en France).",
    "month": "Mois demandé, sur deux chiffres.",
    "year": "Année demandée, sur quatre chiffres : depuis 1900, et pas à venir.",
    "fiscal_year": "Année de clôture des comptes demandés : de 2006 à l'année dernière.",
    "depth": "Nombre de périodes antérieures à donner en plus de celle demandée, de 0 à 13.",
    "limit": "Nombre d'éléments à donner au plus, de 1 à 1000.",
}

_MORE_CODES = {"fiscal_year": ("00307",)}

STATED: dict[str, Json] = {
    "context": {
        "name": "context",
        "in": "query",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 1000},
        "description": "Le cadre de la demande, par exemple « Marchés publics ». Donné une seule fois, sans "
        "saut de ligne.",
        "examples": {"marche": {"value": "Marchés publics"}},
    },
    "object": {
        "name": "object",
        "in": "query",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 1000},
        "description": "La référence de ce qui motive la demande : numéro du marché, du dossier, de la procédure.",
        "examples": {"marche": {"value": "marche-127"}},
    },
    "recipient": {
        "name": "recipient",
        "in": "query",
        "required": True,
        "schema": _matching(SIRET),
        "description": "Le SIRET de l'administration pour laquelle la donnée est demandée, parmi celles que "
        "l'habilitation permet.",
        "examples": {"administration": {"value": "13002526500013"}},
    },
    "Cache-Control": {
        "name": "Cache-Control",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "`no-cache`, exactement, pour que le fournisseur soit interrogé même si une réponse encore "
        "fraîche est gardée.",
    },
    "Dlnuf-Agent": {
        "name": "Dlnuf-Agent",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
        "description": "L'agent qui fait la demande, par un identifiant de votre choix ; le journal n'en "
        "garde qu'une empreinte à clé.",
    },
    "X-Request-Id": {
        "name": "X-Request-Id",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
        "description": "Un identifiant de votre choix, rendu tel quel dans la réponse.",
    },
}


def of_product(product: Product, texts: Texts, known: dict[str, str]) -> list[Json]:
    """A product's own parameters. `known`: values that the example was asked with."""
    own = texts.tables.get(PARAMETERS, {})
    found = []
    for name, kind in product.kinds.items():
        text = own.get(name)
        parameter: Json = {
            "name": name,
            "in": "query" if name in product.query else "path",
            "required": name not in product.query,
            "schema": SCHEMAS[kind],
            "description": f"{text.title}. {text.description}" if text else DESCRIPTIONS[kind],
        }
        if name in known:
            value = int(known[name]) if SCHEMAS[kind]["type"] == "integer" else known[name]
            parameter["examples"] = {"entreprise_inventee": {"value": value}}
        found.append(parameter)
    return found


def codes_of(kind: str) -> tuple[str, ...]:
    """What a parameter of a kind can be refused with; a free text never is."""
    return () if kind == "text" else (KINDS[kind].code, *_MORE_CODES.get(kind, ()))
