# SPDX-License-Identifier: EUPL-1.2
"""Qualibat's nomenclature of works, and the insurers whose names its certificates write in a known way."""

import json
from functools import lru_cache
from pathlib import Path

LABELS = Path(__file__).with_name("labels")


@lru_cache(maxsize=1)
def nomenclature() -> dict[str, str]:
    """Code (1 to 4 digits) → name of the works."""
    table: dict[str, str] = json.loads((LABELS / "nomenclature.json").read_text("utf-8"))
    return table


@lru_cache(maxsize=1)
def insurers() -> tuple[str, ...]:
    """The insurers' names, in the order in which they are looked for: a longer name before the one it begins with."""
    return tuple(json.loads((LABELS / "assureurs.json").read_text("utf-8")))
