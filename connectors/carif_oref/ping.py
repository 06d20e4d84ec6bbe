# SPDX-License-Identifier: EUPL-1.2
"""Is the Carif-Oref's registry there? Asked about a public body; being unknown is an answer in its own shape."""

from connectors.carif_oref.qualiopi import ask
from connectors.kit import Registry, UnknownAnswer

ABOUT = "13002526500013"


async def ping(registry: Registry) -> None:
    """Return when the registry answers in its own shape. Raises a RegistryError otherwise."""
    reply = await ask(ABOUT, registry)
    body = reply.json_or_none()
    if reply.status != 200 or not isinstance(body, dict) or "siret_actif" not in body:
        raise UnknownAnswer
