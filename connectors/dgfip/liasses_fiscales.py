# SPDX-License-Identifier: EUPL-1.2
"""Liasses fiscales: the tax return a company filed for a year, form by form, with the name of each figure.

Some forms list associates who are natural persons, with their birth dates and addresses: figures may be about people.
"""

import re
from typing import TypedDict

from connectors.dgfip.dictionnaire import Dictionary, dictionary
from connectors.dgfip.liasse import Form, listed, one_or_more, tax_return, written
from connectors.kit import Answer, Caller, MayLack, Registry, RegistryUnavailable, Siren
from connectors.kit.wire import Wire

MOST_OBLIGATIONS = 1_000
OBLIGATIONS = {
    "IS": "Impôt sur les sociétés",
    "BIC": "Bénéfices industriels et commerciaux",
    "IS GROUPE": "Impôt sur les sociétés dû par le groupe",
    "BA": "Bénéfices agricoles",
    "BNC": "Bénéfices non commerciaux",
}
REGIMES = {
    "RN": "Réel normal",
    "RS": "Régime simplifié",
    "RSI": "Régime simplifié",
    "RNMEMBRE": "Réel normal groupe (groupe)",
    "RNGROUPE": "Réel normal groupe (tête)",
    "DECC": "Déclaration contrôlée",
}
_DAYS = re.compile(r"\s*([0-9]{1,5})", re.ASCII)


class Obligation(TypedDict):
    """A tax the company owes returns for. Adélie writes `ISGROUPE` for the tax of a group, which has no label here."""

    id: MayLack[str]
    code: MayLack[str]
    libelle: MayLack[str]
    reference: MayLack[str]
    regime: MayLack[str]


class Regime(TypedDict):
    """A tax regime."""

    code: MayLack[str]
    libelle: MayLack[str]


class Donnee(TypedDict):
    """One figure of a form: its values, and what the DGFiP's dictionary calls it, null where it does not have it."""

    code_nref: str
    valeurs: list[MayLack[str]]
    code: MayLack[str]
    code_EDI: MayLack[str]
    code_absolu: MayLack[str]
    intitule: MayLack[str]
    code_type_donnee: MayLack[str]


class Declaration(TypedDict):
    """One form. Dates are `YYYY-MM-DD` as Adélie writes them, the duration is in days."""

    numero_imprime: str
    regime: Regime
    date_declaration: MayLack[str]
    date_fin_exercice: MayLack[str]
    duree_exercice: MayLack[float]
    millesime: MayLack[str]
    donnees: list[Donnee]


class Liasse(TypedDict):
    """The published shape."""

    obligations_fiscales: list[Obligation]
    declarations: list[Declaration]


class Meta(TypedDict):
    """The company's number inside the DGFiP."""

    internal_id_itip: MayLack[str]


async def v3(siren: Siren, year: str, caller: Caller, dgfip: Registry) -> Answer[Liasse]:
    """The return of `year`. Raises NotFound without one, RegistryUnavailable when we have no dictionary for it."""
    found = await tax_return(siren, year, caller, dgfip)
    names = dictionary(year)
    if names is None:
        raise RegistryUnavailable
    data = Liasse(
        obligations_fiscales=[_obligation(row) for row in one_or_more(found.company.get("setOcfis"), MOST_OBLIGATIONS)],
        declarations=[_declaration(form, names) for form in found.forms],
    )
    return Answer(data, meta={"internal_id_itip": written(found.company, "itip")})


def _obligation(row: Wire) -> Obligation:
    code = written(row, "codeObf")
    return Obligation(
        id=written(row, "numOcfi"),
        code=code,
        libelle=OBLIGATIONS.get(code) if code else None,
        reference=written(row, "ROF"),  # in capitals only: clients never saw the value that some answers call `rof`
        regime=written(row, "regime"),
    )


def _declaration(form: Form, names: Dictionary) -> Declaration:
    regime = written(form.facts, "code_regime")
    days = _DAYS.match(written(form.facts, "duree_exercice") or "")
    return Declaration(
        numero_imprime=form.number,
        regime=Regime(code=regime, libelle=REGIMES.get(regime) if regime else None),
        date_declaration=written(form.facts, "date_declaration"),
        date_fin_exercice=written(form.facts, "fin_exercice"),
        duree_exercice=int(days[1]) if days else None,
        millesime=written(form.facts, "millesime"),
        donnees=[_donnee(form.number, code, values, names) for code, values in listed(form)],
    )


def _donnee(form: str, figure: str, values: list[str | None], names: Dictionary) -> Donnee:
    entry = names.entry(form, figure)
    return Donnee(
        code_nref=figure,
        valeurs=values,
        code=entry.code if entry else None,
        code_EDI=entry.code_edi if entry else None,
        code_absolu=entry.code_absolu if entry else None,
        intitule=entry.intitule if entry else None,
        code_type_donnee=entry.code_type_donnee if entry else None,
    )
