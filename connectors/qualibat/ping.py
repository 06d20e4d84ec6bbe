# SPDX-License-Identifier: EUPL-1.2
"""Is Qualibat there? It has no health address that we know of, so a stranger to it is asked about."""

from connectors.kit import NotFound, Registry, Siret
from connectors.qualibat.certification_batiment import v3

ABOUT = Siret("13002526500013")
"""The State's digital directorate (DINUM), which builds nothing."""


async def ping(registry: Registry) -> None:
    """Return when Qualibat answers about an establishment, known or not. Raises a RegistryError otherwise."""
    try:
        await v3(ABOUT, registry)
    except NotFound:
        return
