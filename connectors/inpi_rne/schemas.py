# SPDX-License-Identifier: EUPL-1.2
"""The published shapes of the RNE extract. Dates are `YYYY-MM-DD` unless said otherwise."""

from typing import Literal, TypedDict

from connectors.kit import MayLack


class FormeJuridique(TypedDict):
    """A legal form with its label."""

    code: MayLack[str]
    libelle: MayLack[str]


class CodeApe(TypedDict):
    """The main activity in the NAF, without its dot, with its label."""

    code: MayLack[str]
    libelle: str


class CodeAprm(TypedDict):
    """The main craft activity, for those who carry one on."""

    code: str | None
    libelle: str | None


class Capital(TypedDict):
    """The share capital; `devise` is an ISO 4217 code."""

    montant: float | None
    devise: str


class Dissolution(TypedDict):
    """How the company was dissolved; whether it was liquidated is never told."""

    date: str | None
    poursuite_activite: bool | None
    avec_liquidation: bool | None


class Adresse(TypedDict):
    """An address in capitals."""

    voie: MayLack[str]
    code_postal: MayLack[str]
    commune: MayLack[str]
    pays: str
    complement: str | None


class IdentiteEntreprise(TypedDict):
    """Who the company is. `date_cloture_exercice` is `MM-DD`; `nom` and `prenoms` are those of a sole trader."""

    siren: str
    denomination: str | None
    nom: str | None
    prenoms: list[str] | None
    forme_juridique: FormeJuridique
    nature_entreprise: MayLack[str]
    associe_unique: bool
    date_immatriculation_rne: MayLack[str]
    date_debut_activite: str | None
    date_fin_personne: str | None
    date_cloture_exercice: str | None
    date_premiere_cloture_exercice: str | None
    detail_cessation: str | None
    dissolution: Dissolution
    capital_social: Capital
    activite_principales_objet_social: str | None
    code_APE: CodeApe
    code_APRM: CodeAprm
    adresse_siege_social: MayLack[Adresse]


class Dirigeant(TypedDict):
    """A natural person who runs the company. `date_naissance` is `YYYY-MM`, the day is not told."""

    qualite: MayLack[str]
    nom: MayLack[str]
    prenom: MayLack[str]
    date_naissance: MayLack[str]
    commune_residence: MayLack[str]


class Etablissement(TypedDict):
    """A place of business."""

    siret: MayLack[str]
    type_etablissement: Literal["Siège et principal", "Secondaire"]
    statut: Literal["actif", "fermé"]
    date_debut_activite: MayLack[str]
    code_APE: CodeApe
    code_APRM: CodeAprm
    origine_fonds: str
    nature_etablissement: MayLack[str]
    activite_principale: MayLack[str]
    autre_activite: str | None
    adresse: MayLack[Adresse]


class Observation(TypedDict):
    """A remark of the commercial register (rcs) or of the crafts register (rnm)."""

    fournisseur: Literal["rcs", "rnm"]
    numero: MayLack[str]
    date: MayLack[str]
    texte: MayLack[str]


class Extrait(TypedDict):
    """An extract. The first establishment is the main one, null when it is closed or missing."""

    document_url: str
    identite_entreprise: IdentiteEntreprise
    dirigeants_et_associes: list[Dirigeant]
    etablissements: list[Etablissement | None]
    diffusion_commerciale: bool
    diffusion_insee: bool
    etablissements_fermes_total: int
    observations: list[Observation]
