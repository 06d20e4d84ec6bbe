# SPDX-License-Identifier: EUPL-1.2
"""What a file asks and what it lets declare, as `policies/candidature/` says it; read and checked by `sheets.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.contract import Product
from gateway.dossier.words import Access, Answer, Kind, Phase, Role, Silence, State

NEVER_AUTOMATIC = frozenset(
    (
        "crime-org", "corruption", "fraud", "terr-offence", "finan-laund", "human-traffic", "envir-law", "socsec-law",
        "labour-law", "prof-misconduct", "distorsion", "partic-confl", "prep-confl", "sanction", "misrepresent",
        "bankr-nat",
    )
)  # fmt: skip
"""ESPD criteria that no registry answers: penal grounds and those a buyer appreciates. Only people answer them."""

EXCLUSION = NEVER_AUTOMATIC | {
    "tax-pay", "socsec-pay", "bankruptcy", "insolvency", "cred-arran", "liq-admin", "susp-act", "nati-ground",
}  # fmt: skip
"""ESPD criteria that are exclusion grounds."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What conditions look at. None, or "", is « not known », and a condition on it then does not hold.

    `naf`: in NAF rév. 2, with or without its dot. `headcount`: the least number of persons of its bracket.
    `restricted`: the company's name or address is not open data.
    """

    kind: Kind
    role: Role = Role.SOLE
    naf: str = ""
    legal_form: str = ""
    headcount: int | None = None
    natural_person: bool | None = None
    restricted: bool | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """All that is written must hold; an empty part asks for nothing. `naf`, `legal_forms`: beginnings of codes."""

    kinds: frozenset[Kind] = frozenset()
    roles: frozenset[Role] = frozenset()
    naf: tuple[str, ...] = ()
    legal_forms: tuple[str, ...] = ()
    not_legal_forms: tuple[str, ...] = ()
    headcount_min: int | None = None
    natural_person: bool | None = None
    restricted: bool | None = None

    @property
    def about_company(self) -> bool:
        """Whether the company must be known to decide."""
        return bool(
            self.naf or self.legal_forms or self.not_legal_forms or self.headcount_min is not None
            or self.natural_person is not None or self.restricted is not None
        )  # fmt: skip

    def market(self, traits: Traits) -> bool:
        """Whether what is known of the market and the role allows it."""
        return (not self.kinds or traits.kind in self.kinds) and (not self.roles or traits.role in self.roles)

    def holds(self, traits: Traits) -> bool:
        """Whether it holds for a company whose traits are known."""
        naf = traits.naf.replace(".", "")
        if not self.market(traits) or (self.naf and not (naf and naf.startswith(self.naf))):
            return False
        if self.legal_forms and not (traits.legal_form and traits.legal_form.startswith(self.legal_forms)):
            return False
        if self.not_legal_forms and (not traits.legal_form or traits.legal_form.startswith(self.not_legal_forms)):
            return False
        if self.headcount_min is not None and (traits.headcount is None or traits.headcount < self.headcount_min):
            return False
        if self.natural_person is not None and traits.natural_person is not self.natural_person:
            return False
        return self.restricted is None or traits.restricted is self.restricted


@dataclass(frozen=True, slots=True)
class When:
    """One of several conditions must hold; none written means always."""

    any_of: tuple[Condition, ...] = ()

    def decided(self, traits: Traits, company_known: bool) -> bool | None:
        """True or False; None when the company must be known first."""
        if not self.any_of:
            return True
        if company_known:
            return any(one.holds(traits) for one in self.any_of)
        if any(one.market(traits) and not one.about_company for one in self.any_of):
            return True
        return None if any(one.market(traits) for one in self.any_of) else False


@dataclass(frozen=True, slots=True)
class Validity:
    """Until when an answer may be used again: from a day it names (`field`) or the day it was obtained, so much later.

    `end_of_month`: then to the last day of that month.
    """

    field: str = ""
    days: int = 0
    months: int = 0
    end_of_month: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    """A value at a place of the answer, or of one of its items when it is a list."""

    field: str
    equals: str | bool

    def found(self, value: Any) -> bool:
        """Whether the answer says so."""
        items = value if isinstance(value, list) else [value]
        return any(at(item, self.field) == self.equals for item in items)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing asked of a registry, under a name for good.

    `parameters`: beside SIREN and SIRET; `année-1` and the like count from the current year. `absent`: what « not
    found » means here. `out_of_scope`: codes of the registry that say so. `pending`: our codes for « it is being looked
    into »; `denied`, for « the company is known, and it is not given »: a fact against it. `certificate`: its document
    proves compliance; `proves`: an answer that does. `against`: an answer that is a fact against the company.
    `security_code`: field of the code printed in the file. `gate`: nothing can be concluded without it. `watch`: looked
    at again during the contract.
    """

    key: str
    product: Product
    version: int
    candidate: str
    buyer: str
    category: str
    phase: Phase
    access: Access
    basis: tuple[str, ...]
    when: When
    validity: Validity
    parameters: Mapping[str, str] = field(default_factory=dict)
    criterion: str = ""
    absent: State = State.MISSING
    out_of_scope: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    proves: Says | None = None
    certificate: bool = False
    against: Says | None = None
    as_of: str = ""
    security_code: str = ""
    gate: bool = False
    watch: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a person may declare. `required`: a file without it is not complete.

    `options`: of a choice, words by value. `silent`: asked only where nobody has said it. `files`: proofs may be added.
    """

    key: str
    candidate: str
    buyer: str
    category: str
    phase: Phase
    access: Access
    answer: Answer
    basis: tuple[str, ...]
    when: When
    criteria: tuple[str, ...] = ()
    required: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    silent: Silence | None = None
    files: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A case the sheets promise."""

    place: str
    says: str
    traits: Traits
    phase: Phase
    early: bool
    asked: tuple[str, ...]
    not_asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """All of `policies/candidature/`. `digest`: SHA-256 hex of all that they say, examples apart.

    `titles`: of the categories, in the order of an application.
    """

    pieces: Mapping[str, Piece]
    questions: Mapping[str, Question]
    purposes: frozenset[str] = frozenset()
    digest: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    def due(self, traits: Traits, phase: Phase, early: bool, known: bool, wanted: tuple[str, ...] = ()) -> list[Piece]:
        """What to ask of a company now. `early`: the portal asks and the company consents. `known`: it was identified.

        `wanted`: only these, and what the file cannot do without; () for all.
        """
        return [
            piece
            for piece in self.of(traits, known, wanted)
            if early or piece.phase is Phase.CANDIDATURE or piece.phase.rank <= phase.rank
        ]

    def of(self, traits: Traits, known: bool, wanted: tuple[str, ...] = ()) -> Iterator[Piece]:
        """What may be asked of a company, in whatever phase."""
        for piece in self.pieces.values():
            if wanted and piece.key not in wanted and not piece.gate:
                continue
            if piece.when.decided(traits, known):
                yield piece

    def declarable(self, traits: Traits, phase: Phase) -> list[Question]:
        """What may be declared about a company by this phase."""
        return [
            one for one in self.questions.values() if one.phase.rank <= phase.rank and one.when.decided(traits, True)
        ]


def at(value: Any, path: str) -> Any:
    """What stands at a place of an answer, `entity_status.code`; None when nothing does."""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
