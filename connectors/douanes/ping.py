# SPDX-License-Identifier: EUPL-1.2
"""Are the customs' registrations there? Asked about the number of the customs' own computing centre."""

from connectors.douanes.immatriculations_eori import ask
from connectors.kit import Registry, UnknownAnswer

ABOUT = "FR16002307300010"


async def ping(registry: Registry) -> None:
    """Return when the customs answer in their own shape, whether they know the number or not.

    A 404 from something else that stands in their place is not them answering. Raises a RegistryError otherwise.
    """
    reply = await ask(ABOUT, registry)
    body = reply.json_or_none()
    expected = {200: "EORI", 404: "erreur"}.get(reply.status)
    if not isinstance(body, dict) or expected not in body:
        raise UnknownAnswer
