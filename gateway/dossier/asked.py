# SPDX-License-Identifier: EUPL-1.2
"""What a buyer's own ESPD request demands, as a file keeps it: whom it comes from, its lots, its criteria.

The request's XML is kept beside it under its SHA-256; `espd/request.py` reads it again where its whole tree is needed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskedLot:
    """One lot, as the request names it."""

    id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing the buyer requires. `line`: identifier of the line that says it; `value`: as it says it."""

    line: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class AskedCriterion:
    """One criterion demanded. `code`: of the ESPD; `lots`: those it is demanded for, () for all."""

    code: str
    name: str
    lots: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class BuyerRequest:
    """The request a file answers. `id`, `uuid`: of the document. `reference`: of the procedure, as the buyer gives it.

    `issued_on`: day. `procedure`: code of the EU list, "" when not given. `received_at`: epoch seconds.
    `compared`: whether its reference could be compared with the tender's; a BOAMP notice has a number of its own.
    """

    sha256: str
    size: int
    id: str
    uuid: str
    reference: str
    title: str
    issued_on: str
    procedure: str
    buyer_name: str
    received_at: int
    lots: tuple[AskedLot, ...]
    criteria: tuple[AskedCriterion, ...]
    compared: bool = True
