# SPDX-License-Identifier: EUPL-1.2
"""The section of the service itself: rights of a token, pings, health, documents, and this very document."""

from collections.abc import Iterable, Mapping

from gateway.edge.openapi import errors
from gateway.edge.openapi.common import object_of, ref
from gateway.edge.openapi.facts import Facts, Json, Section
from gateway.edge.openapi.parameters import STATED
from gateway.problems import JSON

TAG = "service"
PRIVILEGES = ("/privileges", "/v2/privileges", "/v3/privileges", "/v4/privileges")
ALIVE = ("/v2/ping", "/v3/ping", "/v4/ping", "/health/live")
CONTRACT = {
    "/openapi.json": "application/json",
    "/v3/openapi.yaml": "application/yaml",
    "/v3/openapi-entreprise.yaml": "application/yaml",
    "/v4/openapi-entreprise.yaml": "application/yaml",
}
"""Where this document is served, and as what: one text, JSON being YAML."""

IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "L'en-tête `ETag` du document que vous avez déjà, pour ne le recevoir que s'il a changé.",
}
STATE: Json = object_of(
    {"status": {"type": "string", "title": "État", "description": "`ok`, ou ce qui empêche de répondre."}},
    "État du service",
    "Ce qu'un exploitant regarde.",
)
RIGHTS: Json = object_of(
    {
        "data": object_of(
            {
                "privileges": {
                    "type": "array",
                    "items": {"type": "string"},
                    "title": "Droits",
                    "description": "Les droits de l'habilitation, tels que les ressources les nomment.",
                }
            },
            "Données",
            "Ce que le jeton permet.",
        )
    },
    "Droits d'un jeton",
    "Les droits qui accompagnent le jeton présenté.",
)
PING: Json = object_of(
    {
        "status": {
            "type": "string",
            "enum": ["ok", "bad_gateway", "unknown", "maintenance"],
            "title": "État du fournisseur",
            "description": "`ok`, `bad_gateway` (il ne répond pas), `maintenance`, ou `unknown` (jamais interrogé).",
        },
        "last_update": {
            "type": ["string", "null"],
            "format": "date-time",
            "title": "Dernier essai",
            "description": "Quand le fournisseur a été essayé, en temps universel ; au plus une fois par minute.",
        },
        "last_ok_status": {
            "type": ["string", "null"],
            "format": "date-time",
            "title": "Dernier succès",
            "description": "Quand il a répondu pour la dernière fois ; `null` si jamais depuis le démarrage.",
        },
        "until": {
            "type": ["string", "null"],
            "format": "date-time",
            "title": "Fin de la maintenance",
            "description": "Présent pendant une maintenance programmée.",
        },
    },
    "État d'un fournisseur",
    "Ce qu'un essai réel du fournisseur a montré.",
    ("status", "last_update", "last_ok_status"),
)
PINGS: Json = {
    "type": "array",
    "title": "Essais des fournisseurs",
    "description": "Chaque fournisseur dont l'état peut être demandé.",
    "items": object_of(
        {
            "name": {"type": "string", "title": "Nom", "description": "L'identifiant du fournisseur essayé."},
            "url": {"type": "string", "title": "Adresse", "description": "Où demander son état."},
        },
        "Essai",
        "Un fournisseur et l'adresse de son état.",
    ),
}
FILE: Json = object_of(
    {
        "document_url": {
            "type": "string",
            "title": "Adresse",
            "description": "Où télécharger le fichier, sans en-tête.",
        },
        "expires_in": {
            "type": "integer",
            "title": "Durée",
            "description": "Les secondes pendant lesquelles elle vaut.",
        },
    },
    "Fichier d'un registre",
    "Où est maintenant un fichier qu'un registre vient de donner.",
)
BREAKERS: Json = {
    "type": "object",
    "title": "Registres",
    "description": "Pour chaque registre : interrogé (`closed`), laissé en paix (`open`) ou essayé de nouveau.",
    "additionalProperties": {"type": "string", "enum": ["closed", "open", "half_open"]},
}

_SINCE: Json = {"type": ["string", "null"], "format": "date-time"}
DETAILS: Json = {
    "type": "object",
    "title": "Registres",
    "description": "Pour chaque registre, ce que son contrat promet et ce qui s'est passé depuis le démarrage.",
    "additionalProperties": object_of(
        {
            "title": {"type": "string", "title": "Nom", "description": "Le registre, en clair."},
            "state": {
                "type": "string",
                "enum": ["closed", "open", "half_open"],
                "title": "Disjoncteur",
                "description": "Interrogé (`closed`), laissé en paix (`open`) ou essayé de nouveau (`half_open`).",
            },
            "in_flight": {
                "type": "integer",
                "minimum": 0,
                "title": "Questions en cours",
                "description": "Celles que le registre n'a pas encore tranchées.",
            },
            "concurrency": {
                "type": "integer",
                "minimum": 1,
                "title": "Connexions",
                "description": "Combien de questions lui sont posées à la fois ; les suivantes attendent.",
            },
            "connect_timeout_s": {
                "type": "number",
                "title": "Délai de connexion",
                "description": "En secondes.",
            },
            "timeout_s": {"type": "number", "title": "Délai total", "description": "En secondes."},
            "maintenance_until": {
                **_SINCE,
                "title": "Fin de la maintenance",
                "description": "De celle en cours ; `null` s'il n'y en a pas.",
            },
            "next_maintenance_at": {
                **_SINCE,
                "title": "Prochaine maintenance",
                "description": "Quand elle commence ; `null` si aucune n'est annoncée.",
            },
            "last_success_at": {
                **_SINCE,
                "title": "Dernière réponse",
                "description": "Un « inconnu » du registre en est une.",
            },
            "last_failure_at": {**_SINCE, "title": "Dernier échec", "description": "Depuis le démarrage."},
            "last_failure_code": {
                "type": ["string", "null"],
                "title": "Code du dernier échec",
                "description": "Celui que l'appelant a reçu.",
            },
            "stale_for_s": {
                "type": "integer",
                "minimum": 0,
                "title": "Réponse périmée",
                "description": "Depuis combien de secondes au plus une réponse gardée peut être périmée pour tenir "
                "lieu de celle du registre ; 0 quand aucune ne le peut.",
            },
        },
        "Registre",
        "Un registre, à l'instant.",
    ),
}


