# SPDX-License-Identifier: EUPL-1.2
"""Effectifs annuels: how many people a company employed over a year, by scheme."""

import re
from collections.abc import Mapping
from typing import Literal, TypedDict

from connectors.gip_mds.effectifs import Headcount, Regime, ask, nature_code
from connectors.kit import Answer, Registry, Siren, UnknownAnswer

Nature = Literal[
    "effectif_moyen_annuel",
    "effectif_boeth_annuel",
    "effectif_ecap_annuel",
    "effectif_assujettissement_oeth_annuel",
]
NATURES: Mapping[str, Nature] = {
    "A01": "effectif_moyen_annuel",
    "A02": "effectif_boeth_annuel",
    "A03": "effectif_ecap_annuel",
    "A04": "effectif_assujettissement_oeth_annuel",
}
_PERIOD = re.compile(r"([0-9]{4})[0-9]{4}", re.ASCII)


class EffectifAnnuel(TypedDict):
    """The headcount of one scheme. `value`: persons; the date is `YYYY-MM-DD`. Null when not communicated."""

    regime: Regime
    nature: Nature
    value: float | None
    date_derniere_mise_a_jour: str | None


class EffectifsAnnuels(TypedDict):
    """The headcounts of a year, written in four digits."""

    siren: str
    annee: str
    effectifs_annuel: list[EffectifAnnuel]


async def v3(siren: Siren, year: str, nature_effectif: str | None, gip_mds: Registry) -> Answer[EffectifsAnnuels]:
    """The headcounts of the year. Raises NotFound when none is communicated."""
    nature = nature_code("A", nature_effectif)
    found = await ask({"nature": nature, "siren": siren, "periode": f"{year}1231"}, gip_mds)
    data = EffectifsAnnuels(siren=str(siren), annee=_year(found[0]), effectifs_annuel=[_item(one) for one in found])
    return Answer(data)


def _year(first: Headcount) -> str:
    period = _PERIOD.fullmatch(first.period)
    if not period:
        raise UnknownAnswer
    return period[1]


def _item(found: Headcount) -> EffectifAnnuel:
    nature = NATURES.get(found.nature)
    if nature is None:
        raise UnknownAnswer
    return EffectifAnnuel(
        regime=found.regime, nature=nature, value=found.value, date_derniere_mise_a_jour=found.updated
    )
