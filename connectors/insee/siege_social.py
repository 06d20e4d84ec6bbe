# SPDX-License-Identifier: EUPL-1.2
"""Siège social: the head office of a company, for entitled administrations."""

from connectors.insee import asking, lieu
from connectors.insee.schemas import EtablissementV3, EtablissementV4, LinksEtablissement, MetaEtablissement
from connectors.kit import Answer, Registry, Siren

Links = LinksEtablissement
Meta = MetaEtablissement


async def v3(siren: Siren, insee: Registry) -> Answer[EtablissementV3]:
    """The head office, activities in the 2008 nomenclature. Raises NotFound (a forbidden one too)."""
    return lieu.answer_v3(await asking.siege_social(siren, insee), open_data=False)


async def v4(siren: Siren, insee: Registry) -> Answer[EtablissementV4]:
    """The head office, activities in both nomenclatures. Raises NotFound (a forbidden one too)."""
    return lieu.answer_v4(await asking.siege_social(siren, insee), open_data=False)
