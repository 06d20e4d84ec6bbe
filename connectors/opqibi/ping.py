# SPDX-License-Identifier: EUPL-1.2
"""Is OPQIBI there? It has no health address that we know of, so a company it does not know is asked about."""

from connectors.kit import NotFound, Registry, Siren
from connectors.opqibi.certification_ingenierie import v3

ABOUT = Siren("130025265")
"""The State's digital directorate (DINUM), which has no such certificate."""


async def ping(registry: Registry) -> None:
    """Return when OPQIBI answers about a company, known or not. Raises a RegistryError otherwise."""
    try:
        await v3(ABOUT, registry)
    except NotFound:
        return
