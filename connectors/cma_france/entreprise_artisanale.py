# SPDX-License-Identifier: EUPL-1.2
"""Entreprise artisanale: how a craft company works, all year or not, at one place or not.

The register also tells identity, address, manager and headcount; the contract gives none of it, and none is read.
"""

from typing import TypedDict

from connectors.kit import Answer, MayLack, NotFound, Registry, Siren, UnknownAnswer
from connectors.kit.wire import Wire, an_object, text


class EntrepriseArtisanale(TypedDict):
    """The published shape: `P` all year, `S` by seasons, `NR` not told; `0` at one place, `1` itinerant."""

    modalite_exercice: MayLack[str]
    non_sedentaire: MayLack[str]


async def v3(siren: Siren, cma: Registry) -> Answer[EntrepriseArtisanale]:
    """The company's way of working. Raises NotFound when the register does not know it."""
    reply = await cma.get(f"/v2/entreprises/{siren}", query={"format": "json"})
    if reply.status == 404:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    row = an_object(reply.json())
    if not _identified(row):
        raise UnknownAnswer
    return Answer(
        EntrepriseArtisanale(
            modalite_exercice=text(row, "ent_act_modalite_exercice"),
            non_sedentaire=text(row, "ent_act_non_sedentaire"),
        )
    )


def _identified(row: Wire) -> bool:
    """Whether the register gives its own number for the company, as text or as a number."""
    number = row.get("id")
    if isinstance(number, str):
        return bool(number.strip())
    return isinstance(number, int) and not isinstance(number, bool)
