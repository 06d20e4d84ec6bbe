# SPDX-License-Identifier: EUPL-1.2
"""Unité légale: what Sirene knows of a company, for entitled administrations."""

from connectors.insee import asking, unite
from connectors.insee.schemas import LinksUniteLegale, MetaUniteLegale, UniteLegaleV3, UniteLegaleV4
from connectors.kit import Answer, Registry, Siren

Links = LinksUniteLegale
Meta = MetaUniteLegale


async def v3(siren: Siren, insee: Registry) -> Answer[UniteLegaleV3]:
    """The company, its activity in the 2008 nomenclature. Raises NotFound, Forbidden."""
    return unite.answer_v3(await asking.unite_legale(siren, insee), open_data=False)


async def v4(siren: Siren, insee: Registry) -> Answer[UniteLegaleV4]:
    """The company, its activity in both nomenclatures. Raises NotFound, Forbidden."""
    return unite.answer_v4(await asking.unite_legale(siren, insee), open_data=False)
