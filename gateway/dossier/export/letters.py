# SPDX-License-Identifier: EUPL-1.2
"""The characters that our readable documents can show: PDF/UA forbids one that its fonts do not have.

A letter that is not shown is replaced by its plain form where there is one (`ﬁ` by `fi`), else by a visible mark: the
exact text stands in `dossier.json`.
"""

import unicodedata

from gateway.typography import typeset

_RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin, with all letters of French and of its neighbours
    (0x218, 0x21B),
    (0x386, 0x3CE),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2039, 0x203A),
)
_ALSO = "\u2026\u202f\u2009\u20ac\u2116\u2122\u2190\u2192\u2264\u2265\u2260\u2212\ufffd"
_ABSENT = {0x38B, 0x38D, 0x3A2}  # not assigned
SHOWN = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1) if code not in _ABSENT) | set(
    _ALSO
)
"""Every character that may stand in a document."""

_SPACES = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\u2028": " ", "\u2029": " "})


def set_in_french(text: str) -> str:
    """The text as it is shown, with the spaces that keep French signs on their word's line."""
    return typeset(shown(text))


def shown(text: str) -> str:
    """The text with only characters that can be shown."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_letter, unicodedata.normalize("NFC", text.translate(_SPACES))))


def _letter(letter: str) -> str:
    if letter in SHOWN:
        return letter
    if unicodedata.category(letter) in ("Cf", "Cc", "Mn"):
        return ""  # invisible by nature: directions, joiners, controls
    plain = "".join(one for one in unicodedata.normalize("NFKD", letter) if one in SHOWN)
    return plain or "\ufffd"
