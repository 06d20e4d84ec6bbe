# SPDX-License-Identifier: EUPL-1.2
"""Reads a registry's XML without trusting it: no entity, no reference to elsewhere, nothing but elements and texts.

What is not XML is an unknown answer; an element or an attribute that is not there counts as an empty text.
"""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from connectors.kit.errors import UnknownAnswer

__all__ = ["Element", "attribute", "parsed", "text"]


def parsed(body: bytes) -> Element:
    """The root of an XML document. Raises UnknownAnswer, also for entities and for encodings nobody knows."""
    try:
        root: Element = fromstring(body)
    except (ParseError, ValueError, LookupError):
        raise UnknownAnswer from None
    return root


def text(parent: Element | None, path: str) -> str:
    """The text of the first element at `path` below `parent`, as it is written; empty when there is none."""
    found = None if parent is None else parent.find(path)
    return "" if found is None else found.text or ""


def attribute(parent: Element | None, path: str, name: str) -> str:
    """The attribute `name` of the first element at `path` below `parent` (`.` is itself); empty when there is none."""
    found = None if parent is None else parent.find(path)
    return "" if found is None else found.get(name, "")
