# SPDX-License-Identifier: EUPL-1.2
"""The Banque de France as it speaks on the wire: thousands of euros, and its true status inside the body.

It follows companies from 750 000 euros of turnover on, and gives three balance sheets at most.
"""

import re
from collections.abc import Callable
from datetime import datetime

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said
from connectors.kit.simulation.accounts import Accounts, accounts

FOLLOWED = 750_000
GIVEN = 3
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
_SIREN = re.compile(r"/([0-9]{9})", re.ASCII)
# The bank's keys, and what they are of the accounts; its two spellings of the changes stand in CHANGES.
KEYS: dict[str, Callable[[Accounts], int]] = {
    "totalPassif": lambda year: year.total,
    "capitauxPropresEtAssimiles": lambda year: year.equity,
    "dontCapitalSocial": lambda year: year.capital,
    "totalProvisionsPourRisquesEtCharges": lambda year: year.provisions,
    "dettes1EmpruntsObligatairesEtConvertibles": lambda year: 0,
    "dettes2AutresEmpruntsObligataires": lambda year: 0,
    "dettes3EmruntsEtDettesAupresDesEtablissementsdeCredit": lambda year: year.bank_debt,
    "empruntsEtDettesFinancieresDivers": lambda year: year.other_debt,
    "caHT": lambda year: year.turnover,
    "resultatExercice": lambda year: year.result,
    "groupesEtAssocies": lambda year: year.partners,
    "disponibilites": lambda year: year.cash,
    "totalDettesStables": lambda year: year.stable_debt,
    "valeurAjouteeBdf": lambda year: year.value_added,
    "besoinEnFondsDeRoulement": lambda year: year.working_capital_needed,
    "ebe": lambda year: year.gross_surplus,
    "caf": lambda year: year.self_financing,
    "frng": lambda year: year.working_capital,
    "dettes4DontAUnAnAuPlus": lambda year: year.bank_debt_within_a_year,
    "dontAutresFondsPropres": lambda year: 0,
}
CHANGES = {
    "dettes3EmruntsEtDettesAupresDesEtablissementsdeCredit": (
        "evolutionDettes3EmpruntsEtDettesAupresDesEtablissementsdeCredit"
    ),
    "totalDettesStables": "evolutionTotaltotalDettesStables",
}


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The bank's file of these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        wanted = _SIREN.fullmatch(asked.path)
        if asked.method != "GET" or not wanted:
            return json_said({"status": 404, "error": "Not Found"}, 404)
        return _answer(wanted[1], world.by_siren.get(wanted[1]), clock().astimezone(PARIS))

    return handle


def _answer(siren: str, persona: Persona | None, now: datetime) -> Said:
    years = list(accounts(persona).values()) if persona and not persona.redirige_vers else []
    followed = any(year.turnover >= FOLLOWED for year in years)
    sheets = [_sheet(year, years[rank + 1] if rank + 1 < len(years) else None) for rank, year in enumerate(years)]
    body = {
        "siren": siren,
        "denominationSociale": persona.name if persona and followed else None,
        "code-retour": 200 if followed else 204,
        "message": "Bilans du simulateur" if followed else "Aucun bilan",
        "date": f"{now.day} {MONTHS[now.month - 1]} {now:%Y %H:%M:%S}",
        "monnaie": "kEuros",
        "bilans": sheets[:GIVEN] if followed else None,
    }
    return json_said(body)


def _sheet(year: Accounts, before: Accounts | None) -> dict[str, str]:
    sheet = {"dateArrete": f"{year.year}12", "dureeExercice": "12"}
    for key, of in KEYS.items():
        sheet[key] = str(of(year) // 1000)
        sheet[CHANGES.get(key, f"evolution{key[0].upper()}{key[1:]}")] = _change(of(year), of(before) if before else 0)
    ratio, last = _ratio(year), _ratio(before) if before else 0.0
    return sheet | {"frng/bfr": f"{ratio:.2f}%", "evolutionFrng/Bfr": _change(ratio, last)}


def _ratio(year: Accounts) -> float:
    return 100 * year.working_capital / year.working_capital_needed if year.working_capital_needed else 0.0


def _change(now: float, before: float) -> str:
    return f"{100 * (now - before) / before:+.2f}%" if before else ""
