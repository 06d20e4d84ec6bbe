# SPDX-License-Identifier: EUPL-1.2
"""What people type, as it is kept: without what nobody can see and what turns a text around."""

import unicodedata


def plain(text: str) -> str:
    """The text without control, format and private characters; lines stay lines, and blanks around it go."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(letter for letter in line if _seen(letter)) for line in lines).strip()


def _seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] != "C"
