# SPDX-License-Identifier: EUPL-1.2
"""What both v4 answers say of the association itself: who and where it is, what it does, its network, its approvals."""

from connectors.djepva_rna.asking import ALSACE_MOSELLE
from connectors.djepva_rna.files import published
from connectors.djepva_rna.reading import address, at, day, flag, phone, whole, written, year
from connectors.djepva_rna.schemas_v4 import (
    Activites,
    Agrement,
    AlsaceMoselle,
    CodeLibelle,
    LinksV4,
    Membre,
    MetaV4,
    ReseauAffiliation,
    Socle,
)
from connectors.kit import Registry, Siret
from connectors.kit.xml import Element, text

REGIMES = {ALSACE_MOSELLE: "Alsace-Moselle", "loi1901": "Loi 1901", "collectivite": "Collectivite"}
OTHER_REGIME = "Autre"


def socle(root: Element, djepva: Registry) -> Socle:
    """The common part of both answers."""
    identity, places = root.find("identite"), root.find("coordonnees")
    return {
        "rna": written(identity, "id_rna"),
        "ancien_id": written(identity, "id_ex"),
        "siren": written(identity, "id_siren"),
        "nom": written(identity, "nom"),
        # Both registers must say so: an association without a SIREN is not active here.
        "active": flag(identity, "active") and flag(identity, "active_sirene"),
        "sigle": written(identity, "sigle"),
        "reconnue_utilite_publique": flag(identity, "util_publique"),
        "siret_siege": written(identity, "id_siret_siege"),
        "forme_juridique": coded(identity, "forme_juridique"),
        "regime": REGIMES.get(text(identity, "regime").strip(), OTHER_REGIME),
        "groupement": written(identity, "groupement"),
        "eligibilite_cec": flag(identity, "eligibilite_cec"),
        "raison_non_eligibilite_cec": written(identity, "raison_non_eligibilite_cec"),
        "impots_commerciaux": flag(identity, "impots_commerciaux"),
        "date_creation": day(identity, "date_creat") or day(identity, "date_creation_sirene"),
        "date_dissolution": day(identity, "date_dissolution"),
        "date_publication_reconnue_utilite_publique": day(identity, "date_publication_util_publique"),
        "date_publication_journal_officiel": day(identity, "date_pub_jo"),
        "adresse_siege": address(at(places, "adresse_siege")),
        "adresse_gestion": address(at(places, "adresse_gestion")),
        "alsace_moselle": _local_law(identity),
        "composition_reseau": [_member(one) for one in root.findall("composition_reseau/membre")],
        "agrements": [_approval(one, djepva) for one in root.findall("agrements/agrement")],
        "activites": _activities(root.find("activites")),
    }


def links(root: Element) -> LinksV4:
    """Where INSEE tells about the head office; nulls when there is none."""
    siret = Siret.parse(text(root, "identite/id_siret_siege").strip())
    office = f"/v3/insee/sirene/etablissements/{siret}" if siret else None
    return {"insee_siege_social": office, "insee_siege_social_adresse": f"{office}/adresse" if office else None}


def meta(root: Element) -> MetaV4:
    """The service's number for the structure, and the days of the last changes."""
    return {
        "internal_id": text(root, "identite/id_correspondance"),
        "date_derniere_mise_a_jour_sirene": day(root, "identite/date_modif_siren"),
        "date_derniere_mise_a_jour_rna": day(root, "identite/date_modif_rna"),
    }


def affiliations(root: Element, djepva: Registry) -> list[ReseauAffiliation]:
    """The networks that the association belongs to."""
    return [_affiliation(one, djepva) for one in root.findall("reseaux_affiliation/reseau_affiliation")]


def coded(parent: Element | None, name: str) -> CodeLibelle:
    """The code and the label of `name`."""
    return {"code": written(parent, f"id_{name}"), "libelle": written(parent, f"lib_{name}")}


def _local_law(identity: Element | None) -> AlsaceMoselle:
    return {
        "tribunal_instance": written(identity, "tribunal_instance"),
        "volume": written(identity, "volume"),
        "folio": written(identity, "folio"),
        "date_publication_registre_association": day(identity, "date_pub_registre"),
    }


def _activities(activities: Element | None) -> Activites:
    main, size = coded(activities, "activite_principale"), coded(activities, "tranche_effectif")
    return {
        "objet": written(activities, "objet"),
        "objet_social1": coded(activities, "objet_social1"),
        "objet_social2": coded(activities, "objet_social2"),
        "champ_action_territorial": written(activities, "champ_action_territorial"),
        "activite_principale": {
            "code": main["code"],
            "libelle": main["libelle"],
            "annee": year(text(activities, "annee_activite_principale")),
        },
        "tranche_effectif": {
            "code": size["code"],
            "libelle": size["libelle"],
            "annee": year(text(activities, "annee_effectif_salarie_cent")),
        },
        "economie_sociale_et_solidaire": text(activities, "appartenance_ess").strip() == "O",
        "date_appartenance_ess": day(activities, "date_appartenance_ess"),
    }


def _member(one: Element) -> Membre:
    return {
        "nom": written(one, "nom"),
        "rna": written(one, "id_rna"),
        "siret": written(one, "id_siret"),
        "telephone": phone(one, "telephone"),
        "courriel": written(one, "courriel"),
        "objet": written(one, "objet"),
        "adresse": address(one.find("adresse")),
        "site_web": written(one, "site_web"),
    }


def _approval(one: Element, djepva: Registry) -> Agrement:
    return {
        "numero": written(one, "numero"),
        "date_attribution": day(one, "date_attribution"),
        "type": written(one, "type"),
        "niveau": written(one, "niveau"),
        "attributeur": written(one, "attributeur"),
        "url": published(written(one, "url"), "agrement.pdf", djepva),
    }


def _affiliation(one: Element, djepva: Registry) -> ReseauAffiliation:
    return {
        "nom": written(one, "nom"),
        "numero": written(one, "numero"),
        "rna": written(one, "id_rna"),
        "siret": written(one, "id_siret"),
        "objet": written(one, "objet"),
        "adresse": address(one.find("adresse")),
        "telephone": phone(one, "telephone"),
        "courriel": written(one, "courriel"),
        "attestation_affiliation_url": published(written(one, "url"), "attestation_affiliation.pdf", djepva),
        "nombre_licencies": {
            "hommes": whole(one, "nb_licencies_h"),
            "femmes": whole(one, "nb_licencies_f"),
            "total": whole(one, "nb_licencies"),
        },
    }
