# SPDX-License-Identifier: EUPL-1.2
"""Is Qualifelec there? It has no health address that we know of, so a stranger to it is asked about."""

from connectors.kit import NotFound, Registry, RegistryRefusal, Siret
from connectors.qualifelec.certificats import v3

ABOUT = Siret("13002526500013")
"""The State's digital directorate (DINUM), which lays no cables."""


async def ping(registry: Registry) -> None:
    """Return when Qualifelec answers about an establishment, known or not. Raises a RegistryError otherwise."""
    try:
        await v3(ABOUT, registry)
    except (NotFound, RegistryRefusal):  # its only refusal: known, and without a certificate
        return
