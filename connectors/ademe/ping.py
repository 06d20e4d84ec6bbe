# SPDX-License-Identifier: EUPL-1.2
"""Is ADEME's data set there? It has no health address that we know of, so a stranger to it is asked about."""

from connectors.ademe.certification_rge import v3
from connectors.kit import NotFound, Registry, Siret

ABOUT = Siret("13002526500013")
"""The State's digital directorate (DINUM), which insulates no roofs."""


async def ping(registry: Registry) -> None:
    """Return when the data set answers about an establishment, known or not. Raises a RegistryError otherwise."""
    try:
        await v3(ABOUT, "1", registry)
    except NotFound:
        return
