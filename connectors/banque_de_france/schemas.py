# SPDX-License-Identifier: EUPL-1.2
"""The published shape of balance sheets. Amounts are whole euros written as text, changes are percentages.

Source: the published OpenAPI. The labels of a figure are those of the year's tax return, where it has any.
"""

from typing import TypedDict

from connectors.kit import MayLack


class Montant(TypedDict):
    """An amount in euros, and its change since the year before, in percent."""

    valeur: str
    evolution: float | None


class Ratio(TypedDict):
    """A ratio in percent, and its change in percent."""

    valeur: MayLack[float]
    evolution: float | None


class ValeursCalculees(TypedDict):
    """What the bank works out of the tax return."""

    disponibilites: Montant
    total_dettes_stables: Montant
    valeur_ajoutee_bdf: Montant
    besoin_en_fonds_de_roulement: Montant
    excedent_brut_exploitation: Montant
    capacite_autofinancement: Montant
    fonds_roulement_net_global: Montant
    ratio_fonds_roulement_net_global_sur_besoin_en_fonds_de_roulement: Ratio
    dettes4_maturite_a_un_an_au_plus: Montant


class Donnee(TypedDict):
    """One figure of a tax form; `valeurs` has one amount, and the labels are null when the year has none."""

    code_nref: str
    valeurs: list[str]
    evolution: float | None
    code: MayLack[str]
    code_EDI: MayLack[str]
    code_absolu: MayLack[str]
    intitule: MayLack[str]
    code_type_donnee: MayLack[str]


class Declaration(TypedDict):
    """Some figures of one tax form."""

    numero_imprime: str
    donnees: list[Donnee]


class Bilan(TypedDict):
    """One balance sheet: its year `YYYY`, and the month it was closed in, `YYYY-MM`."""

    annee: str
    date_arrete_exercice: str
    valeurs_calculees: list[ValeursCalculees]
    declarations: list[Declaration]


class Meta(TypedDict):
    """Of the list: how many balance sheets it has."""

    count: int
