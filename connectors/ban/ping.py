# SPDX-License-Identifier: EUPL-1.2
"""Is the national address base there? Asked for one address."""

from connectors.kit import Registry, UnknownAnswer


async def ping(registry: Registry) -> None:
    """Return when the base gives a list of addresses, even none. Raises a RegistryError otherwise."""
    reply = await registry.get("/search", query={"q": "20 avenue de Ségur Paris", "limit": "1"})
    body = reply.json_or_none()
    if reply.status != 200 or not isinstance(body, dict) or not isinstance(body.get("features"), list):
        raise UnknownAnswer
