# SPDX-License-Identifier: EUPL-1.2
"""Is the RNE there? It has no health address that we know of, so a fixed company is asked about."""

from connectors.inpi_rne.asking import company
from connectors.kit import NotFound, Registry, Siren

ABOUT = Siren("130025265")
"""The State's digital directorate (DINUM): a public body, which asks about itself."""


async def ping(registry: Registry) -> None:
    """Return when the registry answers in its own shape, « unknown » included. Raises a RegistryError otherwise."""
    try:
        await company(ABOUT, registry)
    except NotFound:
        return
