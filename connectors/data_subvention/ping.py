# SPDX-License-Identifier: EUPL-1.2
"""Is Data.Subvention there? Asked about a public body, which is no association."""

from connectors.data_subvention.subventions import ask
from connectors.kit import Registry, UnknownAnswer

ABOUT = "130025265"


async def ping(registry: Registry) -> None:
    """Return when Data.Subvention lists subsidies, or says in its own shape that it has none.

    A 404 from something else that stands in its place is not it answering. Raises a RegistryError otherwise.
    """
    reply = await ask(ABOUT, registry)
    body = reply.json_or_none()
    expected = {200: "subventions", 400: "message", 404: "message"}.get(reply.status)
    if not isinstance(body, dict) or expected not in body:
        raise UnknownAnswer
