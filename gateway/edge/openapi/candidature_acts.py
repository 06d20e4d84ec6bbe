# SPDX-License-Identifier: EUPL-1.2
"""What persons do with a file: declare, sign, deposit."""

from gateway.dossier.words import State
from gateway.edge.openapi.candidature_fields import fields, nullable, several, words
from gateway.edge.openapi.candidature_pieces import DOCUMENT, PERSON
from gateway.edge.openapi.common import object_of

DECLARATION = object_of(
    fields(
        {
            "id": ("text", "Identifiant", "Celui de la déclaration."),
            "cle": ("text", "Clé", "Celle des fiches de candidature."),
            "membre": ("siret", "Entreprise", "Le SIRET concerné."),
            "libelle": ("text", "Libellé", "Ce qui est déclaré, pour une personne."),
            "categorie": ("text", "Catégorie", "La fiche à laquelle elle appartient."),
            "valeur": ({}, "Valeur", "Ce qui est déclaré ; null quand seul un fichier répond."),
            "par": (PERSON, "Par", "La personne qui déclare, et qui s'engage."),
            "le": ("moment", "Le", "Quand."),
            "documents": (several(DOCUMENT), "Documents", "Les fichiers joints."),
        }
    ),
    "Déclaration",
    "Ce qu'une personne nommée déclare : jamais mêlé aux faits des registres.",
)
SIGNATORY = object_of(
    fields(
        {
            "membre": ("siret", "Entreprise", "Le SIRET engagé."),
            "prenom": ("text", "Prénom", "Du signataire."),
            "nom": ("text", "Nom", "Du signataire."),
            "qualite": ("text", "Qualité", "Ce qu'il est dans l'entreprise."),
            "courriel": ("text?", "Courriel", "null s'il n'est pas donné."),
            "telephone": ("text?", "Téléphone", "null s'il n'est pas donné."),
            "pays": ("text", "Pays", "De résidence, sur trois lettres (ISO 3166-1)."),
        }
    ),
    "Signataire",
    "Qui engage l'entreprise.",
)
SEAL = object_of(
    fields(
        {
            "le": ("moment", "Le", "Quand le dossier a été déposé."),
            "par": (PERSON, "Par", "La personne qui l'a déposé."),
            "empreinte": ("digest", "Empreinte", "SHA-256 de ce qui était connu, inscrite au journal."),
            "enregistrement": (
                nullable({"type": "integer", "minimum": 0}),
                "Enregistrement",
                "Le numéro de l'enregistrement du journal qui porte cette empreinte ; son reçu est dans `dossier.zip` "
                "dès qu'une tête publiée le couvre.",
            ),
            "non_recues_au_depot": (
                several({"type": "string"}),
                "Non reçues au dépôt",
                "Les pièces encore attendues ce jour-là.",
            ),
            "completees_depuis": (
                several(
                    object_of(
                        fields(
                            {
                                "piece": ("text", "Pièce", "Celle qui est arrivée depuis."),
                                "au_depot": (words(State), "Au dépôt", "Son état ce jour-là."),
                                "depuis": (words(State), "Depuis", "Son état ensuite."),
                                "le": ("moment", "Le", "Quand elle est arrivée."),
                            }
                        ),
                        "Complément",
                        "Une pièce arrivée après le dépôt.",
                    )
                ),
                "Complétées depuis",
                "Les deux états restent lisibles.",
            ),
        }
    ),
    "Dépôt",
    "Le dépôt du dossier.",
)
