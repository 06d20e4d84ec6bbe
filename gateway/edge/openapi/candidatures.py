# SPDX-License-Identifier: EUPL-1.2
"""The section for portals: application files by a SIRET alone, from their opening to their exports."""

from collections.abc import Iterable

from gateway.dossier.export.exporting import KINDS
from gateway.edge.openapi import candidature_dume as dume
from gateway.edge.openapi import candidature_requests as requests
from gateway.edge.openapi.buyers import SENDING, SENT_TO
from gateway.edge.openapi.candidature_fields import several
from gateway.edge.openapi.candidature_file import FILE, OPENED, SUMMARY
from gateway.edge.openapi.common import object_of, ref
from gateway.edge.openapi.facts import Facts, Json, Section
from gateway.edge.openapi.portals import DUME, KEY, SENT, WHO, operation
from gateway.problems import JSON

TAG = "candidatures"
ROOT = "/v1/candidatures"
ONE = ROOT + "/{identifier}"
KNOWN = ("00700",)
FILES = ("00714",)
XML = "application/xml"
IDENTIFIER: Json = {
    "name": "identifier",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
    "description": "L'identifiant du dossier.",
}
DIGEST: Json = {
    "name": "digest",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "description": "L'empreinte SHA-256 du document, telle que le dossier la donne.",
}
AFTER: Json = {
    "name": "apres",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "maxLength": 60},
    "description": "Le dernier identifiant de la page précédente, comme `links.suite` le donne.",
}
VIEW: Json = {
    "name": "vue",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": ["portail", "public", "acheteur"]},
    "description": "Pour qui le dossier est montré ; celle de l'acheteur s'ouvre au dépôt.",
}


def section(_: Facts) -> Section:
    """Every address of the files."""
    components: Json = {}
    schemas = {
        "Candidature": _data(ref("schemas", "CandidatureDossier")),
        "CandidatureDossier": FILE,
        "DumeAcheteur": dume.SUMMARY,
    }
    shown = _content(ref("schemas", "Candidature"))
    asked = _content(_data(dume.DETAIL))
    paths: Json = {
        ROOT: {
            "post": _operation(
                "ouvrir",
                "Ouvrir un dossier avec un SIRET",
                {"202": ("Le dossier, dont les pièces arrivent.", _content(OPENED))},
                [
                    *WHO,
                    *SENT,
                    "00213",
                    "00702",
                    "00703",
                    "00704",
                    "00705",
                    "00706",
                    "00707",
                    "00708",
                    "00709",
                    "00710",
                    "00715",
                    "00718",
                    "00719",
                    "00720",
                    "00722",
                    *DUME,
                ],
                [KEY],
                requests.body(requests.OPENING, form=dume.OPENING_FORM),
                components,
            ),
            "get": _operation(
                "lister",
                "Les dossiers de l'habilitation",
                {"200": ("Les dossiers, les derniers d'abord, par cent.", _content(_page(several(SUMMARY))))},
                [*WHO, *KNOWN, "00701"],
                [AFTER],
                None,
                components,
            ),
        },
        ONE: {
            "get": _operation(
                "lire",
                "Un dossier",
                {"200": ("Le dossier.", shown)},
                [*WHO, *KNOWN, "00701", "00721"],
                [VIEW],
                None,
                components,
            ),
            "delete": _operation(
                "retirer",
                "Retirer une candidature",
                {"204": ("Le dossier est retiré, et son contenu effacé.", None)},
                [*WHO, *KNOWN, "00510", "00717"],
                [],
                None,
                components,
            ),
        },
        ONE + "/events": {
            "get": _operation(
                "suivre",
                "Ce qui arrive au dossier, au fur et à mesure (text/event-stream)",
                {
                    "200": (
                        "Les événements, repris après `Last-Event-ID`.",
                        {"text/event-stream": {"schema": {"type": "string"}}},
                    )
                },
                [*WHO, *KNOWN, "00722"],
                [],
                None,
                components,
            ),
        },
        ONE + "/documents/{digest}": {
            "get": _operation(
                "document",
                "Un document du dossier",
                {"200": ("Le fichier.", _bytes("application/pdf", "image/png", "image/jpeg"))},
                [*WHO, *KNOWN, "00510"],
                [DIGEST],
                None,
                components,
            ),
        },
        ONE + "/dume-acheteur": {
            "put": _operation(
                "donner_dume_acheteur",
                "Le DUME de l'acheteur, auquel la réponse européenne répondra",
                {"200": ("Ce qu'il demande, et les questions auxquelles répondre.", asked)},
                [*WHO, *KNOWN, "00510", "00713", "00714", "00717", "00723", *DUME],
                [],
                dume.XML,
                components,
            ),
            "get": _operation(
                "lire_dume_acheteur",
                "Ce que l'acheteur demande",
                {"200": ("Ce qu'il demande, et les questions auxquelles répondre.", {**asked, **_bytes(XML)})},
                [*WHO, *KNOWN, "00701"],
                [dume.FORMAT],
                None,
                components,
            ),
        },
        ONE + "/exports/{name}": {
            "get": _operation(
                "exporter",
                "Un dossier déposé, comme fichier",
                {
                    "200": ("Le fichier.", _bytes(*KINDS.values())),
                    "304": ("Ce que vous avez déjà n'a pas changé.", None),
                },
                [*WHO, *KNOWN, "00510", "00713", "00717", "00721", "00722", "00727"],
                _exported(),
                None,
                components,
            ),
        },
    }
    for name, summary, body, files, more, status in _POSTS:
        content = _content(_data({"type": "object"})) if name == "retours" else shown
        paths[f"{ONE}/{name}"] = {
            "post": _operation(
                name,
                summary,
                {str(status): ("Le dossier.", content)},
                [*WHO, *KNOWN, *SENT, *more],
                [KEY] if name == "depot" else [],
                requests.body(body, with_files=files),
                components,
            )
        }
    paths[ROOT + "/acces-acheteurs"] = {
        "post": _operation(
            "acces_acheteurs",
            "Conduire un acheteur aux candidatures déposées d'une consultation",
            {"201": ("Le lien, à usage unique.", _content(_data(SENT_TO)))},
            [*WHO, *KNOWN, *SENT, "00213", "00722", "00740"],
            [],
            requests.body(SENDING),
            components,
        )
    }
    tag = {
        "name": TAG,
        "description": "Dossiers de candidature : un SIRET, une consultation, un dossier complet et sourcé",
    }
    return Section(paths, {"responses": components, "schemas": schemas}, (tag,))


