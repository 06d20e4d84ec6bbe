# SPDX-License-Identifier: EUPL-1.2
"""What a portal sends about application files, key by key, as `gateway/dossier/opening.py` and `acts/` read it."""

from gateway.dossier.words import Kind, Phase, Role, Source
from gateway.edge.openapi.candidature_fields import Row, fields, listed, several, words
from gateway.edge.openapi.common import object_of
from gateway.edge.openapi.facts import Json

_PERSON: dict[str, Row] = {
    "prenom": ("text", "Prénom", "Le prénom de la personne."),
    "nom": ("text", "Nom", "Son nom."),
    "qualite": ("text", "Qualité", "Ce qu'elle est dans l'entreprise."),
    "courriel": ("text", "Courriel", "Son adresse, facultative."),
}
PERSON = object_of(fields(_PERSON), "Personne", "Qui agit pour l'entreprise.", ("prenom", "nom", "qualite"))
CONSENT = object_of(
    fields(
        {
            "par": (PERSON, "Par", "La personne qui consent."),
            "le": ("moment", "Le", "Quand ; maintenant si ce n'est pas dit."),
            "certificats_anticipes": ("flag", "Certificats dès maintenant", "Elle accepte qu'ils soient demandés tôt."),
            "texte": ("text", "Texte", "Ce à quoi elle a consenti, en toutes lettres."),
        }
    ),
    "Consentement",
    "L'accord de l'entreprise : rien ne lui est demandé avant.",
    ("par",),
)
_CONTACT = object_of(
    fields(
        {
            "courriel": ("text", "Courriel", "Facultatif."),
            "telephone": ("text", "Téléphone", "Facultatif."),
            "site": ("text", "Site", "Facultatif."),
        }
    ),
    "Contact",
    "Comment l'acheteur joint l'entreprise.",
    (),
)
_LOT = object_of(
    fields(
        {
            "numero": ("text", "Numéro", "Comme l'acheteur l'écrit."),
            "intitule": ("text", "Intitulé", "Facultatif."),
        }
    ),
    "Lot",
    "Un lot de la consultation.",
    ("numero",),
)
_TENDER = object_of(
    fields(
        {
            "source": (words(Source), "Source", "`boamp` pour que l'avis publié soit lu."),
            "reference": ("text", "Référence", "Celle de l'acheteur, ou le numéro de l'avis."),
            "objet": ("text", "Objet", "L'intitulé ; facultatif quand l'avis est publié au BOAMP."),
            "date_limite": ("moment", "Date limite", "Facultative quand l'avis est publié au BOAMP."),
            "lots": (several(_LOT), "Lots", "Ceux de la consultation."),
            "procedure": ("text", "Procédure", "Un code de la liste européenne (open, restricted…), ou son nom."),
            "url": ("address", "Avis", "Où le lire."),
        }
    ),
    "Consultation",
    "La consultation à laquelle l'entreprise répond.",
    ("reference",),
)
_BUYER = object_of(
    fields({"siret": ("siret", "SIRET", "Celui de l'acheteur."), "nom": ("text", "Nom", "Facultatif.")}),
    "Acheteur",
    "L'acheteur public, destinataire des données.",
    ("siret",),
)
_MEMBER = object_of(
    fields(
        {
            "siret": ("siret", "SIRET", "L'entreprise."),
            "role": (words(Role), "Rôle", "cotraitant, capacites ou sous_traitant."),
            "consentement": (CONSENT, "Consentement", "Le sien ; il peut venir plus tard."),
            "lots": (several({"type": "string"}), "Lots", "Ceux auxquels elle répond."),
            "part": ("text", "Part", "Ce qu'elle fait, en mots."),
            "contact": (_CONTACT, "Contact", "Comment la joindre."),
        }
    ),
    "Membre",
    "Une autre entreprise de la candidature.",
    ("siret", "role"),
)
OPENING = object_of(
    fields(
        {
            "siret": ("siret", "SIRET", "Celui du candidat seul, ou du mandataire : tout ce qu'il faut en savoir."),
            "acheteur": (_BUYER, "Acheteur", "L'acheteur public, destinataire des données."),
            "consultation": (_TENDER, "Consultation", "La consultation à laquelle l'entreprise répond."),
            "type_marche": (words(Kind), "Type de marché", "Ce qui est acheté."),
            "phase": (words(Phase), "Phase", "candidature si elle n'est pas dite."),
            "lots": (several({"type": "string"}), "Lots", "Ceux auxquels on répond ; vide : tous."),
            "pieces": (
                several({"type": "string"}),
                "Pièces",
                "Les clés des pièces voulues ; vide : celles des fiches.",
            ),
            "certificats_anticipes": (
                "flag",
                "Certificats dès maintenant",
                "Demandés avant l'attribution, si l'entreprise y consent.",
            ),
            "consentement": (CONSENT, "Consentement", "Celui de l'entreprise."),
            "groupement": (
                object_of(
                    fields(
                        {
                            "forme": (listed(["conjoint", "solidaire"]), "Forme", "D'un groupement."),
                            "membres": (several(_MEMBER), "Membres", "Les autres entreprises."),
                        }
                    ),
                    "Groupement",
                    "Les autres entreprises de la candidature.",
                    (),
                ),
                "Groupement",
                "Cotraitants, sous-traitants, entités dont les capacités sont invoquées.",
            ),
            "contact": (_CONTACT, "Contact", "Comment l'acheteur joint l'entreprise."),
            "notification": (
                object_of(
                    fields(
                        {
                            "url": ("address", "Adresse", "En https, vers une adresse publique."),
                            "secret": ("text", "Secret", "Pour la signature HMAC ; seize caractères au moins."),
                        }
                    ),
                    "Notification",
                    "Où ce service vous prévient.",
                ),
                "Notification",
                "Où ce service vous prévient, et le secret qui signe.",
            ),
            "retour": ("address", "Retour", "Où le navigateur revient."),
            "reference_portail": ("text", "Votre référence", "Rendue telle quelle."),
        }
    ),
    "Ouverture d'un dossier",
    "Un SIRET, un acheteur, une consultation, un consentement.",
    ("siret", "acheteur", "consultation", "type_marche", "consentement"),
)
CONSENTING = object_of(
    fields(
        {
            "siret": ("siret", "SIRET", "L'entreprise qui consent."),
            "consentement": (CONSENT, "Consentement", "Le sien."),
        }
    ),
    "Consentement d'un membre",
    "L'accord d'une entreprise, après l'ouverture.",
)
_DECLARED = object_of(
    fields(
        {
            "cle": ("text", "Clé", "Celle des fiches de candidature, ou d'une question du DUME de l'acheteur."),
            "valeur": ({}, "Valeur", "Selon la question : oui ou non, texte, nombre, liste par année…"),
            "membre": ("siret", "Entreprise", "Le candidat seul ou le mandataire, si ce n'est pas dit."),
            "fichiers": (
                several({"type": "string"}),
                "Fichiers",
                "Les noms des fichiers envoyés avec, qui la concernent.",
            ),
            "deja_joints": (
                several({"type": "string"}),
                "Déjà joints",
                "En corrigeant : les empreintes des fichiers joints avant, qui restent ceux de la réponse.",
            ),
        }
    ),
    "Déclaration",
    "La réponse à une question des fiches.",
    ("cle",),
)
DECLARING = object_of(
    fields(
        {
            "par": (PERSON, "Par", "La personne qui déclare."),
            "declarations": (several(_DECLARED), "Déclarations", "Ce qu'elle déclare."),
            "signataire": (
                object_of(
                    fields(
                        {
                            "prenom": ("text", "Prénom", "Du signataire."),
                            "nom": ("text", "Nom", "Du signataire."),
                            "qualite": ("text", "Qualité", "Ce qu'il est dans l'entreprise."),
                            "courriel": ("text", "Courriel", "Facultatif."),
                            "telephone": ("text", "Téléphone", "Facultatif."),
                            "pays": ("text", "Pays", "De résidence, sur trois lettres ; FRA si ce n'est pas dit."),
                            "date_naissance": ("text", "Date de naissance", "Facultative, AAAA-MM-JJ."),
                            "lieu_naissance": ("text", "Lieu de naissance", "Facultatif."),
                        }
                    ),
                    "Signataire",
                    "Qui engage l'entreprise.",
                    ("prenom", "nom", "qualite"),
                ),
                "Signataire",
                "Qui engage l'entreprise.",
            ),
            "membre": ("siret", "Entreprise", "Le candidat seul ou le mandataire, si ce n'est pas dit."),
        }
    ),
    "Déclarations",
    "Ce qu'une personne nommée déclare pour l'entreprise.",
    ("par",),
)
CONTESTING = object_of(
    fields(
        {
            "par": (PERSON, "Par", "La personne qui conteste."),
            "piece": ("text", "Pièce", "L'identifiant de la pièce contestée."),
            "texte": ("text", "Texte", "Ce que l'entreprise répond."),
        }
    ),
    "Contestation",
    "Ce que l'entreprise répond à un fait.",
)
DEPOSITING = object_of(
    fields({"par": (PERSON, "Par", "La personne qui dépose.")}), "Dépôt", "Le dépôt scelle ce qui est connu."
)
REFRESHING = object_of(
    fields(
        {
            "phase": (words(Phase), "Phase", "La nouvelle phase du marché ; jamais une phase passée."),
            "pieces": (
                several({"type": "string"}),
                "Pièces",
                "Celles à redemander ; vide : celles qui ne valent plus.",
            ),
        }
    ),
    "Actualisation",
    "Redemander, ou passer à la phase suivante.",
    (),
)
RETURNING = object_of(
    fields({"jeton": ("text", "Jeton", "Celui que le navigateur a rapporté.")}),
    "Retour",
    "Pour savoir si un navigateur revient bien de ce service ; une seule fois.",
)


def body(schema: Json, *, with_files: bool = False, form: Json | None = None) -> Json:
    """A request's body. `with_files`: as a form too, whose part `donnees` is the JSON. `form`: such a form's schema."""
    content: Json = {"application/json": {"schema": schema}}
    if with_files or form:
        content["multipart/form-data"] = {"schema": form or {"type": "object"}}
    return {"required": True, "content": content}
