# SPDX-License-Identifier: EUPL-1.2
"""Is the FNTP there? It has no health address that we know of, so a company it does not know is asked about."""

from connectors.fntp.carte_professionnelle import v3
from connectors.kit import NotFound, Registry, Siren

ABOUT = Siren("130025265")
"""The State's digital directorate (DINUM), which has no such card."""


async def ping(registry: Registry) -> None:
    """Return when the FNTP answers about a company, known or not. Raises a RegistryError otherwise."""
    try:
        await v3(ABOUT, registry)
    except NotFound:
        return
