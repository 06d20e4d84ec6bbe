# SPDX-License-Identifier: EUPL-1.2
"""A whole file as `gateway/dossier/telling.py` tells it to each of its readers, and in brief in a list."""

from gateway.dossier.words import GroupForm, Kind, Phase, Standing
from gateway.edge.openapi.candidature_acts import DECLARATION, SEAL, SIGNATORY
from gateway.edge.openapi.candidature_fields import Row, fields, nullable, several, words
from gateway.edge.openapi.candidature_members import MEMBER, TENDER
from gateway.edge.openapi.candidature_pieces import CONTEST, PIECE
from gateway.edge.openapi.common import object_of, ref

_FILE: dict[str, Row] = {
    "id": ("uuid", "Identifiant", "Celui du dossier."),
    "numero": ("text", "Numéro", "Celui que les personnes lisent."),
    "etat": (words(Standing), "État", "Où en est le dossier."),
    "phase": (words(Phase), "Phase", "Celle du marché."),
    "ouvert_le": ("moment", "Ouvert le", "Quand le dossier a été ouvert."),
    "complet": (
        "flag",
        "Complet",
        "Plus aucun registre n'est attendu. Avant le dépôt, d'une pièce protégée on dit seulement que son registre a "
        "été interrogé : qu'il soit muet ou qu'il instruise ne se voit pas.",
    ),
    "dume_acheteur": (
        {"anyOf": [ref("schemas", "DumeAcheteur"), {"type": "null"}]},
        "DUME de l'acheteur",
        "La demande de l'acheteur, si le portail l'a transmise ; null sinon.",
    ),
    "consultation": (TENDER, "Consultation", "La consultation à laquelle l'entreprise répond."),
    "type_marche": (words(Kind), "Type de marché", "Ce qui est acheté."),
    "groupement": (words(GroupForm), "Groupement", "Seul, conjoint ou solidaire."),
    "lots": (several({"type": "string"}), "Lots", "Ceux auxquels on répond ; vide : la consultation entière."),
    "membres": (several(MEMBER), "Membres", "Les entreprises, le candidat seul ou le mandataire d'abord."),
    "pieces": (several(PIECE), "Pièces", "Ce qui est demandé aux registres."),
    "progression": (
        object_of(
            fields(
                {
                    "attendues": ("count", "Attendues", "Le nombre de pièces ; vue publique : de pièces ouvertes."),
                    "interrogees": ("count", "Interrogées", "Celles dont le registre a été interrogé."),
                }
            ),
            "Progression",
            "Où en est la collecte.",
        ),
        "Progression",
        "Où en est la collecte.",
    ),
}
_MORE: dict[str, Row] = {
    "motif": (
        object_of(
            fields({"code": ("text", "Code", "Le code du refus."), "detail": ("text", "Explication", "Pourquoi.")}),
            "Motif",
            "Pourquoi aucune candidature n'est possible.",
        ),
        "Motif",
        "Présent quand le dossier est irrecevable.",
    ),
    "declarations": (several(DECLARATION), "Déclarations", "Ce que des personnes nommées ont déclaré."),
    "signataires": (several(SIGNATORY), "Signataires", "Qui engage chaque entreprise."),
    "contestations": (several(CONTEST), "Contestations", "Ce que les entreprises répondent aux faits."),
    "depot": (nullable(SEAL), "Dépôt", "null tant que le dossier n'est pas déposé, ou une fois retiré."),
    "efface_le": ("moment", "Effacé le", "Quand le contenu du dossier sera effacé."),
    "marche": ("uuid?", "Marché", "Celui sur lequel la candidature a été créée (`/v1/marches`) ; null sans marché."),
    "reference_portail": ("text", "Référence du portail", "La vôtre ; vide si vous n'en avez pas donné."),
    "retour": ("address", "Retour", "Où le navigateur revient ; vide si vous ne l'avez pas dit."),
    "notification": ("address?", "Notification", "Où ce service vous prévient ; null s'il ne le fait pas."),
}
FILE = object_of(
    fields({**_FILE, **_MORE}),
    "Dossier de candidature",
    "Un dossier tel que son lecteur peut le voir : ce qui n'est pas pour lui est absent.",
    tuple(_FILE),
)
SUMMARY = object_of(
    fields(
        {
            **{key: _FILE[key] for key in ("id", "numero", "etat", "phase")},
            "siret": ("siret", "SIRET", "Du candidat seul, ou du mandataire."),
            "reference": ("text", "Référence", "Celle de la consultation."),
            "complet": _FILE["complet"],
        }
    ),
    "Dossier, en bref",
    "Un dossier de la liste.",
)
OPENED = object_of(
    {
        "data": ref("schemas", "CandidatureDossier"),
        "links": object_of(
            {
                "pages": {
                    "type": "string",
                    "title": "Page du dossier",
                    "description": "Où conduire l'entreprise : lien signé, pour ce dossier seul, valable sept jours.",
                }
            },
            "Liens",
            "Où continuer.",
        ),
    },
    "Réponse",
    "Un dossier qui vient d'être ouvert.",
)
