# SPDX-License-Identifier: EUPL-1.2
"""Successions: from which establishments one took over, and which took over from it."""

from connectors.insee import asking
from connectors.insee.schemas import Succession, Successions
from connectors.insee.wire import Wire, flag, needed, text
from connectors.kit import Answer, Registry, Siret, UnknownAnswer

_BEFORE = "siretEtablissementPredecesseur"
_AFTER = "siretEtablissementSuccesseur"


async def v3(siret: Siret, insee: Registry) -> Answer[Successions]:
    """Both directions. Raises NotFound when no succession is known, as the registry does."""
    links = await asking.successions(siret, insee)
    before = [_link(link, _BEFORE) for link in links if link.get(_AFTER) == siret]
    after = [_link(link, _AFTER) for link in links if link.get(_BEFORE) == siret]
    if not before and not after:
        raise UnknownAnswer  # links, but none of this establishment
    return Answer({"predecesseurs": before, "successeurs": after})


def _link(link: Wire, other: str) -> Succession:
    return {
        "siret": needed(link, other),
        "date_succession": text(link, "dateLienSuccession"),
        "transfert_siege": flag(link, "transfertSiege"),
        "continuite_economique": flag(link, "continuiteEconomique"),
    }
