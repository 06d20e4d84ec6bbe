# SPDX-License-Identifier: EUPL-1.2
"""The published shapes of INSEE's answers, v3 and v4.

Dates are whole seconds of midnight in Paris unless said otherwise. Texts hidden by partial diffusion read `[ND]`.
Source: the published OpenAPI; what it announces without null and Sirene may lack is a `MayLack`.
"""

from typing import Literal, TypedDict

from connectors.kit import MayLack

Diffusion = Literal["diffusible", "partiellement_diffusible", "non_diffusible"]
Kind = Literal["personne_physique", "personne_morale"]


class Activite(TypedDict):
    """An activity; `nomenclature` is the one of the code: NAFRev2 or NAF2025."""

    code: str | None
    nomenclature: str | None
    libelle: str


class Effectif(TypedDict):
    """A headcount bracket, from `de` to `a` persons; `date_reference` is a year."""

    de: int | None
    a: int | None
    code: str | None
    date_reference: str | None
    intitule: str | None


class FormeJuridique(TypedDict):
    """A legal form: INSEE's four-digit code and its label."""

    code: MayLack[str]
    libelle: str


class PersonneMorale(TypedDict):
    """What a legal person is called."""

    raison_sociale: str | None
    sigle: str | None


class PersonnePhysique(TypedDict):
    """Who a sole trader is."""

    pseudonyme: str | None
    prenom_usuel: str | None
    prenom_1: str | None
    prenom_2: str | None
    prenom_3: str | None
    prenom_4: str | None
    nom_usage: str | None
    nom_naissance: str | None
    sexe: str | None


class UniteLegale(TypedDict):
    """What both versions say of a company, and v3 inside an establishment."""

    siren: str
    rna: str | None
    siret_siege_social: MayLack[str]
    type: MayLack[Kind]
    personne_morale_attributs: PersonneMorale
    personne_physique_attributs: PersonnePhysique
    categorie_entreprise: str | None
    status_diffusion: Diffusion
    diffusable_commercialement: bool
    forme_juridique: FormeJuridique
    activite_principale: Activite
    tranche_effectif_salarie: Effectif
    economie_sociale_et_solidaire: bool | None
    date_creation: int | None
    etat_administratif: Literal["A", "C"]


class UniteLegaleNaf2025(UniteLegale):
    """The same with the activity in both nomenclatures: v4 inside an establishment."""

    activite_principale_naf_rev2: Activite


class UniteLegaleV3(UniteLegale):
    """A company, v3."""

    date_cessation: int | None


class UniteLegaleV4(UniteLegaleNaf2025):
    """A company, v4."""

    date_cessation: int | None


class AcheminementPostal(TypedDict):
    """The seven lines of an envelope; a line that has nothing is empty."""

    l1: str | None
    l2: str | None
    l3: str | None
    l4: str | None
    l5: str | None
    l6: str | None
    l7: str | None


class Adresse(TypedDict):
    """Where an establishment is."""

    numero_voie: MayLack[str]
    indice_repetition_voie: str | None
    type_voie: str | None
    libelle_voie: MayLack[str]
    complement_adresse: str | None
    code_commune: str | None
    libelle_commune: str | None
    code_postal: str | None
    distribution_speciale: str | None
    code_cedex: str | None
    libelle_cedex: str | None
    libelle_commune_etranger: str | None
    code_pays_etranger: str | None
    libelle_pays_etranger: str | None
    status_diffusion: Diffusion
    acheminement_postal: AcheminementPostal


class Etablissement(TypedDict):
    """What both versions say of an establishment, apart from its company."""

    siret: str
    siege_social: bool
    etat_administratif: Literal["A", "F"]
    date_fermeture: int | None
    enseigne: str | None
    activite_principale: Activite
    tranche_effectif_salarie: Effectif
    diffusable_commercialement: bool
    status_diffusion: Diffusion
    date_creation: int | None
    adresse: Adresse


class EtablissementV3(Etablissement):
    """An establishment and its company, v3."""

    unite_legale: UniteLegale


class EtablissementV4(Etablissement):
    """An establishment and its company, v4: activities in both nomenclatures."""

    activite_principale_naf_rev2: Activite
    unite_legale: UniteLegaleNaf2025


class Succession(TypedDict):
    """A link of succession with another establishment. `date_succession` is written `YYYY-MM-DD`."""

    siret: str
    date_succession: MayLack[str]
    transfert_siege: bool
    continuite_economique: bool


class Successions(TypedDict):
    """From which establishments one took over, and which took over from it."""

    predecesseurs: list[Succession]
    successeurs: list[Succession]


class LinksUniteLegale(TypedDict):
    """Where to ask about the head office."""

    siege_social: MayLack[str]
    siege_social_adresse: MayLack[str]


class MetaUniteLegale(TypedDict):
    """When Sirene last touched the company; the SIREN that was asked for when it is a duplicate of this one."""

    date_derniere_mise_a_jour: MayLack[int]
    redirect_from_siren: str | None


class LinksEtablissement(TypedDict):
    """Where to ask about the company."""

    unite_legale: str


class MetaEtablissement(TypedDict):
    """When Sirene last touched the establishment; the SIRET that was asked for when it is a duplicate of this one."""

    date_derniere_mise_a_jour: MayLack[int]
    redirect_from_siret: str | None


class LinksAdresse(TypedDict):
    """Where to ask about the establishment and its company."""

    unite_legale: str
    etablissement: str


class MetaAdresse(TypedDict):
    """When Sirene last touched the establishment."""

    date_derniere_mise_a_jour: MayLack[int]
