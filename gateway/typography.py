# SPDX-License-Identifier: EUPL-1.2
"""French typography: the spaces that keep « : », « ; », « ? », « ! », « % », « € » and guillemets beside their word."""

import re

NBSP = "\N{NO-BREAK SPACE}"
_LOOSE = re.compile(r"(?<=\S) (?=»|[:;?!%€](?:[\s<.,)»]|$))|(?<=«) (?=\S)")
"""A sign that more letters follow is none of French: `a :b` stays as it is."""


def typeset(text: str) -> str:
    """The text, with its spaces made non-breaking where a line must not end."""
    return _LOOSE.sub(NBSP, text)
