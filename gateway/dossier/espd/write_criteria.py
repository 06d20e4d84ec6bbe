# SPDX-License-Identifier: EUPL-1.2
"""The criteria of an ESPD Response in XML: each with the whole tree of its questions, and the answers to them."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from gateway.dossier.espd.criteria import Criterion, Expected, Group, Law, Property
from gateway.dossier.espd.model import EvidenceRef, Period, Value
from gateway.dossier.espd.xml import AGENCY, COUNTRY, CRITERION, CRITERION_CODE, OURS, ROLE, TECHNICAL, below, text


def criterion(root: ET.Element, found: Criterion, lot: str) -> None:
    """One criterion, in a response for this lot."""
    outer = below(root, "TenderingCriterion")
    text(outer, "ID", found.uuid, CRITERION)
    text(outer, "CriterionTypeCode", found.code, CRITERION_CODE)
    text(outer, "Name", found.name)
    text(outer, "Description", found.description)
    if found.lots:
        text(below(outer, "ProcurementProjectLotReference"), "ID", lot, CRITERION)
    for law in found.laws:
        _law(outer, law)
    for group in found.groups:
        _group(outer, "TenderingCriterionPropertyGroup", group, lot)


def responses(root: ET.Element, found: Criterion, values: Mapping[str, tuple[Value, ...]]) -> None:
    """The answers to one criterion."""
    for line, value, rank in _in_order(found, values):
        _response(root, line, value, rank)


def _law(outer: ET.Element, law: Law) -> None:
    place = below(outer, "Legislation")
    text(place, "ID", law.id, CRITERION)
    for tag, words in (
        ("Title", law.title), ("Description", law.description), ("JurisdictionLevel", law.level),
        ("Article", law.article), ("URI", law.uri),
    ):  # fmt: skip
        if words:
            text(place, tag, words)


def _group(parent: ET.Element, tag: str, group: Group, lot: str) -> None:
    outer = below(parent, tag)
    text(outer, "ID", group.id, CRITERION)
    text(outer, "PropertyGroupTypeCode", group.on, {"listID": "property-group-type", **TECHNICAL})
    for line in group.properties:
        place = below(outer, "TenderingCriterionProperty")
        text(place, "ID", line.id, CRITERION)
        text(place, "Description", line.label)
        text(place, "TypeCode", line.kind, {"listID": "criterion-element-type", **TECHNICAL})
        text(place, "ValueDataTypeCode", line.value, {"listID": "response-data-type", **TECHNICAL})
        if line.value == "LOT_IDENTIFIER":
            text(place, "ExpectedID", lot, {"schemeAgencyID": AGENCY})
            continue
        for expected in line.expected:
            _expected(place, expected)
    for subsidiary in group.groups:
        _group(outer, "SubsidiaryTenderingCriterionPropertyGroup", subsidiary, lot)


def _expected(place: ET.Element, expected: Expected) -> None:
    if expected.tag != "ApplicablePeriod":
        text(place, expected.tag, expected.text, dict(expected.attributes))
        return
    period = below(place, "ApplicablePeriod")
    for tag, day in zip(("StartDate", "EndDate"), expected.text.split("/"), strict=True):
        if day:
            text(period, tag, day)


def _in_order(criterion: Criterion, values: Mapping[str, tuple[Value, ...]]) -> Iterator[tuple[Property, Value, int]]:
    """Answers in the order of the tree; those of a repeated group (year by year) are told apart by their rank.

    A caption that a « no » opens is repeated as its own answer: BR-TCR-07-01 counts it among the questions.
    """
    for group in criterion.walk():
        said = {value for line in group.properties for value in values.get(line.id, ()) if isinstance(value, bool)}
        opened = [one for one in group.groups if one.on == "ONFALSE" and False in said]
        captions = [line for one in opened for line in one.properties if line.kind == "CAPTION"]
        yield from ((line, line.label, 1) for line in captions)
        lines = [line for line in group.properties if values.get(line.id)]
        for rank in range(max((len(values[line.id]) for line in lines), default=0)):
            for line in lines:
                if rank < len(values[line.id]):
                    yield line, values[line.id][rank], rank + 1


def _response(root: ET.Element, line: Property, value: Value, rank: int) -> None:
    outer = below(root, "TenderingCriterionResponse")
    identifier = f"{line.id}/R{rank}"
    text(outer, "ID", identifier, OURS)
    text(outer, "ValidatedCriterionPropertyID", line.id, CRITERION)
    if isinstance(value, EvidenceRef):
        text(below(outer, "EvidenceSupplied"), "ID", value.id, {"schemeAgencyID": AGENCY})
        return
    if isinstance(value, Period):
        period = below(outer, "ApplicablePeriod")
        if value.start:
            text(period, "StartDate", value.start.isoformat())
        text(period, "EndDate", value.end.isoformat())
        return
    place = below(outer, "ResponseValue")
    text(place, "ID", f"{identifier}/RV", OURS)
    tag, attributes = _FORMS[line.value]
    text(place, tag, _spelled(line, value), attributes)


_FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "NONE": ("Description", {}),
    "INDICATOR": ("ResponseIndicator", {}),
    "AMOUNT": ("ResponseAmount", {"currencyID": "EUR"}),
    "DATE": ("ResponseDate", {}),
    "DESCRIPTION": ("Description", {}),
    "CODE": ("ResponseCode", ROLE),
    "CODE_COUNTRY": ("ResponseCode", COUNTRY),
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
