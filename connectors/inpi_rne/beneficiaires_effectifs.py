# SPDX-License-Identifier: EUPL-1.2
"""Bénéficiaires effectifs: who owns or controls a company in the end, for entitled administrations."""

from connectors.inpi_rne import beneficiaires
from connectors.inpi_rne.beneficiaires import Beneficiaire
from connectors.kit import Answer, Registry, Siren

Meta = beneficiaires.Meta


async def v3(siren: Siren, rne: Registry) -> Answer[list[Beneficiaire]]:
    """The beneficial owners. Raises NotFound when none is declared, and for sole traders and farms."""
    return await beneficiaires.owners(siren, rne)
