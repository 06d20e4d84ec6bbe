# SPDX-License-Identifier: EUPL-1.2
"""Is the GIP-MDS there? It has no health address that we know of, so a fixed company's headcount is asked for."""

from connectors.gip_mds.effectifs import ask, nature_code
from connectors.kit import NotFound, Registry

ABOUT = "130025265"
"""The State's digital directorate (DINUM): a public body, which asks about itself."""


async def ping(registry: Registry) -> None:
    """Return when the registry answers in its own shape, or knows nothing. Raises a RegistryError otherwise."""
    question = {"nature": nature_code("A", None), "siren": ABOUT, "periode": f"{registry.now().year - 1}1231"}
    try:
        await ask(question, registry)
    except NotFound:
        return
