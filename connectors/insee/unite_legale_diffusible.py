# SPDX-License-Identifier: EUPL-1.2
"""Unité légale in open data: what anyone may know of a company."""

from connectors.insee import asking, unite
from connectors.insee.schemas import LinksUniteLegale, MetaUniteLegale, UniteLegaleV3, UniteLegaleV4
from connectors.kit import Answer, Registry, Siren

Links = LinksUniteLegale
Meta = MetaUniteLegale


async def v3(siren: Siren, insee: Registry) -> Answer[UniteLegaleV3]:
    """The company, its activity in the 2008 nomenclature. Raises NotFound (status N too), Forbidden."""
    return unite.answer_v3(await asking.unite_legale(siren, insee), open_data=True)


async def v4(siren: Siren, insee: Registry) -> Answer[UniteLegaleV4]:
    """The company, its activity in both nomenclatures. Raises NotFound (status N too), Forbidden."""
    return unite.answer_v4(await asking.unite_legale(siren, insee), open_data=True)
