# SPDX-License-Identifier: EUPL-1.2
"""Adresse: where a place of business is, for entitled administrations."""

from connectors.insee import asking, voie
from connectors.insee.schemas import Adresse, LinksAdresse, MetaAdresse
from connectors.kit import Answer, Registry, Siret

Links = LinksAdresse
Meta = MetaAdresse


async def v3(siret: Siret, insee: Registry) -> Answer[Adresse]:
    """The address, field by field and as an envelope. Raises NotFound, Forbidden."""
    return voie.answer_v3(await asking.etablissement(siret, insee), open_data=False)
