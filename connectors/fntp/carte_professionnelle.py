# SPDX-License-Identifier: EUPL-1.2
"""Carte professionnelle d'entrepreneur de travaux publics: the card of a company of public works.

Nothing is read in the PDF, not even until when the card is good.
"""

from typing import TypedDict

from connectors.kit import (
    Answer,
    BadDocument,
    Document,
    MayLack,
    NotFound,
    Registry,
    RegistryInternal,
    Siren,
    UnknownAnswer,
)
from connectors.kit.pdf import is_pdf


class Carte(TypedDict):
    """The published shape; the gateway fills it when it has filed the card."""

    document_url: MayLack[str]
    expires_in: MayLack[int]


async def v3(siren: Siren, fntp: Registry) -> Answer[Carte]:
    """The card. Raises NotFound, RegistryInternal, BadDocument (055) when the card is not a PDF, UnknownAnswer."""
    reply = await fntp.get(f"/rip/sgmap/{siren}/cartepro", headers={"content-type": "application/pdf"})
    match reply.status:
        case 200 if is_pdf(reply.body):
            document = Document(reply.body, f"carte_professionnelle_fntp_{siren}.pdf")
            return Answer(Carte(document_url=None, expires_in=None), document=document)
        case 200:
            raise BadDocument("055")
        case 404:
            raise NotFound
        case 500:
            raise RegistryInternal
        case _:
            raise UnknownAnswer
