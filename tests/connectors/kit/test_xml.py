# SPDX-License-Identifier: EUPL-1.2
"""XML of a registry is read without trusting it: elements and texts, or an unknown answer."""

import pytest

from connectors.kit import UnknownAnswer
from connectors.kit.xml import attribute, parsed, text


def test_texts_and_attributes_are_given_as_written_and_empty_when_missing() -> None:
    root = parsed("<a k='v'><b> été </b><b>2</b><c/></a>".encode())
    assert (text(root, "b"), text(root, "c"), text(root, "d"), text(None, "b")) == (" été ", "", "", "")
    assert (attribute(root, ".", "k"), attribute(root, ".", "z"), attribute(root, "d", "k")) == ("v", "", "")
    assert attribute(None, ".", "k") == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"texte",
        b"<a>",
        b"<a>\x00</a>",
        b'<?xml version="1.0" encoding="inconnu"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]><a>&b;</a>',
        b"<a>" * 20_000,
    ],
    ids=["empty", "text", "cut", "null", "encoding", "entity", "outside", "unclosed"],
)
def test_what_is_not_plain_xml_is_an_unknown_answer(body: bytes) -> None:
    with pytest.raises(UnknownAnswer):
        parsed(body)


def test_an_html_page_that_is_well_formed_can_be_read() -> None:
    assert parsed(b"<!DOCTYPE html><html><body>Non</body></html>").tag == "html"
