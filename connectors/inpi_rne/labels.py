# SPDX-License-Identifier: EUPL-1.2
"""The labels of the RNE's codes: legal forms, activities, craft activities, offices held in a company.

Codes and labels are those of the published nomenclatures. A code that a table does not know keeps a label of its own.
"""

import json
from functools import lru_cache
from pathlib import Path

LABELS = Path(__file__).with_name("labels")


@lru_cache(maxsize=8)
def table(name: str) -> dict[str, str]:
    """The table `name`, read once: code → label."""
    loaded: dict[str, str] = json.loads((LABELS / f"{name}.json").read_text("utf-8"))
    return loaded


def legal_form(code: str | None) -> str | None:
    """The label of a legal form; null without a code."""
    return None if code is None else table("forme_juridique").get(code, f"Forme juridique {code}")


def activity(code: str | None) -> str:
    """The label of an activity (APE); clients know the bare word when there is no code."""
    return table("code_ape").get(code or "", f"Activité {code or ''}")


def craft(code: str) -> str:
    """The label of a craft activity (APRM)."""
    return table("code_aprm").get(code, f"Activité Art {code}")


def office(code: str) -> str | None:
    """The label of an office held in a company; null for a code that the table does not know."""
    return table("role_entreprise").get(code)
