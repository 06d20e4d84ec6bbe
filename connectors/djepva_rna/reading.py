# SPDX-License-Identifier: EUPL-1.2
"""Reads the values of API Association: all are texts, and many stand for nothing (`0001-01-01`, `0`, zeros only).

A number that cannot be read is null, never zero; a date that cannot be read is passed on as it is written, since a null
would say that there is none.
"""

import re
from datetime import UTC, datetime

from connectors.djepva_rna.schemas import Adresse
from connectors.kit.paris import PARIS
from connectors.kit.xml import Element, text

NO_DAY = "0001-01-01"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,12}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)
_INSTANT = re.compile(r"[0-9]{1,11}", re.ASCII)
_LAST_INSTANT = 253_402_214_400  # the last day of the year 9999


def written(parent: Element | None, path: str) -> str | None:
    """A text as it is written; null when it is missing or blank."""
    found = text(parent, path)
    return found if found.strip() else None


def flag(parent: Element | None, path: str) -> bool:
    """Whether `true` is written."""
    return text(parent, path).strip() == "true"


def day(parent: Element | None, path: str) -> str | None:
    """The day of a date or of a date-time, `YYYY-MM-DD`; null when there is none."""
    found = text(parent, path).strip()
    if not found or found.startswith(NO_DAY):
        return None
    return found[:10] if _DAY.match(found) else found


def instant(parent: Element | None, path: str) -> str | None:
    """A date-time of Paris, with its offset, from seconds since 1970; null when there is none."""
    found = text(parent, path).strip()
    if not _INSTANT.fullmatch(found) or int(found) > _LAST_INSTANT:
        return None
    return datetime.fromtimestamp(int(found), UTC).astimezone(PARIS).isoformat(timespec="milliseconds")


def phone(parent: Element | None, path: str) -> str | None:
    """A phone number without its spaces; null when it is made of zeros only."""
    found = "".join(text(parent, path).split())
    return found if found.strip("0") else None


def year(found: str) -> str | None:
    """A year as text; null for nothing or `0`."""
    return found.strip() if found.strip() not in ("", "0") else None


def whole(parent: Element | None, path: str) -> int | None:
    """A whole number; null when there is none."""
    found = text(parent, path).strip()
    return int(found) if _WHOLE.fullmatch(found) else None


def decimal(parent: Element | None, path: str) -> float | None:
    """A number; null when there is none."""
    found = text(parent, path).strip()
    return float(found) if _DECIMAL.fullmatch(found) else None


def euros(parent: Element | None, path: str) -> float | None:
    """An amount: 0.0 when nothing is written, as the contract has it, but null when what is written is no amount."""
    return decimal(parent, path) if text(parent, path).strip() else 0.0


def address(parent: Element | None) -> Adresse:
    """The address below `parent`; nulls when there is none."""
    pieces = [text(parent, f"cplt_{rank}").strip() for rank in (1, 2, 3)]
    return {
        "complement": " ".join(piece for piece in pieces if piece) or None,
        "numero_voie": written(parent, "num_voie"),
        "type_voie": written(parent, "type_voie"),
        "libelle_voie": written(parent, "voie"),
        "distribution": written(parent, "bp"),
        "code_insee": written(parent, "code_insee"),
        "code_postal": written(parent, "cp"),
        "commune": written(parent, "commune"),
    }


def at(parent: Element | None, path: str) -> Element | None:
    """The first element at `path`, if there is one."""
    return None if parent is None else parent.find(path)
