# SPDX-License-Identifier: EUPL-1.2
"""The XML of UBL 2.3 as the ESPD uses it: names, lists of codes, elements; and a stranger's document read."""

import io
import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

RESPONSE = "urn:oasis:names:specification:ubl:schema:xsd:QualificationApplicationResponse-2"
REQUEST = "urn:oasis:names:specification:ubl:schema:xsd:QualificationApplicationRequest-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

AGENCY = "DLNUF"
"""The agency that our own identifiers name."""
VERSION = "4.1.0"
PROFILE = "ESPD-EDMv4.1.0"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
CRITERION = {"schemeID": "Criterion", "schemeAgencyID": "OP", "schemeVersionID": VERSION}
OURS = {"schemeID": "Criterion", "schemeAgencyID": AGENCY, "schemeVersionID": VERSION}
TECHNICAL = {"listAgencyID": "OP", "listVersionID": VERSION}

MOST_DEPTH = 40
MOST_ELEMENTS = 60_000
"""The whole model is some six thousand elements, fifteen deep."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, however they are written."""


def listed(name: str, version: str) -> dict[str, str]:
    """The attributes of a code of an EU authority list."""
    return {"listID": AUTHORITY + name, "listAgencyID": "OP", "listVersionID": version}


COUNTRY = listed("country", "20250924-0")
ROLE = listed("eo-role-type", "20211208-0")
SIZE = listed("economic-operator-size", "20250924-0")
PROCEDURE = listed("procurement-procedure-type", "20250924-0")
CRITERION_CODE = listed("criterion", "20240612-0")
ACCESS = listed("access-right", "20250924-0")
DOCUMENT_TYPE = listed("docrefcontent-type", "20250924-0")


def below(parent: ET.Element, tag: str) -> ET.Element:
    """A new aggregate under another."""
    return ET.SubElement(parent, f"{{{CAC}}}{tag}")


def text(parent: ET.Element, tag: str, words: str, attributes: Mapping[str, str] | None = None) -> None:
    """A new element that holds words."""
    ET.SubElement(parent, f"{{{CBC}}}{tag}", dict(attributes or {})).text = _NOT_XML.sub("\ufffd", words)


def said(element: ET.Element | None, tag: str) -> str:
    """The words of a child, on one line; "" when there is none."""
    found = element.find(f"{{{CBC}}}{tag}") if element is not None else None
    return " ".join((found.text or "").split()) if found is not None else ""


def held(element: ET.Element | None, *tags: str) -> list[ET.Element]:
    """The aggregates at a path."""
    return element.findall("/".join(f"{{{CAC}}}{tag}" for tag in tags)) if element is not None else []


class Unreadable(Exception):
    """A document that is not read. The message says why, in French."""


def tree(content: bytes) -> ET.Element:
    """The root of a document that somebody sent. Raises Unreadable."""
    depth = count = 0
    root: ET.Element | None = None
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            count += event == "start"
            if depth > MOST_DEPTH:
                raise Unreadable("ses éléments sont trop imbriqués")
            if count > MOST_ELEMENTS:
                raise Unreadable("il a trop d'éléments")
            root = element if root is None else root
    except DefusedXmlException:
        raise Unreadable("il porte une définition de type ou une entité (DTD)") from None
    except (ET.ParseError, LookupError, ValueError):
        raise Unreadable("ce n'est pas du XML correct") from None
    if root is None:
        raise Unreadable("il est vide")
    return root
