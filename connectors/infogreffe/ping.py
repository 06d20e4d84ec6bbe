# SPDX-License-Identifier: EUPL-1.2
"""Is Infogreffe there? It has no health address that we know of, so an extract that does not exist is ordered."""

from connectors.infogreffe.asking import ask
from connectors.kit import NotFound, Registry, Siren

ABOUT = Siren("130025265")
"""The State's digital directorate (DINUM), which no commercial register enters: the answer costs nobody anything."""


async def ping(registry: Registry) -> None:
    """Return when Infogreffe answers in its own shape about a company. Raises a RegistryError otherwise.

    Refused credentials and its own « service unavailable » are not an answer about a company.
    """
    try:
        await ask(ABOUT, registry)
    except NotFound:
        return
