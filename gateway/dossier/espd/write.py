# SPDX-License-Identifier: EUPL-1.2
"""The XML of an ESPD Response: UBL 2.3 `QualificationApplicationResponse` under the profile ESPD-EDM 4.1.0.

Only answered criteria are written, each with the whole tree of its questions, then the answers, then the evidence. A
response to a buyer's request repeats what that request demands, in its own words, and names it.
"""

from datetime import UTC
from xml.etree import ElementTree as ET

from gateway.dossier.espd.missing import contradictions, missing
from gateway.dossier.espd.model import Address, Asked, EspdResponse, Evidence, Operator, Signatory
from gateway.dossier.espd.write_criteria import criterion, responses
from gateway.dossier.espd.xml import (
    ACCESS,
    AGENCY,
    CAC,
    CBC,
    COUNTRY,
    CRITERION,
    DOCUMENT_TYPE,
    PROCEDURE,
    PROFILE,
    RESPONSE,
    ROLE,
    SIZE,
    VERSION,
    below,
    text,
)


class Incomplete(ValueError):
    """The response cannot be written: `missing` says what lacks. Its caller answers 409 with that list."""


def written(response: EspdResponse) -> bytes:
    """The document, UTF-8. Raises Incomplete when something lacks, ValueError when an answer contradicts another."""
    if missing(response):
        raise Incomplete("la réponse est incomplète")
    known = response.known()
    closed = [line for one in response.answers for line in contradictions(one, known[one.code])]
    if closed:
        raise ValueError(f"réponses à des questions fermées : {', '.join(closed)}")
    root = ET.Element(f"{{{RESPONSE}}}QualificationApplicationResponse")
    _head(root, response)
    _buyer(root, response)
    _operator(root, response.operator)
    if response.title:
        text(below(root, "ProcurementProject"), "Description", response.title)
    text(below(root, "ProcurementProjectLot"), "ID", response.lots[0], CRITERION)
    for answers in response.answers:
        criterion(root, known[answers.code], response.lots[0])
    for answers in response.answers:
        responses(root, known[answers.code], answers.values)
    if response.asked:
        _request(root, response.asked)
    for piece in response.evidence:
        _evidence(root, piece)
    for prefix, space in (("", RESPONSE), ("cac", CAC), ("cbc", CBC)):
        ET.register_namespace(prefix, space)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _head(root: ET.Element, response: EspdResponse) -> None:
    at = response.issued_at.astimezone(UTC)
    text(root, "UBLVersionID", "2.3", {"schemeAgencyID": "OASIS-UBL-TC"})
    text(root, "ProfileExecutionID", PROFILE, {"schemeAgencyID": "OP", "schemeVersionID": VERSION})
    text(root, "ID", response.id, {"schemeAgencyID": AGENCY})
    text(root, "CopyIndicator", "false")
    scheme = {"schemeID": "ISO/IEC 9834-8:2008 - 4UUID", "schemeAgencyID": AGENCY, "schemeVersionID": VERSION}
    text(root, "UUID", response.uuid, scheme)
    text(root, "ContractFolderID", response.reference or "", {"schemeAgencyID": AGENCY})
    text(root, "IssueDate", at.date().isoformat())
    text(root, "IssueTime", at.strftime("%H:%M:%S+00:00"))
    if response.operator.group_name:
        text(root, "EconomicOperatorGroupName", response.operator.group_name)
    text(root, "VersionID", VERSION, {"schemeAgencyID": "OP", "schemeVersionID": VERSION})
    text(root, "ProcedureCode", response.procedure or "", PROCEDURE)


def _buyer(root: ET.Element, response: EspdResponse) -> None:
    party = below(below(root, "ContractingParty"), "Party")
    text(below(party, "PartyIdentification"), "ID", response.buyer.siret, {"schemeAgencyID": "SIRET"})
    text(below(party, "PartyName"), "Name", response.buyer.name or "")
    _address(party, "PostalAddress", Address(None, None, None, response.buyer.country))


def _operator(root: ET.Element, operator: Operator) -> None:
    outer = below(root, "EconomicOperatorParty")
    text(below(outer, "EconomicOperatorRole"), "RoleCode", operator.role, ROLE)
    party = below(outer, "Party")
    text(party, "IndustryClassificationCode", operator.size or "", SIZE)
    identity = {"schemeID": "NATIONAL", "schemeAgencyID": "OP"}
    text(below(party, "PartyIdentification"), "ID", operator.siret, identity)
    text(below(party, "PartyName"), "Name", operator.name or "")
    _address(party, "PostalAddress", operator.address)
    contact = operator.contact
    if contact.name or contact.telephone or contact.email:
        place = below(party, "Contact")
        for tag, value in (("Name", contact.name), ("Telephone", contact.telephone), ("ElectronicMail", contact.email)):
            if value:
                text(place, tag, value)
    if operator.signatory:
        _signatory(party, operator.signatory)


def _signatory(party: ET.Element, signatory: Signatory) -> None:
    person = below(below(below(party, "PowerOfAttorney"), "AgentParty"), "Person")
    text(person, "FirstName", signatory.first_name or "")
    text(person, "FamilyName", signatory.family_name or "")
    _address(person, "ResidenceAddress", Address(None, None, None, signatory.country))


def _address(parent: ET.Element, tag: str, address: Address) -> None:
    place = below(parent, tag)
    parts = (("StreetName", address.street), ("CityName", address.city), ("PostalZone", address.postal_code))
    for name, value in parts:
        if value:
            text(place, name, value)
    text(below(place, "Country"), "IdentificationCode", address.country or "", COUNTRY)


def _request(root: ET.Element, asked: Asked) -> None:
    """The request that is answered."""
    reference = below(root, "AdditionalDocumentReference")
    text(reference, "ID", asked.id, {"schemeAgencyID": asked.agency})
    if asked.uuid:
        scheme = {"schemeID": "ISO/IEC 9834-8:2008 - 4UUID", "schemeAgencyID": asked.agency}
        text(reference, "UUID", asked.uuid, scheme)
    text(reference, "IssueDate", asked.issued_on)
    text(reference, "DocumentTypeCode", "ESPD_REQUEST", DOCUMENT_TYPE)


def _evidence(root: ET.Element, piece: Evidence) -> None:
    outer = below(root, "Evidence")
    text(outer, "ID", piece.id, {"schemeAgencyID": AGENCY})
    text(outer, "ConfidentialityLevelCode", piece.confidentiality, ACCESS)
    reference = below(outer, "DocumentReference")
    text(reference, "ID", piece.reference, {"schemeAgencyID": AGENCY})
    text(below(below(reference, "Attachment"), "ExternalReference"), "URI", piece.uri)
    issuer = below(reference, "IssuerParty")
    text(below(issuer, "PartyIdentification"), "ID", piece.issuer_id, {"schemeAgencyID": AGENCY})
    text(below(issuer, "PartyName"), "Name", piece.issuer)
