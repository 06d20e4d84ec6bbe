# SPDX-License-Identifier: EUPL-1.2
"""Numéro de TVA: a company's VAT number, computed from its SIREN and given only when the DGFiP lists it."""

from typing import TypedDict

from connectors.dgfip_tva.reading import changed_on, listed
from connectors.kit import Answer, KnownAbsent, Registry, Siren
from connectors.kit.identifiers import vat_number


class NumeroTva(TypedDict):
    """The published shape: `FR`, two digits, the SIREN."""

    numero_tva: str


class Meta(TypedDict):
    """The day the DGFiP's file was last changed, when the catalogue says it."""

    date_derniere_mise_a_jour: str | None


async def v3(siren: Siren, portal: Registry) -> Answer[NumeroTva]:
    """The number. Raises KnownAbsent when the DGFiP's register does not hold it."""
    number = vat_number(siren)
    if not await listed(number.removeprefix("FR"), portal):
        raise KnownAbsent
    return Answer(NumeroTva(numero_tva=number), meta={"date_derniere_mise_a_jour": await changed_on(portal)})
