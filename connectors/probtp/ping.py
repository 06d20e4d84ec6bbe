# SPDX-License-Identifier: EUPL-1.2
"""Is PRO BTP there? It has no health address that we know of, so a fixed establishment's status is asked for."""

from connectors.kit import NotFound, Registry
from connectors.probtp.conformite_cotisations_retraite import SERVICE
from connectors.probtp.reading import ask

ABOUT = "13002526500013"
"""The State's digital directorate (DINUM): a public body, which asks about itself."""


async def ping(registry: Registry) -> None:
    """Return when PRO BTP answers in its own shape, « unknown » included. Raises a RegistryError otherwise."""
    try:
        await ask(SERVICE, ABOUT, registry)
    except NotFound:
        return
