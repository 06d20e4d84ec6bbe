# SPDX-License-Identifier: EUPL-1.2
"""Établissement: what Sirene knows of a place of business, for entitled administrations."""

from connectors.insee import asking, lieu
from connectors.insee.schemas import EtablissementV3, EtablissementV4, LinksEtablissement, MetaEtablissement
from connectors.kit import Answer, Registry, Siret

Links = LinksEtablissement
Meta = MetaEtablissement


async def v3(siret: Siret, insee: Registry) -> Answer[EtablissementV3]:
    """The establishment, activities in the 2008 nomenclature. Raises NotFound, Forbidden."""
    return lieu.answer_v3(await asking.etablissement(siret, insee), open_data=False)


async def v4(siret: Siret, insee: Registry) -> Answer[EtablissementV4]:
    """The establishment, activities in both nomenclatures. Raises NotFound, Forbidden."""
    return lieu.answer_v4(await asking.etablissement(siret, insee), open_data=False)
