# SPDX-License-Identifier: EUPL-1.2
"""Attestation de cotisations retraite: the certificate that PRO BTP issues to a company that is up to date."""

import base64
from typing import TypedDict

from connectors.kit import Answer, BadDocument, Document, MayLack, Registry, Siret
from connectors.kit.pdf import is_pdf
from connectors.probtp.reading import ask

SERVICE = "getAttestationCotisation"


class Attestation(TypedDict):
    """The published shape; the gateway fills it when it has filed the certificate."""

    document_url: MayLack[str]
    expires_in: MayLack[int]


async def v3(siret: Siret, probtp: Registry) -> Answer[Attestation]:
    """The certificate. Raises NotFound when there is none, BadDocument (051, 055) when what came is not one."""
    content = _content((await ask(SERVICE, siret, probtp)).get("data"))
    document = Document(content, f"attestation_cotisations_retraite_probtp_{siret}.pdf")
    return Answer(Attestation(document_url=None, expires_in=None), document=document)


def _content(written: object) -> bytes:
    if not isinstance(written, str):
        raise BadDocument("051")
    try:
        content = base64.b64decode(written, validate=True)
    except ValueError:
        raise BadDocument("051") from None
    if not is_pdf(content):
        raise BadDocument("055")
    return content
