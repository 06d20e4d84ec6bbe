# SPDX-License-Identifier: EUPL-1.2
"""The section of `/mcp`: the door for programs of language models, whose messages are another protocol's."""

from gateway.dossier.refusals import WORDINGS
from gateway.edge.mcp.rpc import MOST_IN_BATCH
from gateway.edge.mcp.versions import KNOWN
from gateway.edge.openapi import errors
from gateway.edge.openapi.common import headers, object_of, ref
from gateway.edge.openapi.facts import Facts, Json, Section
from gateway.problems import JSON, PLATFORM

TAG = "modeles"
CODES = ("00100", "00101", "00103", "00105", "00106", "00107", "00401", "00429", "00500", "00510")
IN_RPC = {
    400: "Le message ne peut pas être lu, ou n'est pas du protocole",
    403: "Le jeton n'ouvre pas cette adresse, ou la demande vient d'une page d'un autre site",
    404: "Méthode inconnue (à partir de la révision 2026-07-28)",
    406: "L'en-tête Accept écarte JSON, seule forme des réponses",
    415: "Le corps de la requête ne s'annonce pas comme JSON",
}
"""What is told, or may be, as a JSON-RPC error."""

_ID: Json = {
    "type": ["string", "integer", "null"],
    "title": "Identifiant",
    "description": "Celui de la demande ; `null` quand il n'a pas pu être lu.",
}
_VERSION: Json = {"type": "string", "const": "2.0", "title": "JSON-RPC", "description": "Toujours « 2.0 »."}
MESSAGE: Json = object_of(
    {
        "jsonrpc": _VERSION,
        "id": {**_ID, "type": ["string", "integer"], "description": "Absent d'une notification."},
        "method": {
            "type": "string",
            "title": "Méthode",
            "description": "`initialize`, `ping`, `server/discover`, `tools/list`, `tools/call`, ou une notification.",
        },
        "params": {"type": "object", "title": "Paramètres", "description": "Ceux de la méthode."},
    },
    "Message",
    "Un message JSON-RPC 2.0 du Model Context Protocol.",
    ("jsonrpc", "method"),
)
RESPONSE: Json = object_of(
    {
        "jsonrpc": _VERSION,
        "id": _ID,
        "result": {
            "type": "object",
            "title": "Résultat",
            "description": "Celui de la méthode. Un outil rend dans `content` et `structuredContent` ce qu'aurait "
            "rendu l'adresse de sa ressource ; `isError` dit si c'est un refus ou un échec, avec les mêmes codes.",
        },
        "error": object_of(
            {
                "code": {"type": "integer", "title": "Code", "description": "Celui de JSON-RPC ou du protocole."},
                "message": {"type": "string", "title": "Explication", "description": "Ce qui ne va pas."},
                "data": {
                    "type": "object",
                    "title": "Précisions",
                    "description": "Les révisions connues, s'il y a lieu.",
                },
            },
            "Faute",
            "Ce qui n'est pas du protocole.",
            ("code", "message"),
        ),
    },
    "Réponse",
    "La réponse à un message, sous la forme de JSON-RPC.",
    ("jsonrpc", "id"),
)
ANSWER = ref("schemas", "ReponseRpc")
REVISION: Json = {
    "name": "MCP-Protocol-Version",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "enum": list(KNOWN)},
    "description": "La révision du protocole ; sans cet en-tête, la plus ancienne.",
}
DESCRIPTION = (
    "Les programmes de modèles de langage interrogent ici les registres par le Model Context Protocol (transport "
    "« Streamable HTTP », sans session ni flux). Le jeton doit avoir été émis pour cela (`dlnuf token issue --mcp`). "
    "Seuls sont montrés les outils que la finalité et les droits de l'habilitation ouvrent ; chaque appel suit la même "
    "règle et laisse les mêmes traces qu'une requête ordinaire. Un message compte pour un dans la réserve de cette "
    "adresse, et l'appel qu'il contient dans celle de la ressource."
)


def section(_: Facts) -> Section:
    """The one address."""
    codes = {code: PLATFORM[code] for code in CODES} | {"00713": WORDINGS["00713"]}
    answers, responses = errors.responses("mcp", codes)
    for status, said in IN_RPC.items():
        told = responses.setdefault(
            f"mcp_{status}", {"description": said, "headers": headers("X-Request-Id"), "content": {}}
        )
        known = told["content"].get(JSON, {"examples": {}})
        shapes = [known["schema"], ANSWER] if "schema" in known else [ANSWER]
        told["content"] = {JSON: known | {"schema": {"anyOf": shapes}}}
        answers[str(status)] = ref("responses", f"mcp_{status}")
    operation: Json = {
        "operationId": "dlnuf_mcp",
        "tags": [TAG],
        "summary": "Les registres comme outils d'un modèle de langage (Model Context Protocol)",
        "description": DESCRIPTION,
        "security": [{"jwt_bearer_token": []}, {"cle_api": []}],
        "parameters": [REVISION],
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": {"anyOf": [ref("schemas", "MessageRpc"), _several(ref("schemas", "MessageRpc"))]}}
            },
        },
        "responses": {
            "200": {
                "description": "La réponse ; plusieurs quand plusieurs messages sont venus ensemble (2025-03-26).",
                "headers": headers("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
                "content": {JSON: {"schema": {"anyOf": [ANSWER, _several(ANSWER)]}}},
            },
            "202": {"description": "Une notification a été reçue ; elle n'a pas de réponse."},
            **answers,
        },
    }
    schemas = {"MessageRpc": MESSAGE, "ReponseRpc": RESPONSE}
    tag = {"name": TAG, "description": "Les registres pour les programmes de modèles de langage"}
    return Section({"/mcp": {"post": operation}}, {"schemas": schemas, "responses": responses}, (tag,))


def _several(row: Json) -> Json:
    return {"type": "array", "minItems": 1, "maxItems": MOST_IN_BATCH, "items": row}
