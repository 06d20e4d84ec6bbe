# SPDX-License-Identifier: EUPL-1.2
"""Attestation fiscale: has this company filed its returns and paid its taxes?

A company that has not is a not-found for the contract, as one outside Adélie's scope is. Nothing is read in the PDF but
the sentence of a refusal.
"""

from datetime import timedelta
from typing import TypedDict

from connectors.dgfip.adelie import ask
from connectors.kit import Answer, Caller, Document, MayLack, NotFound, Registry, Siren, UnknownAnswer
from connectors.kit.paris import PARIS
from connectors.kit.pdf import is_pdf, pages

REFUSAL = "Impossible de délivrer votre attestation de régularité fiscale"


class AttestationV3(TypedDict):
    """The published shape of v3; the gateway fills it when it has filed the certificate."""

    document_url: MayLack[str]
    expires_in: MayLack[int]


class AttestationV4(TypedDict):
    """The published shape of v4; dates are `YYYY-MM-DD`, and the gateway fills the two fields of the document."""

    document_url: MayLack[str]
    document_url_expires_in: MayLack[int]
    date_delivrance_attestation: str
    date_periode_analysee: str


async def v3(siren: Siren, caller: Caller, dgfip: Registry) -> Answer[AttestationV3]:
    """The certificate. Raises NotFound when it is refused or the company is outside the scope."""
    document = await _certificate(siren, caller, dgfip)
    return Answer(AttestationV3(document_url=None, expires_in=None), document=document)


async def v4(siren: Siren, caller: Caller, dgfip: Registry) -> Answer[AttestationV4]:
    """The certificate and its dates: delivered today, about the situation at the end of last month.

    Raises NotFound when it is refused or the company is outside the scope.
    """
    document = await _certificate(siren, caller, dgfip)
    today = dgfip.now().astimezone(PARIS).date()
    data = AttestationV4(
        document_url=None,
        document_url_expires_in=None,
        date_delivrance_attestation=today.isoformat(),
        date_periode_analysee=(today.replace(day=1) - timedelta(days=1)).isoformat(),
    )
    return Answer(data, document=document)


async def _certificate(siren: Siren, caller: Caller, dgfip: Registry) -> Document:
    question = {"siren": siren, "groupeIS": "NON", "groupeTVA": "NON"}
    reply = await ask("attestationFiscale", question, caller, dgfip)
    if reply.status == 404:
        raise NotFound
    if reply.status != 200 or not is_pdf(reply.body):
        raise UnknownAnswer
    first = await pages(reply.body, 1)
    if not first:
        # A refusal could stand in a file that cannot be opened: it is not handed over as a certificate.
        raise UnknownAnswer
    if REFUSAL in " ".join(first[0].split()):
        raise NotFound
    return Document(reply.body, f"attestation_fiscale_dgfip_{siren}.pdf")
