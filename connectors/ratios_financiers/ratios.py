# SPDX-License-Identifier: EUPL-1.2
"""Ratios: figures and ratios of each closed year whose accounts are public, the latest first.

Source: open data made from the accounts that the INPI publishes, on the portal of the ministry of the economy. A
company without public accounts is a not-found.
"""

from typing import TypedDict

from connectors.kit import Answer, NotFound, Registry, Siren, UnknownAnswer
from connectors.kit.explore import records
from connectors.kit.wire import Wire, day, number, text

DATA_SET = "ratios_inpi_bce"


class Exercice(TypedDict):
    """One closed year. Amounts are euros; ratios are per cent, days or turns as their name says.

    `type_bilan`: C complete, K consolidated, S simplified… `confidentialite`: what the company chose to keep from view.
    """

    date_cloture_exercice: str
    type_bilan: str | None
    confidentialite: str | None
    chiffre_d_affaires: float | None
    marge_brute: float | None
    ebe: float | None
    ebit: float | None
    resultat_net: float | None
    taux_d_endettement: float | None
    ratio_de_liquidite: float | None
    ratio_de_vetuste: float | None
    autonomie_financiere: float | None
    poids_bfr_exploitation_sur_ca: float | None
    poids_bfr_exploitation_sur_ca_jours: float | None
    couverture_des_interets: float | None
    caf_sur_ca: float | None
    capacite_de_remboursement: float | None
    marge_ebe: float | None
    resultat_courant_avant_impots_sur_ca: float | None
    rotation_des_stocks_jours: float | None
    credit_clients_jours: float | None


class Meta(TypedDict):
    """Of the list: years given, at most a hundred; and how many there are."""

    count: int
    total: int


async def v1(siren: Siren, ratios: Registry) -> Answer[list[Exercice]]:
    """The years. Raises NotFound when there are none, UnknownAnswer when one is somebody else's."""
    total, rows = await records(ratios, DATA_SET, "siren", siren, "date_cloture_exercice desc")
    if not rows:
        raise NotFound
    return Answer([_year(row, siren) for row in rows], meta={"count": len(rows), "total": total})


def _year(row: Wire, siren: Siren) -> Exercice:
    closed = day(row, "date_cloture_exercice")
    if closed is None or text(row, "siren") != siren:
        raise UnknownAnswer
    return Exercice(
        date_cloture_exercice=closed,
        type_bilan=text(row, "type_bilan"),
        confidentialite=text(row, "confidentiality"),
        chiffre_d_affaires=number(row, "chiffre_d_affaires"),
        marge_brute=number(row, "marge_brute"),
        ebe=number(row, "ebe"),
        ebit=number(row, "ebit"),
        resultat_net=number(row, "resultat_net"),
        taux_d_endettement=number(row, "taux_d_endettement"),
        ratio_de_liquidite=number(row, "ratio_de_liquidite"),
        ratio_de_vetuste=number(row, "ratio_de_vetuste"),
        autonomie_financiere=number(row, "autonomie_financiere"),
        poids_bfr_exploitation_sur_ca=number(row, "poids_bfr_exploitation_sur_ca"),
        poids_bfr_exploitation_sur_ca_jours=number(row, "poids_bfr_exploitation_sur_ca_jours"),
        couverture_des_interets=number(row, "couverture_des_interets"),
        caf_sur_ca=number(row, "caf_sur_ca"),
        capacite_de_remboursement=number(row, "capacite_de_remboursement"),
        marge_ebe=number(row, "marge_ebe"),
        resultat_courant_avant_impots_sur_ca=number(row, "resultat_courant_avant_impots_sur_ca"),
        rotation_des_stocks_jours=number(row, "rotation_des_stocks_jours"),
        credit_clients_jours=number(row, "credit_clients_jours"),
    )
