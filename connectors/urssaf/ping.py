# SPDX-License-Identifier: EUPL-1.2
"""Is the Urssaf there? It has no health address that we know of, so a demand about a fixed company is made."""

from connectors.kit import Caller, Registry, Siren, UnknownAnswer
from connectors.kit.pdf import is_pdf
from connectors.urssaf.reading import DEMAND, demand, said

ABOUT = Siren("130025265")
"""The State's digital directorate (DINUM): a public body, which asks about itself."""
OURSELVES = Caller(
    token_id="00000000-0000-0000-0000-000000000000",  # noqa: S106 an identifier that no consumer has, and no secret
    recipient="13002526500013",
    request_id="00000000-0000-0000-0000-000000000000",
)


async def ping(registry: Registry) -> None:
    """Return when the Urssaf answers in its own shape, whatever it says. Raises a RegistryError otherwise."""
    reply = await registry.post(DEMAND, json=demand(ABOUT, OURSELVES))
    match said(reply):
        case bytes() as content if is_pdf(content):
            return
        case [_, *_]:
            return
        case _:
            raise UnknownAnswer