def section(facts: Facts) -> Section:
    """All pages that are not data."""
    answers: Json = {}
    responses: Json = {}
    paths: Json = {}

    def add(
        path: str, summary: str, content: Json, codes: Iterable[str] | errors.Wordings = (), **more: object
    ) -> None:
        name = "service" + path.translate(str.maketrans("/-.{}", "_____"))
        known = codes if isinstance(codes, Mapping) else errors.of_platform(codes)
        answers[path], found = errors.responses(name, known, {404: errors.UNKNOWN})
        responses.update(found)
        ok = {"description": summary, "content": content}
        paths[path] = {
            "get": {
                "operationId": f"dlnuf_{name}", "tags": [TAG], "summary": summary, "security": [], **more,
                "responses": {"200": ok},
            }
        }  # fmt: skip

    for path in PRIVILEGES:
        codes = ("00101", "00103", "00105", "00106", "00107", "00401", "00500")
        bearer: list[Json] = [{"jwt_bearer_token": []}, {"cle_api": []}]
        add(path, "Droits associés au jeton", _json(ref("schemas", "Droits")), codes, security=bearer,
            parameters=[STATED["X-Request-Id"]])  # fmt: skip
    for path in ALIVE:
        add(path, "Le service répond", _json(ref("schemas", "Etat")))
    add("/health/ready", "Le service peut répondre et consigner", _json(ref("schemas", "Etat")))
    paths["/health/ready"]["get"]["responses"]["503"] = {
        "description": "Le service ne peut pas répondre, et dit pourquoi.",
        "content": _json(ref("schemas", "Etat")),
    }
    add("/health/registries", "État du dialogue avec chaque registre", _json(BREAKERS))
    add("/health/registries/details", "Ce que vit le dialogue avec chaque registre", _json(DETAILS))
    add("/pings", "Tous les essais de fournisseurs", _json(PINGS))
    for contract in facts.contracts.values():
        for ping in contract.pings:
            path = f"/ping/{ping}"
            add(path, f"Ce fournisseur répond-il ? {contract.title}", _json(ref("schemas", "Ping")))
            paths[path]["get"]["responses"]["502"] = {
                "description": "Le fournisseur ne répond pas.",
                "content": _json(ref("schemas", "Ping")),
            }
    handed = {"type": "string", "contentMediaType": "application/pdf"}
    link = ("00403", "00404", "00500", "00502", "00510")
    add("/documents/{capability}/{filename}", "Un document, derrière son adresse signée",
        {"application/pdf": {"schema": handed}}, link, parameters=_address(), description=DOCUMENTS)  # fmt: skip
    add("/proxy/files/{capability}/{filename}", "Un fichier resté chez son fournisseur",
        {"*/*": {"schema": {"type": "string"}}}, (*link, *errors.FILES), parameters=_address(),
        description=DOCUMENTS)  # fmt: skip
    for contract in facts.contracts.values():
        if place := contract.relay.address:
            add(f"{place}/{{capability}}", f"Où est ce fichier ? {contract.title}", _json(ref("schemas", "Fichier")),
                errors.of_files(contract), parameters=_address()[:1], description=NAMED)  # fmt: skip
    for path, kind in CONTRACT.items():
        add(path, "Ce document", {kind: {"schema": {"type": "object"}}})
        paths[path]["get"]["parameters"] = [IF_NONE_MATCH]
        paths[path]["get"]["responses"]["304"] = {"description": "Le document que vous avez déjà n'a pas changé."}
    answers, kept = errors.shared(answers, responses)
    for path, item in paths.items():
        item["get"]["responses"] |= answers[path]
    schemas = {"Etat": STATE, "Droits": RIGHTS, "Ping": PING, "Fichier": FILE}
    tag = {"name": TAG, "description": "Droits, disponibilité, documents"}
    return Section(paths, {"schemas": schemas, "responses": kept}, (tag,))


NAMED = (
    "L'adresse est donnée par une réponse et vaut une heure. Le fichier est alors demandé au registre : la réponse "
    "dit où il peut être téléchargé."
)
DOCUMENTS = (
    "L'adresse est donnée par une réponse, porte elle-même le droit de télécharger et expire. Elle se consulte sans "
    "en-tête, et chaque téléchargement est consigné avant que le premier octet ne parte."
)


def _json(schema: Json) -> Json:
    return {JSON: {"schema": schema}}


def _address() -> list[Json]:
    return [
        {
            "name": "capability", "in": "path", "required": True,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.-]+$"},
            "description": "La partie signée de l'adresse.",
        },
        {
            "name": "filename", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1},
            "description": "Le nom du fichier, pour qui l'enregistre.",
        },
    ]  # fmt: skip
