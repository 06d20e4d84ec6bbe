# SPDX-License-Identifier: EUPL-1.2
"""Is BODACC there? Asked about a public body, which it never speaks of."""

from connectors.bodacc.annonces import DATA_SET
from connectors.kit import Registry
from connectors.kit.explore import records

ABOUT = "130025265"


async def ping(registry: Registry) -> None:
    """Return when BODACC lists notices, even none. Raises a RegistryError otherwise."""
    await records(registry, DATA_SET, "registre", ABOUT)
