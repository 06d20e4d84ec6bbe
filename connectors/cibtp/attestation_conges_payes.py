# SPDX-License-Identifier: EUPL-1.2
"""Attestation congés payés et chômage intempéries of building trades: has this establishment paid its contributions?

Articles D3141-12 and following of the Code du travail. Nothing is read in the PDF, and what the network says beside an
error is not passed on. The file may be downloaded for ten minutes only.
"""

from typing import TypedDict

from connectors.kit import (
    Answer,
    BadDocument,
    Document,
    NotFound,
    Registry,
    RegistryInternal,
    Siret,
    UnknownAnswer,
)
from connectors.kit.pdf import is_pdf

PATH = "/apientreprise/attestationmarche"
LIFE_S = 600


class Attestation(TypedDict):
    """The published shape; the gateway fills it when it has filed the certificate."""

    document_url: str | None
    expires_in: int | None


async def v3(siret: Siret, cibtp: Registry) -> Answer[Attestation]:
    """The certificate.

    Raises NotFound (also when the establishment's fund is not yet connected), refusal `pas_a_jour`, RegistryInternal,
    BadDocument (055) when the certificate is not a PDF, UnknownAnswer.
    """
    reply = await cibtp.get(PATH, query={"siret": siret})
    match reply.status:
        case 200 if is_pdf(reply.body):
            document = Document(reply.body, f"attestation_conges_payes_cibtp_{siret}.pdf", life_s=LIFE_S)
            return Answer(Attestation(document_url=None, expires_in=None), document=document)
        case 200:
            raise BadDocument("055")
        case 404:
            raise NotFound
        case 422:
            raise cibtp.refusal("pas_a_jour")
        case 409 | 500:
            raise RegistryInternal
        case _:
            raise UnknownAnswer
