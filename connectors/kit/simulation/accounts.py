# SPDX-License-Identifier: EUPL-1.2
"""The yearly accounts of the personas, worked out of their turnover: the same for every registry that tells of them."""

from dataclasses import dataclass

from connectors.kit.simulation.personas import Persona


@dataclass(frozen=True, slots=True)
class Accounts:
    """One closed year in euros; all but the turnover are whole thousands."""

    year: int
    turnover: int
    result: int
    total: int
    equity: int
    capital: int
    provisions: int
    bank_debt: int
    bank_debt_within_a_year: int
    other_debt: int
    partners: int
    cash: int
    stable_debt: int
    value_added: int
    gross_surplus: int
    self_financing: int
    working_capital: int
    working_capital_needed: int


def accounts(persona: Persona) -> dict[int, Accounts]:
    """The accounts of a persona by year, newest first; none for one that declares no turnover."""
    return {year: _of(year, turnover) for year, turnover in persona.ca}


def _of(year: int, turnover: int) -> Accounts:
    def share(thousandths: int) -> int:
        return turnover * thousandths // 1_000_000 * 1000

    return Accounts(
        year=year,
        turnover=turnover,
        result=share(52),
        total=share(784),
        equity=share(312),
        capital=share(41),
        provisions=share(28),
        bank_debt=share(173),
        bank_debt_within_a_year=share(39),
        other_debt=share(11),
        partners=share(19),
        cash=share(94),
        stable_debt=share(146),
        value_added=share(383),
        gross_surplus=share(91),
        self_financing=share(73),
        working_capital=share(162),
        working_capital_needed=share(121),
    )
