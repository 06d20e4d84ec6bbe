# SPDX-License-Identifier: EUPL-1.2
"""The published shapes of v4: an association with its establishments, in open data and for entitled administrations.

Dates are `YYYY-MM-DD`, amounts euros, years texts.
"""

from typing import TypedDict

from connectors.djepva_rna.schemas import Adresse
from connectors.kit import MayLack


class CodeLibelle(TypedDict):
    """A code and its label."""

    code: str | None
    libelle: str | None


class CodeLibelleAnnee(TypedDict):
    """A code, its label, and the year it was observed."""

    code: str | None
    libelle: str | None
    annee: str | None


class AlsaceMoselle(TypedDict):
    """Where an association of local law is entered: court, volume, folio, day."""

    tribunal_instance: str | None
    volume: str | None
    folio: str | None
    date_publication_registre_association: str | None


class Membre(TypedDict):
    """A member of the network that an association heads."""

    nom: MayLack[str]
    rna: str | None
    siret: str | None
    telephone: str | None
    courriel: str | None
    objet: MayLack[str]
    adresse: Adresse
    site_web: str | None


class Agrement(TypedDict):
    """An approval by an authority."""

    numero: MayLack[str]
    date_attribution: MayLack[str]
    type: MayLack[str]
    niveau: MayLack[str]
    attributeur: MayLack[str]
    url: str | None


class Activites(TypedDict):
    """What an association is for, what it does and where."""

    objet: str | None
    objet_social1: CodeLibelle
    objet_social2: CodeLibelle
    champ_action_territorial: str | None
    activite_principale: CodeLibelleAnnee
    tranche_effectif: CodeLibelleAnnee
    economie_sociale_et_solidaire: bool | None
    date_appartenance_ess: str | None


class Adherents(TypedDict):
    """Members, counted."""

    hommes: MayLack[int]
    femmes: MayLack[int]
    total: MayLack[int]


class Rh(TypedDict):
    """The people of an establishment in one year; `nombre_salaries_etpt` in full-time equivalents."""

    annee: MayLack[str]
    nombre_benevoles: MayLack[int]
    nombre_volontaires: MayLack[int]
    nombre_salaries: MayLack[int]
    nombre_salaries_etpt: MayLack[float]
    nombre_emplois_aides: MayLack[int]
    nombre_personnels_detaches: MayLack[int]
    nombre_adherents: Adherents


class Compte(TypedDict):
    """The accounts of an establishment in one year; `commisaire` is spelt as the contract spells it."""

    annee: MayLack[str]
    commisaire_aux_comptes: bool
    montant_dons: MayLack[float]
    cause_subventions: str | None
    montant_subventions: MayLack[float]
    montant_aides_sur_3ans: MayLack[float]
    total_charges: MayLack[float]
    total_resultat: MayLack[float]
    total_produits: MayLack[float]


class Etablissement(TypedDict):
    """An establishment. Its `tranche_effectif` is the whole association's."""

    siren: MayLack[str]
    siret: MayLack[str]
    actif: bool
    siege: bool
    nom: str | None
    telephone: str | None
    courriel: str | None
    date_debut_activite: str | None
    adresse: Adresse
    activite_principale: CodeLibelle
    tranche_effectif: CodeLibelle
    rhs: list[Rh]
    comptes: list[Compte]


class RepresentantLegal(TypedDict):
    """Somebody who may act for an establishment; the name in capitals."""

    civilite: MayLack[str]
    nom: MayLack[str]
    prenom: MayLack[str]
    fonction: MayLack[str]
    valideur_cec: bool
    publication_internet: bool
    telephone: str | None
    courriel: str | None


class DocumentDac(TypedDict):
    """A document that an establishment deposited with Le Compte Asso."""

    id: MayLack[str]
    nom: MayLack[str]
    annee_validite: str | None
    commentaire: str | None
    etat: MayLack[str]
    type: MayLack[str]
    date_depot: str | None
    url: MayLack[str]


class EtablissementProtege(Etablissement):
    """An establishment with the people and the documents that only entitled administrations see."""

    representants_legaux: list[RepresentantLegal]
    documents_dac: list[DocumentDac]


class Licencies(TypedDict):
    """Licence holders, counted."""

    hommes: int | None
    femmes: int | None
    total: int | None


class ReseauAffiliation(TypedDict):
    """A network that an association belongs to."""

    nom: MayLack[str]
    numero: str | None
    rna: str | None
    siret: str | None
    objet: str | None
    adresse: Adresse
    telephone: str | None
    courriel: str | None
    attestation_affiliation_url: str | None
    nombre_licencies: Licencies


class SousType(TypedDict):
    """What kind of document it is."""

    code: MayLack[str]
    libelle: MayLack[str]


class DocumentDepose(TypedDict):
    """A document deposited at the prefecture; `date_depot` is a date-time with the offset of Paris."""

    id: MayLack[str]
    type: str
    sous_type: SousType
    date_depot: str | None
    annee_depot: str | None
    url: MayLack[str]


class Socle(TypedDict):
    """What both answers say of the association itself."""

    rna: str | None
    ancien_id: str | None
    siren: str | None
    nom: MayLack[str]
    active: bool
    sigle: str | None
    reconnue_utilite_publique: bool
    siret_siege: str | None
    forme_juridique: CodeLibelle
    regime: str
    groupement: str | None
    eligibilite_cec: bool
    raison_non_eligibilite_cec: str | None
    impots_commerciaux: bool
    date_creation: str | None
    date_dissolution: str | None
    date_publication_reconnue_utilite_publique: str | None
    date_publication_journal_officiel: str | None
    adresse_siege: Adresse
    adresse_gestion: Adresse
    alsace_moselle: AlsaceMoselle
    composition_reseau: list[Membre]
    agrements: list[Agrement]
    activites: Activites


class AssociationOpenData(Socle):
    """An association, in open data."""

    etablissements: list[Etablissement]


class AssociationProtegee(Socle):
    """An association, for entitled administrations."""

    etablissements: list[EtablissementProtege]
    reseaux_affiliation: list[ReseauAffiliation]
    documents_rna: list[DocumentDepose]


class LinksV4(TypedDict):
    """The head office at INSEE, and its address; null without a head office."""

    insee_siege_social: str | None
    insee_siege_social_adresse: str | None


class MetaV4(TypedDict):
    """The service's own number for the structure, and when each source last changed."""

    internal_id: str
    date_derniere_mise_a_jour_sirene: str | None
    date_derniere_mise_a_jour_rna: str | None
