# SPDX-License-Identifier: EUPL-1.2
"""Is the Agence Bio there? Asked about a public body, which grows nothing."""

from connectors.agence_bio.certifications import ask
from connectors.kit import Registry

ABOUT = "13002526500013"


async def ping(registry: Registry) -> None:
    """Return when the agency lists operators, even none. Raises a RegistryError otherwise."""
    await ask(ABOUT, registry)
