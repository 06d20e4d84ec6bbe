# SPDX-License-Identifier: EUPL-1.2
"""The XML of an ESPD Response: UBL 2.3 `QualificationApplicationResponse` under the profile ESPD-EDM 4.1.0.

Only answered criteria are written, each with the whole tree of its questions, then the answers, then the evidence.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date
from decimal import Decimal
from xml.etree import ElementTree as ET

from gateway.dossier.espd.criteria import Criterion, Group, Property, criteria
from gateway.dossier.espd.missing import contradictions, missing
from gateway.dossier.espd.model import Address, EspdResponse, Evidence, EvidenceRef, Operator, Period, Signatory, Value

ROOT = "urn:oasis:names:specification:ubl:schema:xsd:QualificationApplicationResponse-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

AGENCY = "DLNUF"
"""The agency that our own identifiers name."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, however they are written."""

_VERSION = "4.1.0"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_CRITERION = {"schemeID": "Criterion", "schemeAgencyID": "OP", "schemeVersionID": _VERSION}
_OURS = {"schemeID": "Criterion", "schemeAgencyID": AGENCY, "schemeVersionID": _VERSION}
_TECHNICAL = {"listAgencyID": "OP", "listVersionID": _VERSION}


def _list(name: str, version: str) -> dict[str, str]:
    return {"listID": _AUTHORITY + name, "listAgencyID": "OP", "listVersionID": version}


_COUNTRY = _list("country", "20250924-0")
_ROLE = _list("eo-role-type", "20211208-0")
_SIZE = _list("economic-operator-size", "20250924-0")
_PROCEDURE = _list("procurement-procedure-type", "20250924-0")
_CRITERION_CODE = _list("criterion", "20240612-0")
_ACCESS = _list("access-right", "20250924-0")


class Incomplete(ValueError):
    """The response cannot be written: `missing` says what lacks. Its caller answers 409 with that list."""


def written(response: EspdResponse) -> bytes:
    """The document, UTF-8. Raises Incomplete when something lacks, ValueError when an answer contradicts another."""
    if missing(response):
        raise Incomplete("la réponse est incomplète")
    if closed := [line for answers in response.answers for line in contradictions(answers)]:
        raise ValueError(f"réponses à des questions fermées : {', '.join(closed)}")
    root = ET.Element(f"{{{ROOT}}}QualificationApplicationResponse")
    _head(root, response)
    _buyer(root, response)
    _operator(root, response.operator)
    if response.title:
        _text(_below(root, "ProcurementProject"), "Description", response.title)
    _text(_below(root, "ProcurementProjectLot"), "ID", response.lots[0], _CRITERION)
    known = criteria()
    for answers in response.answers:
        _criterion(root, known[answers.code], response.lots[0])
    for answers in response.answers:
        for line, value, rank in _in_order(known[answers.code], answers.values):
            _response(root, line, value, rank)
    for piece in response.evidence:
        _evidence(root, piece)
    for prefix, space in (("", ROOT), ("cac", CAC), ("cbc", CBC)):
        ET.register_namespace(prefix, space)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _head(root: ET.Element, response: EspdResponse) -> None:
    at = response.issued_at.astimezone(UTC)
    _text(root, "UBLVersionID", "2.3", {"schemeAgencyID": "OASIS-UBL-TC"})
    _text(root, "ProfileExecutionID", "ESPD-EDMv4.1.0", {"schemeAgencyID": "OP", "schemeVersionID": _VERSION})
    _text(root, "ID", response.id, {"schemeAgencyID": AGENCY})
    _text(root, "CopyIndicator", "false")
    scheme = {"schemeID": "ISO/IEC 9834-8:2008 - 4UUID", "schemeAgencyID": AGENCY, "schemeVersionID": _VERSION}
    _text(root, "UUID", response.uuid, scheme)
    _text(root, "ContractFolderID", response.reference or "", {"schemeAgencyID": AGENCY})
    _text(root, "IssueDate", at.date().isoformat())
    _text(root, "IssueTime", at.strftime("%H:%M:%S+00:00"))
    if response.operator.group_name:
        _text(root, "EconomicOperatorGroupName", response.operator.group_name)
    _text(root, "VersionID", _VERSION, {"schemeAgencyID": "OP", "schemeVersionID": _VERSION})
    _text(root, "ProcedureCode", response.procedure or "", _PROCEDURE)


