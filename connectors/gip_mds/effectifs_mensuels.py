# SPDX-License-Identifier: EUPL-1.2
"""Effectifs mensuels: how many people an establishment employed in a month, and in some months before, by scheme."""

import re
from collections.abc import Mapping
from typing import Literal, TypedDict, get_args

from connectors.gip_mds.effectifs import Headcount, Regime, ask, nature_code
from connectors.kit import Answer, Registry, Siret, UnknownAnswer

Nature = Literal[
    "effectif_moyen_mensuel",
    "effectif_boeth_mensuel",
    "effectif_ecap_mensuel",
    "effectif_assujettissement_oeth_mensuel",
]
NATURES: Mapping[str, Nature] = {
    "M01": "effectif_moyen_mensuel",
    "M02": "effectif_boeth_mensuel",
    "M03": "effectif_ecap_mensuel",
    "M04": "effectif_assujettissement_oeth_mensuel",
}
Month = Literal["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"]
_MONTHS: Mapping[str, Month] = {month: month for month in get_args(Month)}
_PERIOD = re.compile(r"([0-9]{4})([0-9]{2})[0-9]{2}", re.ASCII)


class EffectifMensuel(TypedDict):
    """The headcount of one scheme in one month. `value`: persons; the date is `YYYY-MM-DD`. Null: not communicated."""

    regime: Regime
    nature: Nature
    value: float | None
    annee: str
    mois: Month
    date_derniere_mise_a_jour: str | None


class EffectifsMensuels(TypedDict):
    """The headcounts of the month asked for and, with a depth, of the months before, in one list."""

    siret: str
    effectifs_mensuels: list[EffectifMensuel]


async def v3(
    siret: Siret,
    month: str,
    year: str,
    nature_effectif: str | None,
    profondeur: str | None,
    gip_mds: Registry,
) -> Answer[EffectifsMensuels]:
    """The headcounts of the month and of `profondeur` months before. Raises NotFound when none is communicated."""
    question = {"nature": nature_code("M", nature_effectif), "siret": str(siret), "periode": f"{year}{month}01"}
    if profondeur is not None:
        question["profondeurHistorique"] = profondeur
    found = await ask(question, gip_mds)
    return Answer(EffectifsMensuels(siret=str(siret), effectifs_mensuels=[_item(one) for one in found]))


def _item(found: Headcount) -> EffectifMensuel:
    nature = NATURES.get(found.nature)
    period = _PERIOD.fullmatch(found.period)
    month = _MONTHS.get(period[2]) if period else None
    if nature is None or period is None or month is None:
        raise UnknownAnswer
    return EffectifMensuel(
        regime=found.regime,
        nature=nature,
        value=found.value,
        annee=period[1],
        mois=month,
        date_derniere_mise_a_jour=found.updated,
    )
