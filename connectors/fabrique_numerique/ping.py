# SPDX-License-Identifier: EUPL-1.2
"""Are the collective agreements there? Asked about a public body, which applies none."""

from connectors.kit import Registry, UnknownAnswer

ABOUT = "13002526500013"


async def ping(registry: Registry) -> None:
    """Return when the registry answers with a list, agreements or not. Raises a RegistryError otherwise."""
    reply = await registry.get(f"/{ABOUT}")
    if reply.status != 200 or not isinstance(reply.json(), list):
        raise UnknownAnswer
