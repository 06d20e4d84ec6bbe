# SPDX-License-Identifier: EUPL-1.2
"""Is the open register of VAT numbers there? A question about a fixed company is put; what it says does not matter."""

from connectors.dgfip_tva.reading import listed
from connectors.kit import Registry

ABOUT = "07130025265"
"""The number of the State's digital directorate (DINUM)."""


async def ping(registry: Registry) -> None:
    """Return when the register says yes or no. Raises a RegistryError otherwise."""
    await listed(ABOUT, registry)
