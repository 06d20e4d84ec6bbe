# SPDX-License-Identifier: EUPL-1.2
"""Adresse in open data: what anyone may know of where a place of business is."""

from connectors.insee import asking, voie
from connectors.insee.schemas import Adresse, LinksAdresse, MetaAdresse
from connectors.kit import Answer, Registry, Siret

Links = LinksAdresse
Meta = MetaAdresse


async def v3(siret: Siret, insee: Registry) -> Answer[Adresse]:
    """The address, field by field and as an envelope. Raises NotFound (status N too), Forbidden."""
    return voie.answer_v3(await asking.etablissement(siret, insee), open_data=True)
