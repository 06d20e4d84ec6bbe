# SPDX-License-Identifier: EUPL-1.2
"""Is the portal of ratios there? Asked about a public body, which hands in no accounts."""

from connectors.kit import Registry
from connectors.kit.explore import records
from connectors.ratios_financiers.ratios import DATA_SET

ABOUT = "130025265"


async def ping(registry: Registry) -> None:
    """Return when the portal lists years, even none. Raises a RegistryError otherwise."""
    await records(registry, DATA_SET, "siren", ABOUT)
