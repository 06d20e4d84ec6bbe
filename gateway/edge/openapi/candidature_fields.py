# SPDX-License-Identifier: EUPL-1.2
"""The words of the application files' API: every key of a file as `gateway/dossier/telling.py` tells it, in French.

A row is `key: (type, title, description)`; a type ending in `?` may be null.
"""

from gateway.dossier.words import Access, GroupForm, Kind, Outcome, Phase, Role, Source, Standing, State
from gateway.edge.openapi.common import object_of, ref
from gateway.edge.openapi.facts import Json

Row = tuple[str | Json, str, str]

_FORMATS: dict[str, Json] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "count": {"type": "integer", "minimum": 0},
    "moment": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "siret": {"type": "string", "pattern": "^[0-9]{14}$"},
    "address": {"type": "string"},
}


def words(kind: type[Kind] | type[State] | type[Outcome] | type[Phase] | type[Access] | type[Role]) -> Json:
    """A closed list."""
    return {"type": "string", "enum": [one.value for one in kind]}


def listed(values: list[str]) -> Json:
    """A closed list, by its values."""
    return {"type": "string", "enum": values}


def several(item: Json) -> Json:
    """A list of one kind of thing."""
    return {"type": "array", "items": item}


def fields(rows: dict[str, Row]) -> Json:
    """Properties from rows."""
    return {name: field(*row) for name, row in rows.items()}


def field(kind: str | Json, title: str, description: str) -> Json:
    """One property. A kind written `text?` may be null; a schema is taken as it stands."""
    if isinstance(kind, str):
        schema = dict(_FORMATS[kind.rstrip("?")])
        if kind.endswith("?"):
            schema["type"] = [schema["type"], "null"]
    else:
        schema = dict(kind)
    return {**schema, "title": title, "description": description}


def nullable(schema: Json) -> Json:
    """The same, or null."""
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


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
            "source": (listed([one.value for one in Source]), "Source", "D'où vient la référence."),
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

_FILE: dict[str, Row] = {
    "id": ("uuid", "Identifiant", "Celui du dossier."),
    "numero": ("text", "Numéro", "Celui que les personnes lisent."),
    "etat": (listed([one.value for one in Standing]), "État", "Où en est le dossier."),
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
    "groupement": (listed([one.value for one in GroupForm]), "Groupement", "Seul, conjoint ou solidaire."),
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
