# SPDX-License-Identifier: EUPL-1.2
"""Conformité des cotisations retraite: would PRO BTP issue its certificate to this establishment's company?"""

from typing import TypedDict

from connectors.kit import Answer, MayLack, Registry, Siret
from connectors.kit.wire import needed
from connectors.probtp.reading import ask

SERVICE = "getStatutCotisation"
_ELIGIBLE = {"00": True, "01": False}


class Conformite(TypedDict):
    """Whether the company is entitled to the certificate; null when PRO BTP says neither yes nor no."""

    eligible: MayLack[bool]


async def v3(siret: Siret, probtp: Registry) -> Answer[Conformite]:
    """The status. Only the two figures before PRO BTP's sentence count. Raises NotFound, UnknownAnswer."""
    body = await ask(SERVICE, siret, probtp)
    return Answer(Conformite(eligible=_ELIGIBLE.get(needed(body, "corps")[:2])))
