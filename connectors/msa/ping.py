# SPDX-License-Identifier: EUPL-1.2
"""Is the MSA there? It has no health address, so a question about a fixed establishment is put."""

from connectors.kit import NotFound, Registry, Siret
from connectors.msa.conformite_cotisations import status_of

ABOUT = Siret("13002526500013")
"""The State's digital directorate (DINUM): a public body, of which the MSA need not know anything."""


async def ping(registry: Registry) -> None:
    """Return when the MSA says where an establishment stands, or that it does not know it. Raises a RegistryError."""
    try:
        status_of(await registry.get(f"/{ABOUT}"))
    except NotFound:
        return