def _buyer(root: ET.Element, response: EspdResponse) -> None:
    party = _below(_below(root, "ContractingParty"), "Party")
    _text(_below(party, "PartyIdentification"), "ID", response.buyer.siret, {"schemeAgencyID": "SIRET"})
    _text(_below(party, "PartyName"), "Name", response.buyer.name or "")
    _address(party, "PostalAddress", Address(None, None, None, response.buyer.country))


def _operator(root: ET.Element, operator: Operator) -> None:
    outer = _below(root, "EconomicOperatorParty")
    _text(_below(outer, "EconomicOperatorRole"), "RoleCode", operator.role, _ROLE)
    party = _below(outer, "Party")
    _text(party, "IndustryClassificationCode", operator.size or "", _SIZE)
    identity = {"schemeID": "NATIONAL", "schemeAgencyID": "OP"}
    _text(_below(party, "PartyIdentification"), "ID", operator.siret, identity)
    _text(_below(party, "PartyName"), "Name", operator.name or "")
    _address(party, "PostalAddress", operator.address)
    contact = operator.contact
    if contact.name or contact.telephone or contact.email:
        place = _below(party, "Contact")
        for tag, value in (("Name", contact.name), ("Telephone", contact.telephone), ("ElectronicMail", contact.email)):
            if value:
                _text(place, tag, value)
    if operator.signatory:
        _signatory(party, operator.signatory)


def _signatory(party: ET.Element, signatory: Signatory) -> None:
    person = _below(_below(_below(party, "PowerOfAttorney"), "AgentParty"), "Person")
    _text(person, "FirstName", signatory.first_name or "")
    _text(person, "FamilyName", signatory.family_name or "")
    _address(person, "ResidenceAddress", Address(None, None, None, signatory.country))


def _address(parent: ET.Element, tag: str, address: Address) -> None:
    place = _below(parent, tag)
    parts = (("StreetName", address.street), ("CityName", address.city), ("PostalZone", address.postal_code))
    for name, value in parts:
        if value:
            _text(place, name, value)
    _text(_below(place, "Country"), "IdentificationCode", address.country or "", _COUNTRY)


def _criterion(root: ET.Element, criterion: Criterion, lot: str) -> None:
    outer = _below(root, "TenderingCriterion")
    _text(outer, "ID", criterion.uuid, _CRITERION)
    _text(outer, "CriterionTypeCode", criterion.code, _CRITERION_CODE)
    _text(outer, "Name", criterion.name)
    _text(outer, "Description", criterion.description)
    if criterion.article:
        law = _below(outer, "Legislation")
        _text(law, "ID", f"{criterion.groups[0].id.partition('/')[0]}/L1", _CRITERION)
        _text(law, "Title", "Code de la commande publique")
        _text(law, "Description", criterion.name)
        _text(law, "Article", criterion.article)
    for group in criterion.groups:
        _group(outer, "TenderingCriterionPropertyGroup", group, lot)


def _group(parent: ET.Element, tag: str, group: Group, lot: str) -> None:
    outer = _below(parent, tag)
    _text(outer, "ID", group.id, _CRITERION)
    _text(outer, "PropertyGroupTypeCode", group.on, {"listID": "property-group-type", **_TECHNICAL})
    for line in group.properties:
        place = _below(outer, "TenderingCriterionProperty")
        _text(place, "ID", line.id, _CRITERION)
        _text(place, "Description", line.label)
        _text(place, "TypeCode", line.kind, {"listID": "criterion-element-type", **_TECHNICAL})
        _text(place, "ValueDataTypeCode", line.value, {"listID": "response-data-type", **_TECHNICAL})
        if line.value == "LOT_IDENTIFIER":
            _text(place, "ExpectedID", lot, {"schemeAgencyID": AGENCY})
    for below in group.groups:
        _group(outer, "SubsidiaryTenderingCriterionPropertyGroup", below, lot)


