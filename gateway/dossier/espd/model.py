# SPDX-License-Identifier: EUPL-1.2
"""What an ESPD Response says, before it is written: parties, lot, answers, evidence. Typed and free of XML.

A field that may be None is one that somebody still has to give; `missing.py` lists those, and nothing fills them in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from gateway.dossier.espd.criteria import Criterion, criteria

Role = str
"""A code of the list eo-role-type, as `words.Role.espd` gives it."""

Size = Literal["micro", "small", "medium", "sme", "large"]
Confidentiality = Literal["PUBLIC", "RESTRICTED", "CONFIDENTIAL"]


@dataclass(frozen=True, slots=True)
class Period:
    """From a day (None when it is not known) to a day, both included."""

    start: date | None
    end: date


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """An answer that points to a piece of evidence, by its identifier."""

    id: str


Value = bool | int | Decimal | date | Period | EvidenceRef | str
"""bool: yes or no · int, Decimal: euros, quantities, years, percentages · str: texts, codes, identifiers, URLs."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact comes from: the registry that issued it, and the address or document that shows it.

    `id`: unique in the document. `reference`: number of the piece. `uri`: where it can be consulted. `issuer`: name of
    the registry, `issuer_id` its identifier.
    """

    id: str
    reference: str
    uri: str
    issuer: str
    issuer_id: str
    confidentiality: Confidentiality


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` is the alpha-3 code of the EU authority list (FRA)."""

    street: str | None
    city: str | None
    postal_code: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a party."""

    name: str | None = None
    telephone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Signatory:
    """The natural person who commits the company, and the country where that person lives (alpha-3)."""

    first_name: str | None
    family_name: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Buyer:
    """The contracting authority."""

    siret: str
    name: str | None
    country: str = "FRA"


@dataclass(frozen=True, slots=True)
class Operator:
    """The economic operator. `group_name`: of the group it leads or belongs to."""

    siret: str
    name: str | None
    role: Role
    size: Size | None
    address: Address
    contact: Contact
    signatory: Signatory | None
    group_name: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to one criterion: for each question's identifier, one value, or several (one for each year, say)."""

    code: str
    values: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The buyer's request that is answered, and what it demands for the lot, in its own words.

    `agency`: whose identifiers it has. `issued_on`: day. `awaited`: the criteria that a registry may still answer, of
    whose answer nothing may be told yet.
    """

    id: str
    agency: str
    uuid: str
    issued_on: str
    criteria: tuple[Criterion, ...]
    awaited: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EspdResponse:
    """The whole response. `uuid`: of this document; `reference`: the tender's; `lots`: exactly one is expected.

    `procedure`: code of the EU authority list (`open`, `restricted` …), None when unknown.
    """

    id: str
    uuid: str
    issued_at: datetime
    reference: str | None
    title: str | None
    procedure: str | None
    buyer: Buyer
    operator: Operator
    lots: tuple[str, ...]
    answers: tuple[Answers, ...]
    evidence: tuple[Evidence, ...] = ()
    asked: Asked | None = None

    def known(self) -> Mapping[str, Criterion]:
        """The criteria it may answer, by code: as the buyer asks them where there is a request, else the model's."""
        return {**criteria(), **{one.code: one for one in self.asked.criteria}} if self.asked else criteria()
