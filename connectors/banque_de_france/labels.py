# SPDX-License-Identifier: EUPL-1.2
"""The labels of the eleven figures taken from tax forms, with the years whose dictionary has them.

Codes and labels are those of the DGFiP's yearly dictionaries.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

LABELS = Path(__file__).with_name("labels")


class Labels(TypedDict):
    """How the DGFiP calls a figure; all null for a year whose dictionary does not have it."""

    code: str | None
    code_EDI: str | None
    code_absolu: str | None
    intitule: str | None
    code_type_donnee: str | None


UNLABELLED = Labels(code=None, code_EDI=None, code_absolu=None, intitule=None, code_type_donnee=None)


class Row(Labels):
    """Labels, and the first and last year they stand in the dictionaries."""

    depuis: int
    jusqu_a: int


@lru_cache(maxsize=1)
def table() -> dict[str, Row]:
    """The figures by code, read once."""
    loaded: dict[str, Row] = json.loads((LABELS / "donnees.json").read_text("utf-8"))
    return loaded


def labels(code_nref: str, year: int) -> Labels:
    """The labels of a figure in a year."""
    row = table()[code_nref]
    if not row["depuis"] <= year <= row["jusqu_a"]:
        return UNLABELLED
    return Labels(
        code=row["code"],
        code_EDI=row["code_EDI"],
        code_absolu=row["code_absolu"],
        intitule=row["intitule"],
        code_type_donnee=row["code_type_donnee"],
    )
