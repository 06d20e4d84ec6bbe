# SPDX-License-Identifier: EUPL-1.2
"""The words of the buyer's ESPD request in the files' API, as `espd/questions.py` tells it, in French."""

from gateway.dossier.espd.questions import FORMS
from gateway.edge.openapi.candidature_fields import Row, fields, listed, nullable, several
from gateway.edge.openapi.common import object_of
from gateway.edge.openapi.facts import Json

_LOT = object_of(
    fields(
        {
            "numero": ("text", "Numéro", "Comme l'acheteur l'écrit."),
            "intitule": ("text", "Intitulé", "Vide s'il n'est pas donné."),
        }
    ),
    "Lot",
    "Un lot que le DUME nomme.",
)
_REQUIREMENT = object_of(
    fields(
        {
            "ligne": ("text", "Ligne", "L'identifiant de la ligne qui la porte."),
            "libelle": ("text", "Libellé", "Ce qu'elle porte, pour une personne."),
            "valeur": ("text", "Valeur", "Ce qui est exigé, comme l'acheteur l'écrit."),
        }
    ),
    "Exigence",
    "Ce que l'acheteur exige.",
)
_CRITERION: dict[str, Row] = {
    "code": ("text", "Code", "Celui du critère dans le modèle européen."),
    "nom": ("text", "Nom", "Comme l'acheteur l'écrit."),
    "lots": (several({"type": "string"}), "Lots", "Ceux pour lesquels il est demandé ; vide : tous."),
    "exigences": (several(_REQUIREMENT), "Exigences", "Montants, années, registres, certificats demandés."),
}
_CONDITION = object_of(
    fields(
        {
            "cle": ("text", "Clé", "La question dont elle dépend."),
            "vaut": ("flag", "Vaut", "La réponse qui l'ouvre."),
        }
    ),
    "Condition",
    "Ce qui ouvre la question.",
)
_QUESTION = object_of(
    fields(
        {
            "cle": ("text", "Clé", "Celle à donner dans une déclaration."),
            "libelle": ("text", "Libellé", "La question, comme l'acheteur l'écrit."),
            "reponse": (listed(list(FORMS)), "Réponse", "La forme attendue ; une liste pour plusieurs réponses."),
            "si": (nullable(_CONDITION), "Si", "Ce qui l'ouvre ; null quand elle est toujours posée."),
        }
    ),
    "Question",
    "Une question de l'acheteur, à laquelle une personne peut répondre.",
)
_REQUEST: dict[str, Row] = {
    "identifiant": ("text", "Identifiant", "Celui du document, que la réponse cite."),
    "reference": ("text", "Référence", "Celle de la procédure, comme l'acheteur la donne."),
    "objet": ("text?", "Objet", "L'intitulé ; null s'il n'est pas donné."),
    "acheteur": ("text?", "Acheteur", "Son nom ; null s'il n'est pas donné."),
    "etabli_le": ("text", "Établi le", "Jour AAAA-MM-JJ."),
    "recu_le": ("moment", "Reçu le", "Quand il a été reçu ici."),
    "sha256": ("digest", "Empreinte", "SHA-256 du fichier reçu."),
    "reference_comparee": ("flag", "Référence comparée", "false : l'avis publié porte un numéro à lui."),
    "lots": (several(_LOT), "Lots", "Ceux que le DUME nomme."),
}
SUMMARY = object_of(
    fields(
        {
            **_REQUEST,
            "criteres": (
                several(object_of(fields(_CRITERION), "Critère", "Un critère demandé.")),
                "Critères",
                "Ceux que l'acheteur demande.",
            ),
        }
    ),
    "DUME de l'acheteur",
    "La demande européenne (ESPD 4.1.0) à laquelle le dossier répond.",
)
DETAIL = object_of(
    fields(
        {
            **_REQUEST,
            "criteres": (
                several(
                    object_of(
                        fields(
                            {**_CRITERION, "questions": (several(_QUESTION), "Questions", "À qui peut y répondre.")}
                        ),
                        "Critère",
                        "Un critère demandé, et ses questions.",
                    )
                ),
                "Critères",
                "Ceux que l'acheteur demande.",
            ),
        }
    ),
    "DUME de l'acheteur, avec ses questions",
    "Ce que l'acheteur demande, et ce qu'une personne peut y répondre.",
)
FORMAT: Json = {
    "name": "format",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": ["json", "xml"]},
    "description": "`xml` pour le fichier tel qu'il a été reçu.",
}
XML: Json = {
    "required": True,
    "content": {"application/xml": {"schema": {"type": "string", "contentMediaType": "application/xml"}}},
}
OPENING_FORM: Json = {
    "type": "object",
    "required": ["donnees"],
    "properties": {
        "donnees": {"type": "string", "contentMediaType": "application/json", "title": "Données"},
        "dume_acheteur": {"type": "string", "contentMediaType": "application/xml", "title": "DUME de l'acheteur"},
    },
}
