# SPDX-License-Identifier: EUPL-1.2
"""The section for portals' markets: what they send, what they are told, and every refusal."""

from functools import partial

from gateway.edge.openapi import candidature_dume as dume
from gateway.edge.openapi import candidature_requests as requests
from gateway.edge.openapi.candidature_fields import fields, several
from gateway.edge.openapi.common import object_of, ref
from gateway.edge.openapi.facts import Facts, Json, Section
from gateway.edge.openapi.marches_fields import (
    APPLICATION_LINKS,
    APPLICATION_TOLD,
    APPLYING,
    MARKET,
    MARKET_LINKS,
    OPENING,
    PAGE_LINKS,
    POSTPONING,
    SUMMARY,
)
from gateway.edge.openapi.portals import DUME, KEY, SENT, WHO, operation
from gateway.problems import JSON

TAG = "marches"
ROOT = "/v1/marches"
ONE = ROOT + "/{identifier}"
APPLIED = ONE + "/candidatures/{candidature}"
KNOWN = ("00750",)
EXPORTED = ("00510", "00700", "00713", "00717", "00721", "00722", "00755", "00429")


def _part(name: str, says: str) -> Json:
    schema: Json = {"type": "string", "format": "uuid"}
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": says}


IDENTIFIER = _part("identifier", "L'identifiant du marché.")
APPLICATION = _part("candidature", "L'identifiant de la candidature ; c'est aussi celui de son dossier.")
AFTER: Json = {
    "name": "apres",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": "La page qui suit cet élément ; `links.suite` donne son adresse.",
}
MOVED: Json = {"Location": {"description": "L'adresse de ce qui a été créé.", "schema": {"type": "string"}}}


ASKED = object_of(
    {"data": {**dume.DETAIL, "title": "Contenu", "description": "Ce qui est demandé."}},
    "Réponse",
    "Ce que l'acheteur demande.",
)


def section(_: Facts) -> Section:
    """Every address of the markets."""
    components: Json = {}
    schemas = {
        "Marche": MARKET,
        "MarcheResume": object_of(fields(SUMMARY), "Marché", "Un marché dans une liste."),
        "CandidatureAuMarche": APPLICATION_TOLD,
    }
    market = _answer(ref("schemas", "Marche"), MARKET_LINKS, "Un marché.")
    applied = _answer(ref("schemas", "CandidatureAuMarche"), APPLICATION_LINKS, "Une candidature à un marché.")
    opening = ("00213", "00702", "00703", "00705", "00708", "00710", "00715", "00720", "00722")
    members = ("00706", "00707", "00709")

    described = partial(operation, components, TAG)
    paths: Json = {
        ROOT: {
            "post": described(
                "ouvrir", "Créer un marché", {"201": _good("Le marché.", market, MOVED)},
                [*WHO, *SENT, *opening, "00754"], [KEY], requests.body(OPENING),
            ),
            "get": described(
                "lister", "Vos marchés", {"200": _good("Une page, les derniers d'abord.", _page("MarcheResume"))},
                [*WHO, *KNOWN, "00701"], [AFTER],
            ),
        },
        ONE: {
            "get": described("lire", "Un marché", {"200": _good("Le marché.", market)}, [*WHO, *KNOWN], [IDENTIFIER]),
        },
        ONE + "/dume-acheteur": {
            "put": described(
                "donner_dume_acheteur",
                "Le DUME de l'acheteur, auquel répondront les dossiers qui commencent ensuite",
                {"200": _good("Ce qu'il demande, et les questions auxquelles répondre.", ASKED)},
                [*WHO, *KNOWN, "00510", "00713", "00714", "00751", "00752", *DUME],
                [IDENTIFIER],
                dume.XML,
            ),
        },
        ONE + "/report": {
            "post": described(
                "reporter",
                "Reporter la date limite, pour le marché et pour ses dossiers",
                {"200": _good("Le marché.", market)},
                [*WHO, *KNOWN, "00510", "00701", "00713", "00751", "00752"],
                [IDENTIFIER],
                requests.body(POSTPONING),
            ),
        },
        ONE + "/fermeture": {
            "post": described(
                "fermer", "Fermer un marché : aucune candidature n'y commence plus",
                {"200": _good("Le marché ; les dossiers commencés continuent.", market)},
                [*WHO, *KNOWN, "00510"], [IDENTIFIER],
            ),
        },
        ONE + "/candidatures": {
            "post": described(
                "candidater", "Créer une candidature, avec ou sans SIRET",
                {"201": _good("La candidature, et où conduire l'entreprise.", applied, MOVED)},
                [*WHO, *KNOWN, *SENT, *opening, *members, "00704", "00718", "00719", "00751", "00752", "00753"],
                [IDENTIFIER, KEY], requests.body(APPLYING),
            ),
            "get": described(
                "candidatures", "Les candidatures à un marché",
                {"200": _good("Une page, les dernières d'abord.", _page("CandidatureAuMarche"))},
                [*WHO, *KNOWN, "00700", "00701"], [IDENTIFIER, AFTER],
            ),
        },
        APPLIED: {
            "get": described(
                "candidature", "Une candidature à un marché", {"200": _good("La candidature.", applied)},
                [*WHO, *KNOWN, "00700"], [IDENTIFIER, APPLICATION],
            ),
        },
        APPLIED + "/attestation": {
            "get": described(*_export("attestation", "L'attestation de dépôt", "application/pdf")),
        },
        APPLIED + "/paquet": {
            "get": described(*_export("paquet", "Le dossier, ses pièces et ses preuves", "application/zip")),
        },
    }  # fmt: skip
    tag = {
        "name": TAG,
        "description": "Marchés des portails : un bouton, une page où l'entreprise donne son SIRET, un paquet",
    }
    return Section(paths, {"responses": components, "schemas": schemas}, (tag,))


def _export(name: str, summary: str, kind: str) -> tuple[str, str, Json, list[str], list[Json]]:
    bytes_of_it = {kind: {"schema": {"type": "string", "contentMediaType": kind}}}
    good = {
        "200": {"description": "Le fichier.", "content": bytes_of_it},
        "304": {"description": "Ce que vous avez déjà n'a pas changé."},
    }
    return name, summary, good, [*WHO, *KNOWN, *EXPORTED], [IDENTIFIER, APPLICATION]


def _good(said: str, schema: Json, headers: Json | None = None) -> Json:
    return {"description": said, **({"headers": headers} if headers else {}), "content": {JSON: {"schema": schema}}}


def _answer(data: Json, links: Json, said: str) -> Json:
    return object_of({"data": data, "links": links}, "Réponse", said)


def _page(name: str) -> Json:
    rows = {**several(ref("schemas", name)), "title": "Page", "description": "Les éléments de cette page."}
    return object_of({"data": rows, "links": PAGE_LINKS}, "Réponse", "Une page d'une liste.")