_POSTS: tuple[tuple[str, str, Json, bool, tuple[str, ...], int], ...] = (
    ("consentements", "Le consentement d'un membre", requests.CONSENTING, False, ("00709", "00711"), 201),
    ("declarations", "Déclarer, et nommer qui signe", requests.DECLARING, True, (*FILES, "00708", "00723"), 201),
    ("contestations", "Contester un fait", requests.CONTESTING, True, (*FILES, "00708", "00712", "00724"), 201),
    ("depot", "Déposer", requests.DEPOSITING, False, ("00703", "00710", "00711", "00716"), 201),
    ("actualisation", "Redemander, ou passer à la phase suivante", requests.REFRESHING, False, ("00708",), 202),
    ("retours", "Vérifier le retour d'un navigateur", requests.RETURNING, False, ("00726",), 200),
)


_ABOUT_NONE = ("ouvrir", "lister", "acces_acheteurs")
"""The operations whose address names no file."""


def _exported() -> list[Json]:
    name: Json = {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(KINDS)},
        "description": "Le fichier voulu.",
    }
    siret: Json = {
        "name": "siret",
        "in": "query",
        "required": False,
        "schema": {"type": "string"},
        "description": "Pour le DUME d'un autre membre que le premier.",
    }
    lot: Json = {
        "name": "lot",
        "in": "query",
        "required": False,
        "schema": {"type": "string"},
        "description": "Pour le DUME d'un lot, quand la candidature en a plusieurs.",
    }
    return [name, siret, lot]


def _operation(
    name: str,
    summary: str,
    good: dict[str, tuple[str, Json | None]],
    codes: Iterable[str],
    parameters: list[Json],
    body: Json | None,
    components: Json,
) -> Json:
    described = {
        status: {"description": said, **({"content": content} if content else {})}
        for status, (said, content) in good.items()
    }
    about = parameters if name in _ABOUT_NONE else [IDENTIFIER, *parameters]
    return operation(components, TAG, name, summary, described, codes, about, body)


def _content(schema: Json) -> Json:
    return {JSON: {"schema": schema}}


def _data(schema: Json) -> Json:
    data = {**schema, "title": "Contenu", "description": "Ce qui est demandé."} if "$ref" not in schema else schema
    return object_of({"data": data}, "Réponse", "Une réponse sur les dossiers de candidature.")


def _page(schema: Json) -> Json:
    more = {
        "type": ["string", "null"],
        "title": "Suite",
        "description": "L'adresse de la page suivante ; null à la dernière.",
    }
    links = object_of({"suite": more}, "Liens", "Où continuer.")
    data = {**schema, "title": "Contenu", "description": "Ce qui est demandé."}
    return object_of({"data": data, "links": links}, "Réponse", "Une page de dossiers de candidature.")


def _bytes(*kinds: str) -> Json:
    """Files. JSON among them is the object that `openapi/dossier.schema.json` describes."""
    file: Json = {JSON: {"type": "object"}}
    return {
        kind: {"schema": file.get(kind, {"type": "string", "contentMediaType": kind})} for kind in dict.fromkeys(kinds)
    }
