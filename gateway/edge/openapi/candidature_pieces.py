# SPDX-License-Identifier: EUPL-1.2
"""What is said of a piece: what was asked of a registry, where the answer comes from, what a person says against it."""

from gateway.dossier.words import Access, Outcome, Phase, State
from gateway.edge.openapi.candidature_fields import Row, fields, listed, nullable, several, words
from gateway.edge.openapi.common import object_of

PERSON = object_of(
    fields(
        {
            "prenom": ("text", "Prénom", "Le prénom de la personne."),
            "nom": ("text", "Nom", "Son nom."),
            "qualite": ("text", "Qualité", "Ce qu'elle est dans l'entreprise : gérante, président…"),
            "courriel": ("text?", "Courriel", "Son adresse, null si elle ne l'a pas donnée."),
            "identite": (
                "text",
                "Comment elle est connue",
                "`portail` : le portail le dit ; `lien` : elle-même, par le lien du portail ; sinon le niveau de sa "
                "connexion.",
            ),
        }
    ),
    "Personne",
    "Une personne qui agit pour une entreprise.",
)
DOCUMENT = object_of(
    fields(
        {
            "nom": ("text", "Nom du fichier", "Tel qu'il a été reçu."),
            "type": ("text", "Type", "Le type de contenu, constaté dans le fichier lui-même."),
            "taille": ("count", "Taille", "En octets."),
            "sha256": ("digest", "Empreinte", "SHA-256 du fichier, qui est aussi son adresse sous `documents/`."),
            "controles": (
                nullable(
                    object_of(
                        fields(
                            {
                                "pdf": ("flag", "PDF réel", "Le fichier se lit comme le PDF qu'il dit être."),
                                "signature": (
                                    {"type": ["boolean", "null"]},
                                    "Signature",
                                    "Elle couvre tout le fichier, ou non ; null si le fichier n'en porte pas.",
                                ),
                                "code_securite": (
                                    "text?",
                                    "Code de sécurité",
                                    "Lu dans le fichier ; null s'il n'y en a pas.",
                                ),
                                "situation_au": (
                                    "text?",
                                    "Situation au",
                                    "Jour dont parle le fichier, null si inconnu.",
                                ),
                                "valide_jusqu_au": ("text?", "Valable jusqu'au", "Dernier jour, null si inconnu."),
                                "remarques": (
                                    several({"type": "string"}),
                                    "Remarques",
                                    "Ce que son lecteur doit savoir.",
                                ),
                            }
                        ),
                        "Contrôles",
                        "Ce qui a été vérifié dans le fichier.",
                    )
                ),
                "Contrôles",
                "Ce qui a été vérifié dans le fichier ; null s'il n'y avait rien à vérifier.",
            ),
        }
    ),
    "Document",
    "Un fichier du dossier.",
)
PROVENANCE = object_of(
    fields(
        {
            "fournisseur": ("text", "Fournisseur", "Le nom du registre tel que ses clients le connaissent."),
            "registre": ("text", "Registre", "Son identifiant dans ce service."),
            "ressource": ("text", "Ressource", "Le produit interrogé, et sa version."),
            "recupere_le": ("moment?", "Obtenu le", "Quand le registre a répondu ; null s'il n'a pas encore répondu."),
            "situation_au": ("text?", "Situation au", "Jour dont parle la réponse, null s'il n'est pas dit."),
            "valide_jusqu_au": ("text?", "Valable jusqu'au", "Dernier jour de validité, null s'il n'est pas dit."),
            "code_erreur": ("text?", "Code d'erreur", "Le code de l'échec, null quand le registre a répondu."),
            "dit": ("text?", "Ce qui a été dit", "La phrase qui accompagne l'échec, null sans échec."),
            "perime_faute_de_reponse": (
                "text?",
                "Réponse antérieure",
                "Le code de l'échec à la place duquel elle est servie ; null sinon.",
            ),
            "finalite": ("text?", "Finalité", "Celle de l'habilitation ; null si rien n'a été demandé."),
            "base_legale": (several({"type": "string"}), "Base légale", "Les textes qui permettent de demander."),
            "echange": ("text?", "Échange", "L'identifiant de l'échange dans le journal ; null sans échange."),
            "recu": ("address?", "Reçu", "Où trouver la preuve de la réponse ; null sans réponse."),
            "empreinte": ("text?", "Empreinte", "SHA-256 de la réponse exacte ; null sans réponse."),
            "repris_du_dossier": ("text?", "Reprise", "Le dossier dont la réponse est reprise ; null sinon."),
        }
    ),
    "Provenance",
    "D'où vient la réponse.",
)
CONTEST = object_of(
    fields(
        {
            "id": ("text", "Identifiant", "Celui de la contestation."),
            "piece": ("text", "Pièce", "La pièce contestée."),
            "texte": ("text", "Texte", "Ce que l'entreprise répond."),
            "par": (PERSON, "Par", "La personne qui conteste."),
            "le": ("moment", "Le", "Quand."),
            "documents": (several(DOCUMENT), "Documents", "Les fichiers joints."),
            "reponse": ("text?", "Réponse", "Ce que l'acheteur a répondu ; null s'il n'a pas répondu."),
            "repondue_le": ("moment?", "Répondue le", "Quand il a répondu ; null sinon."),
        }
    ),
    "Contestation",
    "Ce que l'entreprise répond à un fait.",
)
_PIECE: dict[str, Row] = {
    "id": ("text", "Identifiant", "SIRET et clé de la pièce."),
    "cle": ("text", "Clé", "Celle des fiches de candidature."),
    "membre": ("siret", "Entreprise", "Le SIRET concerné."),
    "libelle": ("text", "Libellé", "Le nom de la pièce, pour une personne."),
    "categorie": ("text", "Catégorie", "La fiche à laquelle elle appartient."),
    "phase": (words(Phase), "Phase", "Quand la pièce est nécessaire."),
    "acces": (
        words(Access),
        "Accès",
        "`public` : donnée ouverte ; `protege` : réservée à l'entreprise et à l'acheteur.",
    ),
    "registre": ("text", "Fournisseur", "Le registre qui la tient."),
    "etat": (
        listed([*(one.value for one in State), "protegee"]),
        "État",
        "`protegee` : cette pièce existe, et son contenu n'est pas montré ici, pas même un refus.",
    ),
}
_SEEN: dict[str, Row] = {
    "interrogee": (
        "flag",
        "Interrogée",
        "Le registre a été interrogé ; présente au portail quand le contenu n'est pas montré.",
    ),
    "issue": (
        nullable(words(Outcome)),
        "Issue",
        "Ce qui peut en être conclu ; null tant que rien ne peut l'être.",
    ),
    "valeur": ({}, "Valeur", "Ce que le registre a répondu, réduit à la finalité ; null sans réponse."),
    "documents": (several(DOCUMENT), "Documents", "Les fichiers que le registre a donnés."),
    "provenance": (nullable(PROVENANCE), "Provenance", "D'où elle vient ; null tant que rien n'a été demandé."),
    "critere_espd": ("text?", "Critère du DUME", "Le critère auquel elle répond ; null si aucun."),
    "fondement": ("text", "Pourquoi", "Ce qui la fait demander."),
    "defavorable": ("flag", "Défavorable", "Elle énonce un fait contraire à l'entreprise, qui peut le contester."),
    "contestation": (nullable(CONTEST), "Contestation", "Celle de l'entreprise ; null si elle n'en fait pas."),
    "prochain_essai": ("moment?", "Prochain essai", "Quand le registre sera interrogé de nouveau ; null sinon."),
}
PIECE = object_of(
    fields({**_PIECE, **_SEEN}),
    "Pièce",
    "Une chose demandée à un registre. Le contenu d'une pièce protégée n'est montré qu'à qui y a droit.",
    tuple(_PIECE),
)
