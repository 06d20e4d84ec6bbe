# SPDX-License-Identifier: EUPL-1.2
"""The published shape of Qualiopi and France compétences, v3. Dates are `YYYY-MM-DD`.

Source: the published OpenAPI; what it announces without null and the registry may lack is a `MayLack`.
"""

from typing import TypedDict

from connectors.kit import MayLack


class Certification(TypedDict):
    """The actions Qualiopi covers. `obtention_via_unite_legale`: null when the label was not asked for."""

    action_formation: MayLack[bool]
    bilan_competences: MayLack[bool]
    validation_acquis_experience: MayLack[bool]
    apprentissage: MayLack[bool]
    obtention_via_unite_legale: bool | None


class Specialite(TypedDict):
    """A training speciality of the national nomenclature."""

    code: str | None
    libelle: str | None


class Specialites(TypedDict):
    """Up to three specialities, in no order."""

    specialite_1: Specialite
    specialite_2: Specialite
    specialite_3: Specialite


class Declaration(TypedDict):
    """A declaration of activity (NDA). `actif` is always true: only active ones are told."""

    numero_de_declaration: str
    actif: bool
    date_derniere_declaration: MayLack[str]
    date_debut_exercice: MayLack[str]
    date_fin_exercice: MayLack[str]
    certification_qualiopi: Certification
    specialites: Specialites


class Habilitation(TypedDict):
    """The right to train for, or to assess, a certification of France compétences; `code` is its RNCP or RS number."""

    code: MayLack[str]
    actif: MayLack[bool]
    date_actif: str | None
    date_fin_enregistrement: str | None
    date_decision: str | None
    habilitation_pour_former: MayLack[bool]
    habilitation_pour_organiser_l_evaluation: MayLack[bool]
    sirets_organismes_certificateurs: list[str]


class Organisme(TypedDict):
    """A training organisation's establishment; `siret` is its active one, which may not be the one asked about."""

    siret: str
    code_uai: str | None
    unite_legale_avec_plusieurs_nda: MayLack[bool]
    declarations_activites_etablissement: list[Declaration]
    habilitations_france_competence: list[Habilitation]
