# SPDX-License-Identifier: EUPL-1.2
"""What a portal, a company or a buyer can be refused about a file. Codes 007xx are ours; the shape is the contract's.

├── correct the request    00700 00701 00702 00703 00705 00706 00707 00708 00709 00710 00713 00714 00715 00724
│                          00750 00760 00761 00762
├── complete the file      00716 00727
├── too late, or twice     00704 00711 00712 00717 00718 00719 00723 00726 00741 00751 00752 00753 00754
├── too early              00721 00740 00755
├── ask for rights         00720 00725
└── wait                   00722 00756
"""

from collections.abc import Mapping, Sequence

from gateway.problems import JSON, Fault, Problem, Wording

_UNPROCESSABLE = "Entité non traitable"
_CONFLICT = "Conflit"

WORDINGS: Mapping[str, Wording] = {
    "00700": Wording(404, "Dossier inconnu", "Aucun dossier de votre habilitation ne porte cet identifiant."),
    "00701": Wording(422, _UNPROCESSABLE, "Cette donnée est obligatoire, ou n'a pas la forme attendue."),
    "00702": Wording(
        422, _UNPROCESSABLE, "L'acheteur et le candidat ont le même numéro de SIREN : nul ne candidate chez soi."
    ),
    "00703": Wording(422, _UNPROCESSABLE, "La date limite de remise des candidatures est passée."),
    "00704": Wording(409, "Consultation close", "D'après son avis publié, cette consultation n'est plus ouverte."),
    "00705": Wording(422, _UNPROCESSABLE, "Ce lot n'est pas l'un de ceux de la consultation."),
    "00706": Wording(422, _UNPROCESSABLE, "Une même entreprise ne peut figurer deux fois dans une candidature."),
    "00707": Wording(
        422, _UNPROCESSABLE, "Un dossier commence par le candidat seul, ou par le mandataire du groupement."
    ),
    "00708": Wording(422, _UNPROCESSABLE, "Cette pièce, ou cette déclaration, n'existe pas dans les dossiers."),
    "00709": Wording(
        422,
        _UNPROCESSABLE,
        "Rien ne peut être demandé sur une entreprise qui n'y a pas consenti : dites qui, et quand.",
    ),
    "00710": Wording(
        409, _CONFLICT, "Cette clé d'idempotence a déjà servi pour une autre demande : donnez-en une nouvelle."
    ),
    "00711": Wording(409, "Déjà déposé", "Ce dossier est déposé : il ne peut pas l'être une seconde fois."),
    "00712": Wording(409, "Déjà contestée", "Cette pièce est déjà contestée : la première contestation demeure."),
    "00713": Wording(413, "Fichier trop volumineux", "Le fichier, ou le dossier, dépasse la taille permise."),
    "00714": Wording(
        415, "Fichier refusé", "Seuls les PDF et les images PNG ou JPEG sont reçus, sans script ni fichier caché."
    ),
    "00715": Wording(
        422, _UNPROCESSABLE, "L'adresse de notification doit commencer par https:// et mener à une adresse publique."
    ),
    "00716": Wording(409, "Dossier incomplet", "Il manque de quoi déposer ce dossier."),
    "00717": Wording(409, "Dossier retiré", "Ce dossier a été retiré : son contenu n'existe plus."),
    "00718": Wording(
        409, "Entreprise inconnue", "Ce SIRET n'est pas connu de la base Sirene : aucune candidature n'est possible."
    ),
    "00719": Wording(
        409, "Établissement fermé", "Cet établissement, ou son entreprise, a cessé son activité d'après la base Sirene."
    ),
    "00720": Wording(
        403, "Privilèges insuffisants", "La finalité de votre habilitation n'ouvre pas de dossier de candidature."
    ),
    "00721": Wording(403, "Pas encore déposé", "L'acheteur ne lit un dossier qu'une fois déposé par l'entreprise."),
    "00722": Wording(
        429, "Trop de dossiers ou d'écoutes", "Votre habilitation a atteint le nombre permis ; fermez-en, ou attendez."
    ),
    "00723": Wording(409, "Dossier déposé", "Le dossier est déposé : ses déclarations ne changent plus."),
    "00724": Wording(409, "Rien à contester", "Cette pièce ne porte encore aucune réponse d'un registre."),
    "00725": Wording(403, "Non permis", "Ce dossier n'est pas celui de l'entreprise que vous représentez."),
    "00726": Wording(410, "Retour déjà utilisé", "Ce retour a déjà servi, a expiré, ou n'est pas de ce service."),
    "00727": Wording(409, "DUME incomplet", "Il manque de quoi écrire la réponse au format européen DUME."),
    "00740": Wording(
        409, "Pas encore ouvrable", "L'acheteur n'ouvre les candidatures qu'une fois passée la date limite de remise."
    ),
    "00741": Wording(409, "Déjà répondue", "Cette contestation a déjà sa réponse : la première demeure."),
    "00750": Wording(404, "Marché inconnu", "Aucun marché de votre habilitation ne porte cet identifiant."),
    "00751": Wording(
        409, "Marché fermé", "Le portail a fermé ce marché : aucune candidature ne peut plus y être commencée."
    ),
    "00752": Wording(
        409,
        "Date limite passée",
        "La date limite de ce marché est passée : aucune candidature ne peut plus y commencer.",
    ),
    "00753": Wording(409, "Déjà candidate", "Cette entreprise a déjà un dossier de candidature pour ce marché."),
    "00754": Wording(
        409, "Marché déjà ouvert", "Vous avez déjà un marché ouvert pour cette référence et cet acheteur."
    ),
    "00755": Wording(
        409,
        "Pas encore commencée",
        "L'entreprise n'a pas encore donné son SIRET : cette candidature n'a rien à montrer.",
    ),
    "00756": Wording(
        429, "Trop d'essais", "Trop de SIRET ont été essayés avec ce lien : demandez-en un nouveau au portail."
    ),
    "00760": Wording(422, _UNPROCESSABLE, "Le DUME de l'acheteur ne peut pas être repris."),
    "00761": Wording(422, _UNPROCESSABLE, "Ce DUME n'est pas de la version 4.1.0, la seule qui soit reprise."),
    "00762": Wording(409, _CONFLICT, "Ce DUME n'est pas celui de la consultation, ou de l'acheteur, de ce dossier."),
}


def fault(code: str, source: str = "", detail: str | None = None) -> Fault:
    """One item of an error. `source`: where in what was sent, as a JSON pointer."""
    wording = WORDINGS[code]
    return Fault(code, wording.title, detail or wording.detail, {"pointer": source} if source else None)


def refused(code: str, source: str = "", detail: str | None = None) -> Problem:
    """A refusal by its code."""
    return Problem(WORDINGS[code].status, [fault(code, source, detail)], JSON)


def all_of(faults: Sequence[Fault]) -> Problem:
    """All that is wrong at once; the status is the first one's."""
    return Problem(WORDINGS[faults[0].code].status, faults, JSON)
