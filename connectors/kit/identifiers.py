# SPDX-License-Identifier: EUPL-1.2
"""The identifiers of companies: SIREN (9 digits) and SIRET (14 digits), both with a Luhn check.

Source: the running service's rules. `000000000` passes the Luhn check and is accepted; La Poste's
establishments (`356000000` and five digits) are accepted without it.
"""

import re
from typing import Self

_SIREN = re.compile(r"[0-9]{9}", re.ASCII)
_SIRET = re.compile(r"[0-9]{14}", re.ASCII)
_LA_POSTE = "356000000"
_DOUBLED = {str(digit): sum(divmod(2 * digit, 10)) for digit in range(10)}
"""For each digit, the sum of the digits of its double."""


def luhn(digits: str) -> bool:
    """Whether the digits satisfy the Luhn check, counted from the right."""
    return (sum(map(int, digits[::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0


class Siren(str):
    """A company's number: nine digits that satisfy the Luhn check. `parse` is the only way in from outside."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The SIREN written in `text`, or None when it is not one."""
        return cls(text) if _SIREN.fullmatch(text) and luhn(text) else None


class Siret(str):
    """An establishment's number: its company's SIREN and five digits. `parse` is the only way in from outside."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The SIRET written in `text`, or None when it is not one."""
        if not _SIRET.fullmatch(text):
            return None
        return cls(text) if text.startswith(_LA_POSTE) or luhn(text) else None


def siren_of(identifier: str) -> str:
    """The SIREN of the company that a SIREN or a SIRET belongs to."""
    return identifier[:9]


def vat_number(siren: str) -> str:
    """The VAT number that a SIREN gives: `FR`, a key of two digits, the SIREN.

    Source: article 286 ter of the Code général des impôts, and the European Commission's rule for France.
    """
    key = (12 + 3 * (int(siren) % 97)) % 97
    return f"FR{key:02d}{siren}"
