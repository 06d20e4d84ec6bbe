# SPDX-License-Identifier: EUPL-1.2
"""Conformité des cotisations: where an establishment stands with the MSA.

Not being up to date, or being looked at by an agent, are answers; being unknown to the MSA is not.
"""

from typing import Literal, TypedDict

from connectors.kit import Answer, NotFound, Registry, RegistryInternal, Reply, Siret, UnknownAnswer

Status = Literal["up_to_date", "outdated", "under_investigation"]

STATUSES: dict[str, Status] = {"O": "up_to_date", "N": "outdated", "A": "under_investigation"}
UNKNOWN = "S"
BROKEN = ("502 Bad Gateway", "504 Gateway Timeout")


class Conformite(TypedDict):
    """The published shape. Nothing tells how long an agent will look at an account."""

    status: Status


async def v3(siret: Siret, msa: Registry) -> Answer[Conformite]:
    """Where the establishment stands. Raises NotFound when the MSA does not know it."""
    return Answer(Conformite(status=status_of(await msa.get(f"/{siret}"))))


def status_of(reply: Reply) -> Status:
    """The meaning of a reply. Raises the registry's errors."""
    if reply.status == 500:
        raise RegistryInternal
    body = reply.json_or_none()
    if reply.status != 200:
        error = body.get("Erreur") if isinstance(body, dict) else None
        if isinstance(error, dict) and error.get("Message") in BROKEN:
            raise RegistryInternal
        raise UnknownAnswer
    said = body.get("TopRMPResponse") if isinstance(body, dict) else None
    letter = said.get("topRegMarchePublic") if isinstance(said, dict) else None
    if letter == UNKNOWN:
        raise NotFound
    if not isinstance(letter, str) or letter not in STATUSES:
        raise UnknownAnswer
    return STATUSES[letter]
