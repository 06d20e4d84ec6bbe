# SPDX-License-Identifier: EUPL-1.2
"""The published shape of capital links: who owns a company, and what it owns.

Percentages are decimal numbers, counts whole ones. Source: the published OpenAPI; what it announces without null and a
form may leave blank is a `MayLack`.
"""

from typing import Literal, TypedDict

from connectors.kit import MayLack


class Naissance(TypedDict):
    """The year and the month somebody was born."""

    annee: str | None
    mois: str | None


class PersonnePhysique(TypedDict):
    """An owner who is a natural person; all null for the others."""

    civilite: str | None
    nom_patronymique_et_prenoms: str | None
    nom_marital: str | None
    date_naissance: Naissance


class PersonneMorale(TypedDict):
    """An owner that is a legal person; all null for the others."""

    siren: str | None
    denomination: str | None
    complement_denomination: str | None
    forme_juridique: str | None


class Adresse(TypedDict):
    """Where an owner is; the country is a code of ISO 3166."""

    numero: str | None
    voie: str | None
    lieu_dit_hameau: str | None
    code_postal: str | None
    ville: str | None
    pays: str | None


class Actionnaire(TypedDict):
    """One owner: the percentage of the capital, and how many shares."""

    type: Literal["personne_morale", "personne_physique"]
    pourcentage: MayLack[float]
    nombre_parts: MayLack[float]
    personne_physique_attributes: PersonnePhysique
    personne_morale_attributes: PersonneMorale
    adresse: Adresse


class Titres(TypedDict):
    """How many shares one kind of owners has, and how many they are."""

    total_actions: float | None
    nombre: float | None


class Repartition(TypedDict):
    """The shares between natural and legal persons."""

    personnes_physiques: Titres
    personnes_morales: Titres


class Capital(TypedDict):
    """Form 2059F. `depose_neant`: whether it was filed blank, null when it was not filed."""

    actionnaires: list[Actionnaire]
    repartition: Repartition
    depose_neant: bool | None


class AdresseFiliale(TypedDict):
    """Where a company that is owned is."""

    numero: MayLack[str]
    voie: str | None
    lieu_dit_hameau: str | None
    code_postal: MayLack[str]
    ville: MayLack[str]
    pays: str | None


class Filiale(TypedDict):
    """A company that is owned, and the percentage of it."""

    siren: MayLack[str]
    denomination: MayLack[str]
    complement_denomination: str | None
    forme_juridique: MayLack[str]
    pourcentage_detention: MayLack[float]
    adresse: AdresseFiliale


class Participations(TypedDict):
    """Form 2059G. `depose_neant`: whether it was filed blank, null when it was not filed."""

    filiales: list[Filiale]
    nombre_filiales: MayLack[float]
    depose_neant: MayLack[bool]


class Liens(TypedDict):
    """The published shape."""

    capital: Capital
    participations: Participations
