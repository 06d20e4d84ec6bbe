# SPDX-License-Identifier: EUPL-1.2
"""The section for what portals are told: one notification, its headers, and what they are expected to answer."""

from gateway.dossier.files import TOLD
from gateway.dossier.markets import MarketStanding
from gateway.dossier.markets_desk import TOLD_OF_MARKETS
from gateway.dossier.webhooks import SIGNATURE, TIMEOUT_S
from gateway.dossier.words import Standing
from gateway.edge.openapi.candidature_fields import fields, listed, several
from gateway.edge.openapi.candidature_pieces import PIECE
from gateway.edge.openapi.common import object_of, ref
from gateway.edge.openapi.facts import Facts, Json, Section
from gateway.edge.openapi.marches import TAG
from gateway.problems import JSON

NOTIFICATION = object_of(
    fields(
        {
            "evenement": (listed(sorted(TOLD | TOLD_OF_MARKETS)), "Événement", "Ce qui est arrivé."),
            "marche": ("uuid", "Marché", "Celui dont il s'agit ; absent pour un dossier ouvert sans marché."),
            "candidature": (
                "uuid",
                "Candidature",
                "Celle dont il s'agit, et son dossier ; absente pour un marché seul.",
            ),
            "rang": (
                "count",
                "Rang",
                "Parmi ce qui est arrivé au marché, ou au dossier : de quoi reconnaître un message.",
            ),
            "le": ("moment", "Le", "Quand c'est arrivé."),
            "etat": (
                listed(list(dict.fromkeys(one.value for one in (*MarketStanding, *Standing)))),
                "État",
                "Celui du marché, ou du dossier, maintenant.",
            ),
            "reference_portail": ("text", "Votre référence", "Celle de la candidature, ou du marché ; peut être vide."),
            "siret": ("siret", "SIRET", "L'entreprise qui commence une candidature."),
            "piece": (PIECE, "Pièce", "Celle dont il s'agit, comme le portail peut la voir."),
            "code": ("text", "Code", "Pourquoi aucune candidature n'est possible."),
            "valable_jusqu_au": ("text", "Valable jusqu'au", "Le dernier jour d'une attestation qui expire."),
            "annonces": (several({"type": "string"}), "Annonces", "Celles qui sont parues depuis."),
            "envoye_le": ("moment", "Envoyé le", "Quand ce message est parti ; refusez ce qui est ancien."),
        }
    ),
    "Notification",
    "Ce que le portail apprend ; les clés qui ne disent rien de l'événement sont absentes.",
    ("evenement", "rang", "le", "etat", "envoye_le"),
)


def section(_: Facts) -> Section:
    """What is posted to the address that a market, or a file, names."""
    post: Json = {
        "operationId": "dlnuf_notification",
        "tags": [TAG],
        "summary": "Ce service prévient le portail",
        "description": "Envoyé à l'adresse que le marché ou le dossier nomme, tant qu'un 2xx ne lui a pas répondu : "
        "après 1, 4 et 9 secondes, puis de plus en plus tard, pendant deux jours.",
        "security": [],
        "parameters": [
            _header(SIGNATURE, "`sha256=` et le HMAC-SHA256 du corps sous votre secret, en hexadécimal."),
            _header("X-Webhook-Id", "Le même à chaque essai : un message déjà vu se reconnaît."),
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": ref("schemas", "Notification")}}},
        "responses": {"2XX": {"description": f"Traité. La réponse est attendue {TIMEOUT_S} secondes."}},
    }
    return Section({}, {"schemas": {"Notification": NOTIFICATION}}, webhooks={"notification": {"post": post}})


def _header(name: str, says: str) -> Json:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": says}
