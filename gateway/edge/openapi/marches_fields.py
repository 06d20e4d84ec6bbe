# SPDX-License-Identifier: EUPL-1.2
"""The words of the markets' API: what portals send, and every key of a market and of an application, in French."""

from gateway.dossier.markets import MarketStanding
from gateway.dossier.words import Kind, Source, Standing
from gateway.edge.openapi import candidature_requests as requests
from gateway.edge.openapi.candidature_fields import Row, fields, listed, several, words
from gateway.edge.openapi.common import object_of
from gateway.edge.openapi.facts import Json

_USER: Row = ("text", "Utilisateur", "L'identifiant que votre portail donne à la personne ; rendu tel quel.")
_OPENED: Json = requests.OPENING["properties"]
OPENING = object_of(
    {
        **{
            name: _OPENED[name]
            for name in (
                "acheteur", "consultation", "type_marche", "pieces", "certificats_anticipes", "notification", "retour",
                "reference_portail",
            )
        },
        **fields({"utilisateur": _USER}),
    },
    "Ouverture d'un marché",
    "Ce que ses candidatures ont en commun, avec les mots de `POST /v1/candidatures`.",
    ("acheteur", "consultation", "type_marche"),
)  # fmt: skip
APPLYING = object_of(
    {
        **{
            name: _OPENED[name]
            for name in ("siret", "consentement", "lots", "groupement", "contact", "retour", "reference_portail")
        },
        **fields({"utilisateur": _USER}),
    },
    "Candidature à un marché",
    "Avec le SIRET et le consentement, elle commence aussitôt ; sinon l'entreprise les donne sur notre page.",
    (),
)
POSTPONING = object_of(
    fields({"date_limite": ("moment", "Date limite", "La nouvelle, jamais plus tôt que la précédente.")}),
    "Report",
    "Une date limite reportée.",
)
SUMMARY: dict[str, Row] = {
    "id": ("uuid", "Identifiant", "Celui du marché."),
    "etat": (
        words(MarketStanding),
        "État",
        "`ferme` : par le portail ; `echu` : sa date limite est passée.",
    ),
    "reference": ("text", "Référence", "Celle de l'acheteur, ou le numéro de l'avis."),
    "objet": ("text", "Objet", "L'intitulé du marché."),
    "date_limite": ("moment", "Date limite", "De remise des candidatures."),
    "ouvert_le": ("moment", "Ouvert le", "Quand le portail l'a créé."),
    "ferme_le": ("moment?", "Fermé le", "Quand le portail l'a fermé ; null sinon."),
    "utilisateur": _USER,
    "reference_portail": ("text", "Votre référence", "Rendue telle quelle ; vide si vous n'en avez pas donné."),
}
_LOT = object_of(
    fields(
        {
            "numero": ("text", "Numéro", "Comme l'acheteur l'écrit."),
            "intitule": ("text", "Intitulé", "Vide s'il n'est pas donné."),
        }
    ),
    "Lot",
    "Un lot du marché.",
)
_BUYER = object_of(
    fields({"siret": ("siret", "SIRET", "Celui de l'acheteur."), "nom": ("text", "Nom", "Vide s'il n'est pas donné.")}),
    "Acheteur",
    "L'acheteur public, destinataire des données.",
)
_COUNTS = object_of(
    fields(
        {
            "attendues": ("count", "Attendues", "Dont l'entreprise n'est pas encore connue."),
            "commencees": ("count", "Commencées", "Devenues un dossier."),
            "deposees": ("count", "Déposées", "Dont le dossier est déposé."),
        }
    ),
    "Candidatures",
    "Combien il y en a.",
)
MARKET = object_of(
    fields(
        {
            **SUMMARY,
            "type_marche": (words(Kind), "Type de marché", "Ce qui est acheté."),
            "source": (words(Source), "Source", "D'où vient la référence."),
            "acheteur": (_BUYER, "Acheteur", "L'acheteur public, destinataire des données."),
            "lots": (several(_LOT), "Lots", "Ceux du marché."),
            "procedure": ("text?", "Procédure", "null si elle n'est pas donnée."),
            "url": ("address?", "Avis", "Où le lire ; null s'il n'est pas donné."),
            "pieces": (several({"type": "string"}), "Pièces", "Celles que l'acheteur veut ; vide : celles des fiches."),
            "certificats_anticipes": ("flag", "Certificats dès maintenant", "Demandés tôt, si l'entreprise y consent."),
            "dume_acheteur": (
                "text?",
                "DUME de l'acheteur",
                "SHA-256 de celui que ses dossiers suivent ; null sans lui.",
            ),
            "retour": ("address", "Retour", "Où le navigateur revient ; vide si vous ne l'avez pas dit."),
            "notification": ("address?", "Notification", "Où ce service vous prévient ; null s'il ne le fait pas."),
            "efface_le": ("moment", "Effacé le", "Quand le marché et ses dossiers seront effacés."),
            "candidatures": (_COUNTS, "Candidatures", "Combien il y en a."),
        }
    ),
    "Marché",
    "Une consultation de votre portail.",
)
APPLICATION_TOLD = object_of(
    fields(
        {
            "id": ("uuid", "Identifiant", "Celui de la candidature, et de son dossier."),
            "marche": ("uuid", "Marché", "Celui auquel elle répond."),
            "etat": (
                listed(["attendue", *(one.value for one in Standing)]),
                "État",
                "`attendue` : l'entreprise n'a pas encore donné son SIRET ; sinon l'état de son dossier.",
            ),
            "siret": ("siret?", "SIRET", "null tant qu'il n'est pas connu."),
            "numero": ("text?", "Numéro", "Celui que lisent les personnes ; null tant que le dossier n'existe pas."),
            "complet": ("flag", "Complet", "Chaque registre à interroger l'a été."),
            "creee_le": ("moment", "Créée le", "Quand le portail l'a créée."),
            "commencee_le": ("moment?", "Commencée le", "Quand elle est devenue un dossier ; null sinon."),
            "deposee_le": ("moment?", "Déposée le", "null tant qu'elle ne l'est pas."),
            "attendue_jusqu_au": (
                "moment",
                "Attendue jusqu'au",
                "Oubliée ensuite ; commencée, au plus tard à la date limite.",
            ),
            "utilisateur": _USER,
            "reference_portail": ("text", "Votre référence", "Rendue telle quelle ; vide si vous n'en avez pas donné."),
        }
    ),
    "Candidature à un marché",
    "Une candidature, et où elle en est ; ce que dit son dossier est à `/v1/candidatures/{id}`.",
)
MARKET_LINKS = object_of(
    fields(
        {
            "marche": ("address", "Marché", "Son adresse."),
            "candidatures": ("address", "Candidatures", "Où en créer (POST) et les lister (GET)."),
            "dume_acheteur": ("address", "DUME de l'acheteur", "Où le donner (PUT)."),
            "report": ("address", "Report", "Où en reporter la date limite (POST)."),
            "fermeture": ("address", "Fermeture", "Où le fermer (POST)."),
        }
    ),
    "Liens",
    "Où continuer.",
)
APPLICATION_LINKS = object_of(
    fields(
        {
            "candidature": ("address", "Candidature", "Son adresse."),
            "entreprise": (
                "address",
                "Page de l'entreprise",
                "Où la conduire : lien signé, pour cette candidature seule, valable sept jours ; redemandez-le ici.",
            ),
            "dossier": ("address?", "Dossier", "Son dossier ; null tant qu'elle n'a pas commencé."),
            "attestation": ("address?", "Attestation", "L'attestation de dépôt ; null avant le dépôt."),
            "paquet": ("address?", "Paquet", "Tout le dossier en ZIP ; null avant le dépôt."),
        }
    ),
    "Liens",
    "Où continuer.",
)
PAGE_LINKS = object_of(
    fields({"suite": ("address?", "Suite", "La page suivante ; null à la dernière.")}), "Liens", "Où continuer."
)
