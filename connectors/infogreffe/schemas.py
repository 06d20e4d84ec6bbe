# SPDX-License-Identifier: EUPL-1.2
"""The published shapes of the two products. Texts of the register are given as they are written, mostly in capitals."""

from typing import Literal, TypedDict

from connectors.kit import MayLack

TypeMandataire = Literal["personne_physique", "personne_morale"]


class MandataireExtrait(TypedDict):
    """An officer as the extract names it; `date_naissance` is `YYYY-MM`. A person has no number, a company no birth."""

    type: TypeMandataire
    numero_identification: str | None
    fonction: str | None
    nom: str | None
    prenom: str | None
    date_naissance: str | None
    raison_sociale: str | None


class Mandataire(TypedDict):
    """An officer in full; `date_naissance` is `YYYY-MM-DD`, its timestamp midnight of that day in Paris."""

    type: TypeMandataire
    numero_identification: MayLack[str]
    fonction: str | None
    nom: str | None
    prenom: str | None
    date_naissance: str | None
    date_naissance_timestamp: int | None
    lieu_naissance: str | None
    pays_naissance: str | None
    code_pays_naissance: str | None
    nationalite: str | None
    code_nationalite: str | None
    raison_sociale: str | None
    code_greffe: str | None
    libelle_greffe: str | None


class MandatairesMeta(TypedDict):
    """Of the list: how many persons, companies, and both."""

    personnes_physiques_count: int
    personnes_morales_count: int
    count: int


class Observation(TypedDict):
    """A remark entered in the register, with its number and its day, `YYYY-MM-DD`."""

    numero: str
    libelle: str
    date: str


class EtablissementPrincipal(TypedDict):
    """What the main establishment does and where its business comes from; nulls when there is no main establishment."""

    activite: str | None
    origine_fonds: str | None
    mode_exploitation: str | None
    code_ape: MayLack[str]


class Capital(TypedDict):
    """The share capital; 0.0 when none is written, null when it cannot be read."""

    montant: float | None
    devise: str | None
    code_devise: str | None


class Greffe(TypedDict):
    """The court whose clerk keeps the file."""

    valeur: str
    code: str


class Libelle(TypedDict):
    """A text of the register and its code."""

    valeur: str | None
    code: str | None


class Adresse(TypedDict):
    """An address, in the pieces the register has."""

    nom_postal: str | None
    numero: str | None
    type: str | None
    voie: str | None
    ligne_1: str | None
    ligne_2: str | None
    localite: str | None
    code_postal: str | None
    bureau_distributeur: str | None
    pays: str | None


class Naissance(TypedDict):
    """A sole trader's birth; the date is `YYYY-MM-DD`."""

    pays: Libelle
    date: str | None
    lieu: str | None


class PersonnePhysique(TypedDict):
    """A sole trader; empty texts for a company."""

    adresse: Adresse
    nationalite: Libelle
    nom: str | None
    prenom: str | None
    naissance: Naissance


class PersonneMorale(TypedDict):
    """A company, its closing of accounts (`MM-DD`) and its end (`YYYY-MM-DD`); empty texts for a sole trader."""

    forme_juridique: Libelle
    denomination: str | None
    date_cloture_exercice_comptable: str | None
    date_fin_de_vie: str | None


class Extrait(TypedDict):
    """The extract. `date_extrait` is a French long date; the two others are `YYYY-MM-DD`."""

    siren: str
    date_radiation: str | None
    date_extrait: str | None
    date_immatriculation: str | None
    mandataires_sociaux: list[MandataireExtrait]
    observations: list[Observation]
    nom_commercial: str | None
    etablissement_principal: EtablissementPrincipal
    capital: Capital
    greffe: Greffe
    personne_physique: PersonnePhysique
    personne_morale: PersonneMorale
