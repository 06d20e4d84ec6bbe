# SPDX-License-Identifier: EUPL-1.2
"""Établissement in open data: what anyone may know of a place of business."""

from connectors.insee import asking, lieu
from connectors.insee.schemas import EtablissementV3, EtablissementV4, LinksEtablissement, MetaEtablissement
from connectors.kit import Answer, Registry, Siret

Links = LinksEtablissement
Meta = MetaEtablissement


async def v3(siret: Siret, insee: Registry) -> Answer[EtablissementV3]:
    """The establishment, activities in the 2008 nomenclature. Raises NotFound (status N too), Forbidden."""
    return lieu.answer_v3(await asking.etablissement(siret, insee), open_data=True)


async def v4(siret: Siret, insee: Registry) -> Answer[EtablissementV4]:
    """The establishment, activities in both nomenclatures. Raises NotFound (status N too), Forbidden."""
    return lieu.answer_v4(await asking.etablissement(siret, insee), open_data=True)
