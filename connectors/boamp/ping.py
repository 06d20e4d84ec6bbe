# SPDX-License-Identifier: EUPL-1.2
"""Is BOAMP there? Asked about a number that no notice has."""

from connectors.boamp.avis import DATA_SET
from connectors.kit import Registry
from connectors.kit.explore import records

ABOUT = "00-0"


async def ping(registry: Registry) -> None:
    """Return when BOAMP lists notices, even none. Raises a RegistryError otherwise."""
    await records(registry, DATA_SET, "idweb", ABOUT)
