# SPDX-License-Identifier: EUPL-1.2
"""Numéro de TVA: a company's VAT number, computed from its SIREN and given only when VIES says that it is active.

Source of the computation: article 286 ter of the Code général des impôts; of its activity: VIES.
"""

from typing import TypedDict

from connectors.kit import Answer, KnownAbsent, Registry, Siren
from connectors.kit.identifiers import vat_number
from connectors.vies.reading import active


class NumeroTva(TypedDict):
    """The published shape: `FR`, two digits, the SIREN."""

    tva_number: str


async def v3(siren: Siren, vies: Registry) -> Answer[NumeroTva]:
    """The number. Raises KnownAbsent when VIES says that it is not valid."""
    if not await active(siren, vies):
        raise KnownAbsent
    return Answer(NumeroTva(tva_number=vat_number(siren)))
