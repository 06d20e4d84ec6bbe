# SPDX-License-Identifier: EUPL-1.2
"""What a portal sends, and gets, to lead a buyer to the deposited files of a tender."""

from gateway.dossier.words import Source
from gateway.edge.openapi.candidature_fields import Row, fields, words
from gateway.edge.openapi.common import object_of

_BUYER: dict[str, Row] = {"siret": ("siret", "SIRET", "Celui de l'acheteur, destinataire de la consultation.")}
_TENDER: dict[str, Row] = {
    "reference": ("text", "Référence", "Celle qui a servi à ouvrir les dossiers."),
    "source": (words(Source), "Source", "Facultative : cherchée dans toutes."),
}
_AGENT: dict[str, Row] = {
    "identifiant": ("text", "Identifiant", "Le vôtre pour cet agent ; seule une empreinte à clé en est gardée."),
    "nom": ("text", "Nom", "Montré à cet agent quand il ouvre le lien."),
}
SENDING = object_of(
    {
        "acheteur": object_of(fields(_BUYER), "Acheteur", "Pour qui cet agent achète."),
        "consultation": object_of(fields(_TENDER), "Consultation", "La seule que le lien ouvre.", ("reference",)),
        "agent": object_of(fields(_AGENT), "Agent", "Qui vous avez identifié, et envoyez."),
    },
    "Accès d'un acheteur",
    "L'agent de l'acheteur que le portail envoie.",
)
SENT_TO = object_of(
    fields(
        {
            "adresse": ("address", "Adresse", "Où conduire l'agent : une fois, dans les quinze minutes."),
            "expire_le": ("moment", "Expire le", "Après quoi le lien ne sert plus."),
            "candidatures": ("count", "Candidatures", "Combien ont été déposées pour cette consultation."),
        }
    ),
    "Lien",
    "Un lien à usage unique vers les candidatures déposées.",
)
