# SPDX-License-Identifier: EUPL-1.2
"""What the parameters of products may be: how each kind is read, and the contract's code when it cannot be.

Source: the running service's validators. A kind reads text and gives the value a connector receives, or None.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from connectors.kit.identifiers import Siren, Siret

_RNA = re.compile(r"W[0-9][A-Z0-9][0-9]{7}|0[0-9]{3}00[0-9]{4}", re.ASCII)
_EORI = re.compile(r"[A-Z]{2}[!-~]{1,40}", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,4}", re.ASCII)
_MONTHS = frozenset(f"{month:02d}" for month in range(1, 13))

FIRST_FISCAL_YEAR = 2006


class Rna(str):
    """An association's number in the répertoire national: `W` and nine characters, or the old ten digits."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "Rna | None":
        """The number written in `text`, or None when it is not one."""
        return cls(text) if _RNA.fullmatch(text) else None


class Wrong(Exception):
    """A parameter cannot be read; `code` is the contract's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Read = Callable[[str, date], str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of parameter. `read` is given the text and today's date in Paris, and may raise Wrong itself."""

    code: str
    read: Read

    def value(self, text: str, today: date) -> str:
        """The value. Raises Wrong."""
        found = self.read(text, today)
        if found is None:
            raise Wrong(self.code)
        return found


def _siren(text: str, _: date) -> str | None:
    return Siren.parse(text)


def _siret(text: str, _: date) -> str | None:
    return Siret.parse(text)


def _siret_or_rna(text: str, _: date) -> str | None:
    return Siret.parse(text) or Rna.parse(text)


def _siren_or_rna(text: str, _: date) -> str | None:
    return Siren.parse(text) or Rna.parse(text)


def _siren_or_siret_or_rna(text: str, _: date) -> str | None:
    return Siren.parse(text) or Siret.parse(text) or Rna.parse(text)


def _siret_or_eori(text: str, _: date) -> str | None:
    if text.startswith("FR"):
        return text if Siret.parse(text[2:]) else None
    return Siret.parse(text) or (text if _EORI.fullmatch(text) else None)


def _month(text: str, _: date) -> str | None:
    return text if text in _MONTHS else None


def _year(text: str, today: date) -> str | None:
    return text if _YEAR.fullmatch(text) and 1900 <= int(text) <= today.year else None


def _fiscal_year(text: str, today: date) -> str | None:
    if not _YEAR.fullmatch(text):
        raise Wrong("00307")
    return text if FIRST_FISCAL_YEAR <= int(text) < today.year else None


def _depth(text: str, _: date) -> str | None:
    return text if _WHOLE.fullmatch(text) and int(text) <= 13 else None


def _limit(text: str, _: date) -> str | None:
    return text if _WHOLE.fullmatch(text) and 1 <= int(text) <= 1000 else None


def _anything(text: str, _: date) -> str | None:
    return text[:200]


KINDS: Mapping[str, Kind] = {
    "siren": Kind("00301", _siren),
    "siret": Kind("00302", _siret),
    "siret_or_rna": Kind("00303", _siret_or_rna),
    "siren_or_rna": Kind("00333", _siren_or_rna),
    "siren_or_siret_or_rna": Kind("00330", _siren_or_siret_or_rna),
    "siret_or_eori": Kind("00304", _siret_or_eori),
    "month": Kind("00305", _month),
    "year": Kind("00307", _year),
    "fiscal_year": Kind("00315", _fiscal_year),
    "depth": Kind("00390", _depth),
    "limit": Kind("00313", _limit),
    "text": Kind("00401", _anything),
}
"""All kinds, by the name contracts use."""

DATED = frozenset({"year", "fiscal_year"})
"""The kinds whose reading depends on today's date."""
