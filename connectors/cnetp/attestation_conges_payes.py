# SPDX-License-Identifier: EUPL-1.2
"""Attestation congés payés et chômage intempéries of public works: has this company paid its contributions?

Articles D3141-12 and following of the Code du travail. Nothing is read in the PDF. The registry refuses our token while
it is being maintained at night, so a 401 is a closed registry here, and says nothing of the token.
"""

from typing import TypedDict

from connectors.kit import Answer, BadDocument, Document, MayLack, NotFound, Registry, Siren, UnknownAnswer
from connectors.kit.pdf import is_pdf

PATH = "/webservice/doc/attestations/entreprises"


class Attestation(TypedDict):
    """The published shape; the gateway fills it when it has filed the certificate."""

    document_url: MayLack[str]
    expires_in: MayLack[int]


async def v3(siren: Siren, cnetp: Registry) -> Answer[Attestation]:
    """The certificate.

    Raises NotFound, refusal `fermee`, BadDocument (055) when the certificate is not a PDF, UnknownAnswer.
    """
    reply = await cnetp.get(PATH, query={"siren": siren}, headers={"content-type": "application/octet-stream"})
    match reply.status:
        case 200 if is_pdf(reply.body):
            document = Document(reply.body, f"attestation_conges_payes_cnetp_{siren}.pdf")
            return Answer(Attestation(document_url=None, expires_in=None), document=document)
        case 200:
            raise BadDocument("055")
        case 401:
            raise cnetp.refusal("fermee")
        case 404:
            raise NotFound
        case _:
            raise UnknownAnswer
