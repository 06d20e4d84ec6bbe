# SPDX-License-Identifier: EUPL-1.2
"""The establishments of an association, each with the people, the accounts and the documents that carry its SIRET."""

import hashlib
from collections.abc import Iterator

from connectors.djepva_rna.files import filename, handed_out
from connectors.djepva_rna.reading import address, day, decimal, euros, flag, instant, phone, whole, written, year
from connectors.djepva_rna.schemas_v4 import (
    Compte,
    DocumentDac,
    DocumentDepose,
    Etablissement,
    EtablissementProtege,
    RepresentantLegal,
    Rh,
)
from connectors.djepva_rna.structure import coded
from connectors.kit import Registry
from connectors.kit.xml import Element, text

DEPOSITED = {
    "BPA": "Budget prévisionnel",
    "CPA": "Comptes du dernier exercice clôt",
    "RCA": "Rapport du commissaire au compte",
    "RAR": "Rapport d'activité (le plus récent)",
    "RFA": "Rapport financier",
    "AGR": "Arrêté de l'agrement",
    "AFF": "Attestation d’affiliation",
    "PRS": "Projet sportif",
}
"""The contract's labels of deposited documents, with its spelling; another code stands for itself."""
BANK_DETAILS = "RIB"
DELETED = "supprimé"

Rows = dict[str, list[Element]]


def in_open_data(root: Element) -> list[Etablissement]:
    """The establishments, without people's names nor documents."""
    people, accounts = _by_siret(root, "rhs/rh"), _by_siret(root, "comptes/compte")
    return [_establishment(root, place, people, accounts) for place in root.findall("etablissements/etablissement")]


def in_full(root: Element, djepva: Registry) -> list[EtablissementProtege]:
    """The establishments with their representatives and their documents."""
    representatives = _by_siret(root, "representants_legaux/representant_legal")
    documents = _by_siret(root, "documents/document_dac", "meta/id_siret")
    return [
        {
            **place,
            "representants_legaux": [
                _representative(one) for one in representatives.get(place["siret"] or "", []) if _acts(one)
            ],
            "documents_dac": [
                _deposited(one, djepva) for one in documents.get(place["siret"] or "", []) if _shown(one)
            ],
        }
        for place in in_open_data(root)
    ]


def documents_rna(root: Element, djepva: Registry) -> list[DocumentDepose]:
    """What the association deposited at the prefecture."""
    return [_prefecture(one, djepva) for one in root.findall("documents/document_rna")]


def _by_siret(root: Element, path: str, key: str = "id_siret") -> Rows:
    rows: Rows = {}
    for one in root.findall(path):
        if siret := text(one, key).strip():
            rows.setdefault(siret, []).append(one)
    return rows


def _establishment(root: Element, place: Element, people: Rows, accounts: Rows) -> Etablissement:
    siret = text(place, "id_siret").strip()
    return {
        "siren": written(place, "id_siren"),
        "siret": siret or None,
        "actif": flag(place, "actif"),
        "siege": flag(place, "est_siege"),
        "nom": written(place, "nom"),
        "telephone": phone(place, "telephone"),
        "courriel": written(place, "courriel"),
        "date_debut_activite": day(place, "date_actif"),
        "adresse": address(place.find("adresse")),
        "activite_principale": coded(place, "activite_principale"),
        # The running service gives the whole association's headcount here, not the establishment's.
        "tranche_effectif": coded(root.find("activites"), "tranche_effectif"),
        "rhs": [_people(one) for one in people.get(siret, [])],
        "comptes": [_accounts(one) for one in accounts.get(siret, [])],
    }


def _people(one: Element) -> Rh:
    return {
        "annee": year(one.get("annee", "")),
        "nombre_benevoles": whole(one, "nb_benevoles"),
        "nombre_volontaires": whole(one, "nb_volontaires"),
        "nombre_salaries": whole(one, "nb_salaries"),
        "nombre_salaries_etpt": decimal(one, "nb_salaries_etpt"),
        "nombre_emplois_aides": whole(one, "nb_emplois_aides"),
        "nombre_personnels_detaches": whole(one, "nb_personnels_detaches"),
        "nombre_adherents": {
            "hommes": whole(one, "nb_adherents_h"),
            "femmes": whole(one, "nb_adherents_f"),
            "total": whole(one, "nb_adherents"),
        },
    }


def _accounts(one: Element) -> Compte:
    return {
        "annee": year(one.get("annee", "")),
        "commisaire_aux_comptes": flag(one, "a_commisaire_aux_comptes"),
        "montant_dons": euros(one, "dons"),
        # The running service looks for `cause_subv`, which is never written, and always answers null.
        "cause_subventions": written(one, "subv_cause"),
        "montant_subventions": euros(one, "subv"),
        "montant_aides_sur_3ans": euros(one, "aides_3ans"),
        "total_charges": euros(one, "charges"),
        "total_resultat": euros(one, "resultat"),
        "total_produits": euros(one, "produits"),
    }


def _acts(one: Element) -> bool:
    return text(one, "deleted").strip() == "false" and text(one, "est_representant_legal").strip() in ("true", "")


def _representative(one: Element) -> RepresentantLegal:
    name = written(one, "nom")
    return {
        "civilite": written(one, "civilite"),
        "nom": name.upper() if name else None,
        "prenom": written(one, "prenom"),
        "fonction": written(one, "fonction"),
        "valideur_cec": flag(one, "valideur_cec"),
        "publication_internet": flag(one, "publication_internet"),
        "telephone": phone(one, "telephone"),
        "courriel": written(one, "courriel"),
    }


def _shown(one: Element) -> bool:
    """Neither bank details nor a document that was taken back."""
    return BANK_DETAILS not in _both(one, "type") and DELETED not in _both(one, "etat")


def _both(one: Element, name: str) -> Iterator[str]:
    yield from (text(one, path).strip() for path in (f"meta/{name}", name))


def _deposited(one: Element, djepva: Registry) -> DocumentDac:
    kind, name = written(one, "meta/type"), written(one, "nom")
    return {
        "id": _hidden(one, "uuid"),
        "nom": name,
        "annee_validite": year(text(one, "meta/annee_validite")),
        "commentaire": written(one, "meta/commentaire") or written(one, "commentaire"),
        "etat": written(one, "meta/etat"),
        "type": DEPOSITED.get(kind, kind) if kind else None,
        "date_depot": day(one, "time_depot"),
        "url": handed_out(written(one, "url"), filename(name, "document_asso"), djepva),
    }


def _prefecture(one: Element, djepva: Registry) -> DocumentDepose:
    return {
        "id": _hidden(one, "id"),
        "type": "Pièce" if text(one, "type").strip() == "PIECE" else "Récipicé",
        "sous_type": {"code": written(one, "sous_type"), "libelle": written(one, "lib_sous_type")},
        "date_depot": instant(one, "time"),
        "annee_depot": year(text(one, "annee")),
        "url": handed_out(written(one, "url"), "document_asso.pdf", djepva),
    }


def _hidden(one: Element, path: str) -> str | None:
    """A document's number in the registry, hashed: stable, and of no use there."""
    number = written(one, path)
    return hashlib.sha256(number.encode()).hexdigest() if number else None
