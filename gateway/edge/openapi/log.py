# SPDX-License-Identifier: EUPL-1.2
"""The section of the verifiable log: what anybody may read of it, and the receipt of an exchange for its party."""

from gateway.edge.openapi import errors
from gateway.edge.openapi.common import ref
from gateway.edge.openapi.facts import Facts, Json, Section
from gateway.edge.openapi.parameters import STATED
from gateway.problems import JSON

TAG = "journal"
TEXT: Json = {"text/plain": {"schema": {"type": "string"}}}
BYTES: Json = {
    "application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
}
STAMP: Json = {"application/timestamp-reply": {"schema": {"type": "string"}}}
NOT_THERE: Json = {"description": "Cela n'existe pas, ou pas encore.", "content": TEXT}
UNREADABLE: Json = {"description": "Le journal ne peut pas être lu pour le moment.", "content": TEXT}
UNCHANGED: Json = {"description": "Ce que vous avez déjà n'a pas changé."}
SIZES: Json = {
    JSON: {
        "schema": {
            "type": "object",
            "properties": {
                "sizes": {
                    "type": "array",
                    "items": {"type": "integer"},
                    "title": "Tailles horodatées",
                    "description": "Les tailles dont le point de contrôle est horodaté, la dernière d'abord.",
                }
            },
            "required": ["sizes"],
        }
    }
}


def _number(name: str, says: str) -> Json:
    whole = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"}
    return {"name": name, "in": "path", "required": True, "schema": whole, "description": says}


SIZE = _number("size", "Une taille du journal : combien d'enregistrements il avait.")
LEVEL = _number("level", "L'étage de l'arbre, depuis les feuilles.")
INDEX = {
    **_number("index", "Le rang de la tuile à cet étage, sur trois chiffres."),
    "schema": {"type": "string", "pattern": "^[0-9]{3}$"},
}
EXCHANGE: Json = {
    "name": "exchange",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
    "description": "L'identifiant de l'échange, que la réponse donne dans `meta.receipt` et l'en-tête `Dlnuf-Receipt`.",
}
AT: Json = {
    "name": "size",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"},
    "description": "La taille d'un point de contrôle horodaté, pour un reçu qui s'appuie sur lui.",
}


def section(_: Facts) -> Section:
    """The log's public files, then the receipts."""
    public = {
        "/log/checkpoint": ("Le point de contrôle publié, signé (tlog-checkpoint)", TEXT, []),
        "/log/key": ("La clé publique du journal", TEXT, []),
        "/log/tile/{level}/{index}": ("Une tuile de l'arbre (tlog-tiles)", BYTES, [LEVEL, INDEX]),
        "/log/consistency/{size}": ("La preuve que le journal publié prolonge celui de cette taille", TEXT, [SIZE]),
        "/log/timestamps": ("Les tailles dont le point de contrôle est horodaté", SIZES, []),
        "/log/timestamps/{size}.tsr": ("L'horodatage d'un point de contrôle (RFC 3161)", STAMP, [SIZE]),
    }
    paths = {path: {"get": _file(path, *row)} for path, row in public.items()}
    codes = ("00101", "00103", "00105", "00106", "00107", "00401", "00405", "00406", "00500")
    answers, responses = errors.responses("receipts", errors.of_platform(codes), {404: errors.UNKNOWN})
    paths["/receipts/{exchange}"] = {
        "get": {
            "operationId": "dlnuf_receipt",
            "tags": [TAG],
            "summary": "Le reçu d'un échange, vérifiable hors ligne (tlog-proof)",
            "description": "Pour l'habilitation au titre de laquelle l'échange a eu lieu. Un reçu qui n'est pas encore "
            "publié est à redemander après `Retry-After` secondes.",
            "security": [{"jwt_bearer_token": []}, {"cle_api": []}],
            "parameters": [EXCHANGE, AT, ref("parameters", "X-Request-Id")],
            "responses": {"200": {"description": "Le reçu.", "content": TEXT}, "503": UNREADABLE, **answers},
        }
    }
    tag = {"name": TAG, "description": "Le journal vérifiable et les reçus"}
    # Under its own name, as the section of data has it too: equal components are one.
    return Section(paths, {"responses": responses, "parameters": {"X-Request-Id": STATED["X-Request-Id"]}}, (tag,))


def _file(path: str, summary: str, content: Json, parameters: list[Json]) -> Json:
    name = path.translate(str.maketrans("/-.{}", "_____")).strip("_")
    answers: Json = {"200": {"description": summary, "content": content}, "304": UNCHANGED, "503": UNREADABLE}
    if parameters:
        answers["404"] = NOT_THERE
    operation: Json = {
        "operationId": f"dlnuf_{name}", "tags": [TAG], "summary": summary, "security": [], "responses": answers,
    }  # fmt: skip
    return operation | ({"parameters": parameters} if parameters else {})
