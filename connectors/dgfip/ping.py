# SPDX-License-Identifier: EUPL-1.2
"""Is Adélie there? It says so itself, at an address that takes no parameter."""

from connectors.dgfip.adelie import BASE
from connectors.kit import Registry, UnknownAnswer


async def ping(registry: Registry) -> None:
    """Return when Adélie says that it is well. Raises a RegistryError otherwise."""
    reply = await registry.get(BASE + "etatSante")
    if reply.status != 200:
        raise UnknownAnswer
