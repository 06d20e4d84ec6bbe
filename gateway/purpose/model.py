# SPDX-License-Identifier: EUPL-1.2
"""What the policies say once they are read: purposes, their rules, their examples, the rate pools.

Frozen values, compiled once at load; deciding is two look-ups in them (`decide.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.kit.contract import Product
from gateway.values import Release

GRANTED = "accordé"
HABILITATION = "habilitation"


class PolicyError(Exception):
    """The policies cannot be used. The message, in French, names the file, the place, and what to do."""

    def __init__(self, file: str, place: str, complaint: str) -> None:
        super().__init__(" : ".join(part for part in (file, place, complaint) if part))
        self.file = file
        self.place = place
        self.complaint = complaint

    def at(self, file: str, place: str) -> "PolicyError":
        """The same complaint, told where it was met."""
        return PolicyError(file, place, self.complaint)


@dataclass(frozen=True, slots=True)
class LegalText:
    """One article that a purpose rests on. `url` is where to read it, or empty."""

    text: str
    article: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.text}, article {self.article}"


@dataclass(frozen=True, slots=True)
class Example:
    """A case the policies promise: what is asked, and what comes out.

    `expect`: `accordé`, or the code of the refusal. `version`: as a path would write it, without its `v`.
    `context`, `object`, `recipient`: as stated. `called`: SIREN or SIRET asked about. `recipients` and `basis`: what
    the habilitation says. `visible`, `masked`: fields, or what stands above several, that must come out or be null.
    """

    place: str
    says: str
    product: str
    version: int
    scopes: frozenset[str]
    expect: str
    context: str
    object: str
    recipient: str
    called: str
    recipients: frozenset[str] | None
    basis: tuple[str, ...]
    visible: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """One lawful reason to ask.

    `basis`: the articles it rests on, or None when each habilitation has to give its own. `retention_months`: how long
    a recipient may keep what it was given. `trace_months`: how long our records of it are kept. `contexts`: the only
    ones accepted, or () for any. `self_lookup`: the recipient may be the company called. `forbidden`: products this
    purpose is denied by name. `dossier_pool`: the pool that its application files draw on, or "" when it draws up none.
    `embargo_days`: how long a company is not shown a consultation for this purpose, 0 for not at all; `embargo_reason`:
    the text that allows it, as the company's page says it.
    """

    id: str
    file: str
    title: str
    summary: str
    basis: tuple[LegalText, ...] | None
    retention_months: int
    trace_months: int
    contexts: tuple[str, ...]
    self_lookup: bool
    natural_persons: bool
    open_data_only: bool
    forbidden: frozenset[str]
    examples: tuple[Example, ...]
    dossier_pool: str = ""
    embargo_days: int = 0
    embargo_reason: str = ""

    @property
    def basis_from_habilitation(self) -> bool:
        """Whether a habilitation must bring its own legal basis."""
        return self.basis is None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a purpose grants of a product. `need`: `requis` or `optionnel`. `releases`: by version, compiled."""

    purpose: Purpose
    product: Product
    need: str
    groups: tuple[str, ...]
    releases: Mapping[int, Release]


@dataclass(frozen=True, slots=True)
class Pool:
    """A rate pool: `limit` calls every `period_s` seconds, counted for all its products together or for `each`."""

    name: str
    limit: int
    period_s: int
    each: bool


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies, compiled. `rules`: by (purpose, product).

    `expansion`: all that they say, as canonical bytes (expansion.py). `digest`: their SHA-256 hex.
    """

    purposes: Mapping[str, Purpose]
    rules: Mapping[tuple[str, str], Rule]
    pools: Mapping[str, Pool]
    digest: str
    expansion: bytes = b""

    def rules_of(self, purpose: str) -> tuple[Rule, ...]:
        """The rules of a purpose, in the order of its file; () when it is unknown."""
        return tuple(rule for (owner, _), rule in self.rules.items() if owner == purpose)

    def grantable_scopes(self, purpose: str) -> frozenset[str]:
        """The scopes a habilitation of this purpose may hold: those of its granted products and no other."""
        return frozenset().union(*(rule.product.scopes for rule in self.rules_of(purpose)))
