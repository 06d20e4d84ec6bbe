# SPDX-License-Identifier: EUPL-1.2
"""Is the search engine there? It tells when its sources last changed, at an address that takes no parameter."""

from connectors.kit import Registry, UnknownAnswer


async def ping(registry: Registry) -> None:
    """Return when the engine tells the state of its sources. Raises a RegistryError otherwise."""
    reply = await registry.get("/sources/last_modified")
    if reply.status != 200 or not isinstance(reply.json(), dict | list):
        raise UnknownAnswer