def _in_order(criterion: Criterion, values: Mapping[str, tuple[Value, ...]]) -> Iterator[tuple[Property, Value, int]]:
    """Answers in the order of the tree; those of a repeated group (year by year) are told apart by their rank.

    A caption that a « no » opens is repeated as its own answer: BR-TCR-07-01 counts it among the questions.
    """
    for group in criterion.walk():
        said = {value for line in group.properties for value in values.get(line.id, ()) if isinstance(value, bool)}
        opened = [below for below in group.groups if below.on == "ONFALSE" and False in said]
        captions = [line for below in opened for line in below.properties if line.kind == "CAPTION"]
        yield from ((line, line.label, 1) for line in captions)
        lines = [line for line in group.properties if values.get(line.id)]
        for rank in range(max((len(values[line.id]) for line in lines), default=0)):
            for line in lines:
                if rank < len(values[line.id]):
                    yield line, values[line.id][rank], rank + 1


def _response(root: ET.Element, line: Property, value: Value, rank: int) -> None:
    outer = _below(root, "TenderingCriterionResponse")
    identifier = f"{line.id}/R{rank}"
    _text(outer, "ID", identifier, _OURS)
    _text(outer, "ValidatedCriterionPropertyID", line.id, _CRITERION)
    if isinstance(value, EvidenceRef):
        _text(_below(outer, "EvidenceSupplied"), "ID", value.id, {"schemeAgencyID": AGENCY})
        return
    if isinstance(value, Period):
        period = _below(outer, "ApplicablePeriod")
        if value.start:
            _text(period, "StartDate", value.start.isoformat())
        _text(period, "EndDate", value.end.isoformat())
        return
    place = _below(outer, "ResponseValue")
    _text(place, "ID", f"{identifier}/RV", _OURS)
    tag, attributes = _FORMS[line.value]
    _text(place, tag, _spelled(line, value), attributes)


_FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "NONE": ("Description", {}),
    "INDICATOR": ("ResponseIndicator", {}),
    "AMOUNT": ("ResponseAmount", {"currencyID": "EUR"}),
    "DATE": ("ResponseDate", {}),
    "DESCRIPTION": ("Description", {}),
    "CODE": ("ResponseCode", _ROLE),
    "CODE_COUNTRY": ("ResponseCode", _COUNTRY),
    "QUANTITY": ("ResponseQuantity", {}),
    "QUANTITY_INTEGER": ("ResponseQuantity", {"unitCode": "INTEGER"}),
    "QUANTITY_YEAR": ("ResponseQuantity", {"unitCode": "YEAR"}),
    "PERCENTAGE": ("ResponseNumeric", {"format": "PERCENTAGE"}),
    "URL": ("ResponseURI", {}),
    "QUAL_IDENTIFIER": ("ResponseID", {"schemeAgencyID": AGENCY}),
    "ECONOMIC_OPERATOR_IDENTIFIER": ("ResponseID", {"schemeAgencyID": "SIRET"}),
}


def _spelled(line: Property, value: Value) -> str:
    """The value as XML writes it. Raises ValueError when it is not of the type that the question asks."""
    expected: tuple[type, ...]
    match line.value:
        case "INDICATOR":
            expected = (bool,)
        case "DATE":
            expected = (date,)
        case "AMOUNT" | "QUANTITY" | "PERCENTAGE":
            expected = (int, Decimal)
        case "QUANTITY_INTEGER" | "QUANTITY_YEAR":
            expected = (int,)
        case _:
            expected = (str,)
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        raise ValueError(f"{line.id} : une valeur {line.value} est attendue")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _evidence(root: ET.Element, piece: Evidence) -> None:
    outer = _below(root, "Evidence")
    _text(outer, "ID", piece.id, {"schemeAgencyID": AGENCY})
    _text(outer, "ConfidentialityLevelCode", piece.confidentiality, _ACCESS)
    reference = _below(outer, "DocumentReference")
    _text(reference, "ID", piece.reference, {"schemeAgencyID": AGENCY})
    _text(_below(_below(reference, "Attachment"), "ExternalReference"), "URI", piece.uri)
    issuer = _below(reference, "IssuerParty")
    _text(_below(issuer, "PartyIdentification"), "ID", piece.issuer_id, {"schemeAgencyID": AGENCY})
    _text(_below(issuer, "PartyName"), "Name", piece.issuer)


def _below(parent: ET.Element, tag: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{tag}")


def _text(parent: ET.Element, tag: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
    ET.SubElement(parent, f"{{{CBC}}}{tag}", dict(attributes or {})).text = _NOT_XML.sub("\ufffd", text)
