# SPDX-License-Identifier: EUPL-1.2
"""The whole document. To publish more of the gateway, write a section and add it to SECTIONS."""

from typing import Any

import orjson

from gateway.edge.openapi import candidatures, common, log, marches, notifications, products, service, tools
from gateway.edge.openapi.facts import Facts, Json, Writer

SECTIONS: tuple[Writer, ...] = (
    products.section,
    service.section,
    log.section,
    candidatures.section,
    marches.section,
    notifications.section,
    tools.section,
)

DESCRIPTION = """\
Les données que les administrations détiennent déjà sur une entreprise ou une association, demandées une seule fois et \
à la source.

Chaque réponse tient en trois clés : `data`, ce que dit le registre ; `links`, les adresses voisines ; `meta`, la \
source et la fraîcheur. Un champ que la finalité de l'habilitation n'ouvre pas est présent et vaut `null` ; \
`meta.passerelle.champs_non_communiques` le nomme. Une erreur est une liste `errors`, dont chaque élément porte un \
code stable : les codes `00…` sont ceux de ce service, les deux premiers chiffres des autres désignent le fournisseur.

Les chemins `/v3` et `/v4` sont ceux d'API Entreprise ; les chemins `/v1` sont propres à ce service.

Les exemples sont les réponses de registres simulés à propos d'entreprises et de personnes inventées.
"""


class SectionConflict(Exception):
    """Two sections describe the same path, or give two meanings to the same component."""


def assemble(facts: Facts, sections: tuple[Writer, ...] = SECTIONS) -> Json:
    """The document. Raises SectionConflict."""
    paths: Json = {}
    components: dict[str, Json] = {kind: dict(rows) for kind, rows in common.COMPONENTS.items()}
    tags: list[Json] = []
    webhooks: Json = {}
    for write in sections:
        section = write(facts)
        _add(paths, section.paths, "path")
        _add(webhooks, section.webhooks, "webhook")
        for kind, rows in section.components.items():
            _add(components.setdefault(kind, {}), rows, kind)
        tags += section.tags
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Dites-le-nous une fois",
            "version": facts.version,
            "summary": "La passerelle d'API du principe « une seule fois »",
            "description": DESCRIPTION,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/", "description": "Le service qui publie ce document"}],
        "tags": tags,
        "security": [{"jwt_bearer_token": []}, {"cle_api": []}],
        "paths": paths,
        **({"webhooks": webhooks} if webhooks else {}),
        "components": components,
    }


def written(document: Json) -> bytes:
    """The document as it is committed and served: JSON, which is YAML 1.2 too."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _add(into: Json, rows: dict[str, Any], what: str) -> None:
    for name, row in rows.items():
        if name in into and into[name] != row:
            raise SectionConflict(f"{what} {name}")
        into[name] = row
