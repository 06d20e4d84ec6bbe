# SPDX-License-Identifier: EUPL-1.2
"""The anomaly rules, `policies/anomalies.toml`: data that people read and change; what each kind means is code.

A file that cannot be read, or says something else than a rule says, does not load, and the gateway does not start.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.purpose.model import PolicyError

FILE = "anomalies.toml"
KINDS: Mapping[str, frozenset[str]] = {
    "volume": frozenset(("least", "factor", "history_days", "active_days")),
    "night": frozenset(("least", "share_percent", "history_days", "active_days")),
    "agent_companies": frozenset(("least",)),
    "object_companies": frozenset(("least",)),
    "consecutive": frozenset(("least",)),
}
_TEXTS = ("id", "kind", "title", "says")
_MOST = 1_000_000
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `numbers`: those of its kind (see KINDS)."""

    id: str
    kind: str
    title: str
    says: str
    numbers: Mapping[str, int]


def load_rules(folder: Path) -> tuple[Rule, ...]:
    """The rules of a folder of policies; none when it has no such file. Raises PolicyError."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(FILE, "", str(error)) from error
    rows = content.pop("rules", [])
    if content or not isinstance(rows, list):
        raise PolicyError(FILE, "", "une suite de [[rules]], et rien d'autre")
    rules = tuple(_rule(row, f"règle {number}") for number, row in enumerate(rows, 1))
    if len({rule.id for rule in rules}) != len(rules):
        raise PolicyError(FILE, "", "deux règles ont le même id")
    return rules


def _rule(row: Any, where: str) -> Rule:
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) and row[name].strip() for name in _TEXTS):
        raise PolicyError(FILE, where, "id, kind, title et says sont des textes")
    wanted = KINDS.get(row["kind"])
    if wanted is None:
        raise PolicyError(FILE, where, f"kind est l'un de {', '.join(KINDS)}")
    numbers = {name: value for name, value in row.items() if name not in _TEXTS}
    if set(numbers) != wanted:
        raise PolicyError(FILE, where, f"cette sorte de règle demande {', '.join(sorted(wanted))}, et rien d'autre")
    for name, value in numbers.items():
        most = _MOST_DAYS if name.endswith("_days") else _MOST
        if type(value) is not int or not 1 <= value <= most:
            raise PolicyError(FILE, where, f"{name} est un nombre entier de 1 à {most}")
    return Rule(row["id"], row["kind"], row["title"], row["says"], numbers)
