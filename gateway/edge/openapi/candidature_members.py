# SPDX-License-Identifier: EUPL-1.2
"""Who answers to which tender: the companies of a file, their consent, and the tender as it was published."""

from gateway.dossier.words import Role, Source
from gateway.edge.openapi.candidature_fields import Row, fields, several, words
from gateway.edge.openapi.candidature_pieces import PERSON
from gateway.edge.openapi.common import object_of

CONSENT = object_of(
    fields(
        {
            "par": (PERSON, "Par", "La personne qui consent."),
            "le": ("moment", "Le", "Quand."),
            "certificats_anticipes": (
                "flag",
                "Certificats dès maintenant",
                "Elle accepte qu'ils soient demandés avant l'attribution.",
            ),
        }
    ),
    "Consentement",
    "L'accord de l'entreprise pour que ses données soient réunies.",
)
CONTACT = object_of(
    fields(
        {
            "courriel": ("text?", "Courriel", "null s'il n'est pas donné."),
            "telephone": ("text?", "Téléphone", "null s'il n'est pas donné."),
            "site": ("text?", "Site", "null s'il n'est pas donné."),
        }
    ),
    "Contact",
    "Comment l'acheteur joint l'entreprise.",
)
_MEMBER: dict[str, Row] = {
    "siret": ("siret", "SIRET", "L'entreprise."),
    "role": (words(Role), "Rôle", "Ce qu'elle est dans la candidature."),
    "lots": (several({"type": "string"}), "Lots", "Ceux auxquels elle répond ; vide : tous ceux de la candidature."),
    "part": ("text?", "Part", "Ce qu'elle fait, en mots ; null si ce n'est pas dit."),
    "consentement": (
        {"anyOf": [{"type": "boolean"}, CONSENT, {"type": "null"}]},
        "Consentement",
        "Oui ou non ; en entier pour le portail et l'entreprise, null quand il n'est pas donné.",
    ),
}
MEMBER = object_of(
    fields({**_MEMBER, "contact": (CONTACT, "Contact", "Présent pour le portail et l'entreprise.")}),
    "Membre",
    "Une entreprise de la candidature.",
    tuple(_MEMBER),
)
TENDER = object_of(
    fields(
        {
            "source": (words(Source), "Source", "D'où vient la référence."),
            "reference": ("text", "Référence", "Celle de l'acheteur, ou le numéro de l'avis."),
            "objet": ("text", "Objet", "L'intitulé de la consultation."),
            "acheteur": (
                object_of(
                    fields(
                        {
                            "siret": ("siret", "SIRET", "Celui de l'acheteur."),
                            "nom": ("text", "Nom", "Vide s'il n'est pas connu."),
                        }
                    ),
                    "Acheteur",
                    "L'acheteur public.",
                ),
                "Acheteur",
                "L'acheteur public.",
            ),
            "date_limite": ("moment?", "Date limite", "De remise des candidatures ; null si elle n'est pas connue."),
            "lots": (
                several(
                    object_of(
                        fields(
                            {
                                "numero": ("text", "Numéro", "Comme l'acheteur l'écrit."),
                                "intitule": ("text", "Intitulé", "Vide s'il n'est pas connu."),
                            }
                        ),
                        "Lot",
                        "Un lot de la consultation.",
                    )
                ),
                "Lots",
                "Vide quand la consultation n'est pas allotie.",
            ),
            "procedure": ("text?", "Procédure", "Son type ; null s'il n'est pas connu."),
            "url": ("address?", "Avis", "Où lire l'avis publié ; null s'il n'y en a pas."),
            "verifiee_le": ("moment?", "Vérifiée le", "Quand l'avis publié a été lu ; null s'il ne l'a pas été."),
            "verifications": (
                several(
                    object_of(
                        fields(
                            {
                                "quoi": ("text", "Quoi", "Ce qui est comparé."),
                                "indique": ("text", "Indiqué", "Ce que le portail a dit."),
                                "publie": ("text", "Publié", "Ce que dit l'avis."),
                                "concorde": (
                                    {"type": ["boolean", "null"]},
                                    "Concorde",
                                    "null quand rien ne peut être comparé.",
                                ),
                            }
                        ),
                        "Vérification",
                        "Une comparaison avec l'avis publié.",
                    )
                ),
                "Vérifications",
                "Ce que le portail a dit, à côté de ce qui est publié.",
            ),
        }
    ),
    "Consultation",
    "La consultation à laquelle l'entreprise répond.",
)
