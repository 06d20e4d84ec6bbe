# SPDX-License-Identifier: EUPL-1.2
"""Is VIES there? It has no health address that we know of, so a question about a fixed company is put."""

from connectors.kit import Registry, Siren
from connectors.vies.reading import active

ABOUT = Siren("130025265")
"""The State's digital directorate (DINUM); whether its number is valid does not matter."""


async def ping(registry: Registry) -> None:
    """Return when VIES says yes or no. Raises a RegistryError otherwise."""
    await active(ABOUT, registry)
