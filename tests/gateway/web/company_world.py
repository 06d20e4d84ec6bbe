# SPDX-License-Identifier: EUPL-1.2
"""A company's forms, as its representatives fill them in: addresses and names of fields."""

HEALTHY, REFUSED, ADVISER = "99910011800010", "99910022500013", "99910033200017"


def named(keys: dict[str, dict[str, str]]) -> dict[str, str]:
    """What was typed, by the names of the fields."""
    return {f"q.{key}{name}": value for key, typed in keys.items() for name, value in typed.items()}


def form(file: str, block: str, siret: str = HEALTHY) -> str:
    """The address of a block's form."""
    return f"{file}/declarer/{siret}/{block}"
