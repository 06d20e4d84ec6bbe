# SPDX-License-Identifier: EUPL-1.2
"""Is API Association there? It has no health address that we know of: it is asked about a number that nobody has."""

from connectors.djepva_rna.asking import read
from connectors.kit import NotFound, Registry, RegistryUnavailable

ABOUT = "W000000000"


async def ping(registry: Registry) -> None:
    """Return when API Association says that it does not know the number, or answers about it as it does.

    Raises RegistryUnavailable when something else stands in its place, or another RegistryError.
    """
    try:
        said = await read(ABOUT, registry)
    except NotFound:
        return
    if said.root.tag != "asso" or said.status != 200:
        raise RegistryUnavailable
