# SPDX-License-Identifier: EUPL-1.2
"""What the Urssaf attests of an employer: that its contributions are declared and paid, and until when that holds.

Article L243-15 of the Code de la sécurité sociale. A company that is not up to date is an answer in v4, an error in v3.
"""

from typing import Literal, TypedDict

from connectors.kit import Answer, BadDocument, Caller, Document, MayLack, Registry, Siren, UnknownAnswer
from connectors.urssaf.certificate import facts_of
from connectors.urssaf.reading import Certificate, Reading, Refused, ask


class AttestationV3(TypedDict):
    """The published shape of v3; the gateway fills it when it has filed the certificate."""

    document_url: MayLack[str]
    expires_in: MayLack[int]


class EntityStatus(TypedDict):
    """Where the company stands, and the words that say it to people."""

    code: Literal["ok", "refus_de_delivrance"]
    libelle: str
    description: str


class AttestationV4(TypedDict):
    """The published shape of v4; dates are `YYYY-MM-DD`, and the gateway fills the two fields of the document."""

    entity_status: EntityStatus
    date_debut_validite: str | None
    date_fin_validite: str | None
    code_securite: str | None
    document_url: str | None
    document_url_expires_in: int | None


ISSUED = EntityStatus(
    code="ok",
    libelle="L'Urssaf a délivré l'attestation",
    description=(
        "L'Urssaf délivre l'attestation de vigilance de cette entité : ses cotisations et contributions sociales sont "
        "à jour, ou sa situation fait partie des cas particuliers dans lesquels l'Urssaf l'admet."
    ),
)
REFUSED = EntityStatus(
    code="refus_de_delivrance",
    libelle="L'Urssaf refuse de délivrer l'attestation",
    description=(
        "L'Urssaf ne délivre pas l'attestation de vigilance : l'entité n'est pas à jour de ses cotisations et "
        "contributions sociales."
    ),
)


async def v3(siren: Siren, caller: Caller, urssaf: Registry) -> Answer[AttestationV3]:
    """The certificate. Raises refusal `non_delivree`, BadDocument (051) when the reply cannot be read."""
    match await ask(siren, caller, urssaf):
        case Certificate(content):
            return Answer(AttestationV3(document_url=None, expires_in=None), document=_document(siren, content))
        case Refused():
            raise urssaf.refusal("non_delivree")
        case _:
            raise BadDocument("051")


async def v4(siren: Siren, caller: Caller, urssaf: Registry) -> Answer[AttestationV4]:
    """The certificate and what it says, or the refusal. Raises UnknownAnswer when the reply cannot be read."""
    reading: Reading = await ask(siren, caller, urssaf)
    match reading:
        case Certificate(content):
            facts = await facts_of(content)
            data = AttestationV4(
                entity_status=ISSUED,
                date_debut_validite=facts.start,
                date_fin_validite=facts.end,
                code_securite=facts.code,
                document_url=None,
                document_url_expires_in=None,
            )
            return Answer(data, document=_document(siren, content))
        case Refused():
            return Answer(
                AttestationV4(
                    entity_status=REFUSED,
                    date_debut_validite=None,
                    date_fin_validite=None,
                    code_securite=None,
                    document_url=None,
                    document_url_expires_in=None,
                )
            )
        case _:
            raise UnknownAnswer


def _document(siren: Siren, content: bytes) -> Document:
    return Document(content, f"attestation_vigilance_urssaf_{siren}.pdf")
