# SPDX-License-Identifier: EUPL-1.2
"""The label tables of Sirene's codes: legal forms, activities, headcount brackets, street types.

Codes and labels are those of INSEE's published nomenclatures; a code that a table does not know is `non référencé`.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from connectors.insee.schemas import Activite, Effectif, FormeJuridique

LABELS = Path(__file__).with_name("labels")
UNKNOWN = "non référencé"


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """The table `name`, read once: code → label (for headcounts: code → bounds and label)."""
    loaded: dict[str, Any] = json.loads((LABELS / f"{name}.json").read_text("utf-8"))
    return loaded


def legal_form(code: str | None) -> FormeJuridique:
    """A legal form with its label."""
    return {"code": code, "libelle": _label("categorie_juridique", code)}


def naf_rev2(code: str | None) -> Activite:
    """An activity of the 2008 nomenclature with its label."""
    return {"code": code, "nomenclature": "NAFRev2", "libelle": _label("naf_rev2", code)}


def naf2025(code: str | None) -> Activite:
    """An activity of the 2025 nomenclature with its label."""
    return {"code": code, "nomenclature": "NAF2025", "libelle": _label("naf2025", code)}


def headcount(code: str | None, year: str | None) -> Effectif:
    """A headcount bracket: persons from `de` to `a`, both included, in `year`.

    A bracket that the table does not know has no bounds; without a code nothing is known but the year.
    """
    if code is None:
        return {"de": None, "a": None, "code": None, "date_reference": year, "intitule": None}
    row = table("tranche_effectif_salarie").get(code)
    if row is None:
        return {"de": None, "a": None, "code": code, "date_reference": year, "intitule": UNKNOWN}
    return {"de": row["de"], "a": row["a"], "code": code, "date_reference": year, "intitule": row["intitule"]}


def _label(name: str, code: str | None) -> str:
    if code is None:
        return UNKNOWN
    found: str = table(name).get(code, UNKNOWN)
    return found
