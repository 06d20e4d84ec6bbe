# SPDX-License-Identifier: EUPL-1.2
"""Is the Banque de France there? It has no health address, so a question about a fixed company is put."""

from connectors.banque_de_france.reading import bilans_of
from connectors.kit import NotFound, Registry, Siren

ABOUT = Siren("130025265")
"""The State's digital directorate (DINUM): a public body, which has no balance sheet there."""


async def ping(registry: Registry) -> None:
    """Return when the bank gives balance sheets or says that it has none. Raises a RegistryError otherwise."""
    try:
        bilans_of(await registry.get(f"/{ABOUT}"))
    except NotFound:
        return
