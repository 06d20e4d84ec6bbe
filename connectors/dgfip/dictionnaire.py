# SPDX-License-Identifier: EUPL-1.2
"""The yearly dictionaries of tax forms: what the DGFiP calls each figure of each form.

`labels/dictionnaires.json.gz` holds them all. `annees`: asked year → year of the dictionary that serves it. `imprimes`:
form → figure → spans, each `[first, last, code, code_EDI, code_absolu, intitule, code_type_donnee]` with the first and
last dictionary it stands in. Source: the DGFiP's dictionaries from 2006 on.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

LABELS = Path(__file__).with_name("labels") / "dictionnaires.json.gz"

Span = tuple[int, int, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the DGFiP calls one figure of one form."""

    code: str
    code_edi: str
    code_absolu: str
    intitule: str
    code_type_donnee: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The file, as it is written."""

    annees: Mapping[str, int]
    imprimes: Mapping[str, Mapping[str, list[Span]]]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The dictionary of one year; `edition` is the year it was made for."""

    edition: int
    tables: Tables

    def entry(self, form: str, figure: str) -> Entry | None:
        """What a figure of a form is called, or None when this dictionary does not have it."""
        for first, last, *names in self.tables.imprimes.get(form, {}).get(figure, ()):
            if first <= self.edition <= last:
                return Entry(*names)
        return None


def dictionary(year: str) -> Dictionary | None:
    """The dictionary that serves a year, or None when we have none for it."""
    found = tables()
    edition = found.annees.get(year)
    return Dictionary(edition, found) if edition else None


@lru_cache(maxsize=1)
def tables() -> Tables:
    """All dictionaries, read once."""
    return Tables(**orjson.loads(gzip.decompress(LABELS.read_bytes())))
