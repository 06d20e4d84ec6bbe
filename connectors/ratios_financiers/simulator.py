# SPDX-License-Identifier: EUPL-1.2
"""The portal of ratios as it speaks on the wire, for tests, the sandbox and the benchmark.

Its figures are worked out of the personas' accounts, as those of the other registries are.
"""

import re
from collections.abc import Callable
from datetime import datetime

from connectors.kit.simulation import Asked, Handler, Said, World, json_said
from connectors.kit.simulation.accounts import Accounts, accounts

PATH = "/api/explore/v2.1/catalog/datasets/ratios_inpi_bce/records"
_WHERE = re.compile(r"siren='([0-9]{9})'", re.ASCII)


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The portal for these personas; the clock does not matter to it."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET" or asked.path != PATH:
            return json_said({"error_code": "NotFound", "message": "unknown dataset"}, 404)
        found = _WHERE.fullmatch(asked.query.get("where", ""))
        if not found:
            return json_said({"error_code": "ODSQLError", "message": "bad where clause"}, 400)
        persona = world.by_siren.get(found[1])
        public = persona is not None and not persona.natural_person
        rows = [_row(persona.siren, year) for year in accounts(persona).values()] if persona and public else []
        return json_said({"total_count": len(rows), "results": rows})

    return handle


def _row(siren: str, year: Accounts) -> dict[str, object]:
    def percent(part: int, whole: int) -> float:
        return round(100 * part / whole, 3) if whole else 0.0

    return {
        "siren": siren,
        "date_cloture_exercice": f"{year.year}-12-31",
        "type_bilan": "C",
        "confidentiality": "Public",
        "chiffre_d_affaires": year.turnover,
        "marge_brute": year.value_added,
        "ebe": year.gross_surplus,
        "ebit": year.gross_surplus - year.provisions,
        "resultat_net": year.result,
        "taux_d_endettement": percent(year.bank_debt, year.equity),
        "ratio_de_liquidite": percent(year.cash, year.bank_debt_within_a_year),
        "ratio_de_vetuste": None,
        "autonomie_financiere": percent(year.equity, year.total),
        "poids_bfr_exploitation_sur_ca": percent(year.working_capital_needed, year.turnover),
        "poids_bfr_exploitation_sur_ca_jours": round(365 * year.working_capital_needed / year.turnover, 3),
        "couverture_des_interets": 0.0,
        "caf_sur_ca": percent(year.self_financing, year.turnover),
        "capacite_de_remboursement": round(year.bank_debt / year.self_financing, 3) if year.self_financing else None,
        "marge_ebe": percent(year.gross_surplus, year.turnover),
        "resultat_courant_avant_impots_sur_ca": percent(year.result, year.turnover),
        "rotation_des_stocks_jours": 0.0,
        "credit_clients_jours": 42.5,
    }
