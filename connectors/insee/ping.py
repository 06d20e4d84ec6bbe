# SPDX-License-Identifier: EUPL-1.2
"""Whether Sirene answers: one cheap question about a company that always exists."""

from connectors.insee.asking import ROOT
from connectors.kit import Registry, RegistryInternal, UnknownAnswer

DINUM = "130025265"


async def ping(insee: Registry) -> None:
    """Returns when Sirene answers as itself: the company, or its own words that it does not know it. Raises otherwise.

    A 404 from something else that stands in Sirene's place is not Sirene answering.
    """
    reply = await insee.get(f"{ROOT}/siren/{DINUM}")
    if reply.status == 500:
        raise RegistryInternal
    body = reply.json_or_none()
    if not isinstance(body, dict):
        raise UnknownAnswer
    if reply.status == 200 and isinstance(body.get("uniteLegale"), dict):
        return
    header = body.get("header")
    if reply.status != 404 or not isinstance(header, dict) or header.get("statut") != 404:
        raise UnknownAnswer
