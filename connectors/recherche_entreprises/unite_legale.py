# SPDX-License-Identifier: EUPL-1.2
"""Unité légale: what the State's public search engine shows of one company, by its SIREN."""

from connectors.kit import Answer, NotFound, Registry, Siren
from connectors.recherche_entreprises.found import company, search
from connectors.recherche_entreprises.schemas import Entreprise


async def v1(siren: Siren, engine: Registry) -> Answer[Entreprise]:
    """The company. Raises NotFound when the engine finds none under this very number."""
    _, rows = await search({"q": siren}, engine)
    found = next((row for row in rows if row.get("siren") == siren), None)
    if found is None:
        raise NotFound
    return Answer(company(found))
