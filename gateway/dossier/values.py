# SPDX-License-Identifier: EUPL-1.2
"""The typed dossier: what is asked, what registries said, what people declared, contested and deposited.

    Candidature ─┬─ Tender ── Lot, TenderCheck       the market, as stated and as published
                 ├─ Member ── Consent                companies by SIRET: alone, group, relied upon, subcontractors
                 ├─ Item ──── Provenance, Document   one thing asked of one registry about one member, and its answer
                 ├─ Declaration                      what a named person states, on a day; never mixed with facts
                 ├─ Contest                          what the company answers to a fact
                 ├─ Signatory                        who engages the company
                 └─ Seal ──── Completion             what was known at deposit, and what came later

Frozen: a change makes a new value. Times are epoch seconds, days `YYYY-MM-DD`. `facts.py` reads the items' raw values
into turnover, headcounts, certificates; `telling.py` tells a dossier to an audience. Contents of documents and exact
answers are kept by the store under their SHA-256.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.dossier.asked import BuyerRequest
from gateway.dossier.words import Access, GroupForm, Kind, Outcome, Phase, Role, Source, Standing, State


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot of the tender: its number as the buyer writes it."""

    id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class TenderCheck:
    """One thing stated about the tender beside what was published. `agrees`: None when they cannot be compared."""

    what: str
    stated: str
    published: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Tender:
    """The consultation. `reference`: the buyer's own, or the notice's number at its `source`.

    `deadline`: epoch seconds, None when neither stated nor published. `published`: what the notice said, raw.
    `checked_at`: when it was compared; `exchange`: id of the exchange that read it.
    """

    source: Source
    reference: str
    title: str
    buyer_siret: str
    kind: Kind
    buyer_name: str = ""
    deadline: int | None = None
    lots: tuple[Lot, ...] = ()
    procedure: str = ""
    url: str = ""
    checks: tuple[TenderCheck, ...] = ()
    published: Mapping[str, Any] | None = None
    checked_at: int | None = None
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A named person who acts for a company.

    `proved`: how we know who it is: `portail` (the portal says so), `lien` (they do, by the portal's link), or the
    level of their own sign-in (`eidas1`…).
    """

    first_name: str
    family_name: str
    quality: str
    email: str = ""
    proved: str = "portail"


@dataclass(frozen=True, slots=True)
class Consent:
    """A company's agreement that its data be gathered for this tender. `early`: certificates before attribution too."""

    given_by: Person
    given_at: int
    early: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the buyer reaches a company; declared."""

    email: str = ""
    phone: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A company of the application. `consent`: None until it agrees; nothing about it is asked before.

    `lots`: those it answers, () for all. `share`: what it does, in words (tasks of a member or of a subcontractor).
    """

    siret: str
    role: Role
    consent: Consent | None = None
    lots: tuple[str, ...] = ()
    share: str = ""
    contact: Contact = field(default_factory=Contact)

    @property
    def siren(self) -> str:
        """The company's number."""
        return self.siret[:9]


@dataclass(frozen=True, slots=True)
class DocumentChecks:
    """What was checked in a file. None: nothing to check it against.

    `pdf`: starts and reads as the PDF it says it is. `signature`: None when the file has none; else whether it covers
    the whole file (whether its certificate is trusted is not ours to say). `security_code`: the one the sheet says
    where to find. `issued_on`, `valid_until`: days read in it or beside it. `notes`: for its reader, in French.
    """

    pdf: bool
    signature: bool | None = None
    security_code: str = ""
    issued_on: str = ""
    valid_until: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the dossier; its bytes are kept by the store under `sha256` (64 hex digits)."""

    name: str
    media_type: str
    size: int
    sha256: str
    checks: DocumentChecks | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an answer comes from. `exchange`: id of the exchange, and of its receipt. `answer`: SHA-256 of the exact
    bytes it gave, which the store keeps. `as_of`: the day the registry speaks of; `valid_until`: last day it is good.

    `code`: the problem's code when there is no answer; `said`: its sentence. `instead_of`: the registry was silent and
    an older answer was served. `reused_from`: the dossier whose answer this is, with its own dates.
    """

    registry: str
    provider: str
    product: str
    version: int
    retrieved_at: int
    exchange: str
    purpose: str
    basis: tuple[str, ...]
    answer: str = ""
    as_of: str = ""
    valid_until: str = ""
    code: str = ""
    said: str = ""
    instead_of: str = ""
    reused_from: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing asked of one registry about one member.

    `key`: of `policies/candidature`. `value`: the answer's `data`, as the purpose released it, None without an answer.
    `attempts`, `next_at`: how often it was asked, and when it will be again. `requested`: why it is in the file, in
    words. `against`: it states a fact against the company, which is shown to it first and may be contested.
    """

    key: str
    siret: str
    label: str
    phase: Phase
    access: Access
    state: State = State.PENDING
    outcome: Outcome | None = None
    value: Any = None
    documents: tuple[Document, ...] = ()
    provenance: Provenance | None = None
    criterion: str = ""
    category: str = ""
    requested: str = ""
    against: bool = False
    attempts: int = 0
    next_at: int | None = None

    @property
    def id(self) -> str:
        """Its name within the dossier: `<siret>:<key>`."""
        return f"{self.siret}:{self.key}"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a named person states about a member, on a day. The latest of a key counts; earlier ones stay.

    `key`: of `policies/candidature`. `value`: as the sheet's kind of answer says. `criterion`: the ESPD criterion it
    answers, by code; `documents`: proofs uploaded with it. `words`: what a coded value means, "" for others.
    """

    id: str
    key: str
    siret: str
    label: str
    value: Any
    by: Person
    at: int
    criterion: str = ""
    category: str = ""
    documents: tuple[Document, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Contest:
    """What a company answers to a fact. `answer`: what the buyer wrote back, if it did."""

    id: str
    item: str
    text: str
    by: Person
    at: int
    documents: tuple[Document, ...] = ()
    answer: str = ""
    answered_at: int | None = None


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who engages a company by this application; without one nothing that must be signed can be exported."""

    siret: str
    first_name: str
    family_name: str
    quality: str
    email: str = ""
    phone: str = ""
    country: str = "FRA"
    birth_date: str = ""
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """An item that came, or changed, after the seal: before and after stand side by side."""

    item: str
    before: State
    after: State
    at: int


@dataclass(frozen=True, slots=True)
class Seal:
    """The deposit. `digest`: SHA-256 of the canonical JSON of what was known, whose bytes the store keeps under it;
    the record `dossier_sealed` carries it. `incomplete`: items not settled at that moment, by id. `completions`: since.
    `record`: that record's number in the log; None for deposits made before it was kept.
    """

    at: int
    digest: str
    by: Person
    incomplete: tuple[str, ...] = ()
    completions: tuple[Completion, ...] = ()
    record: int | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the portal is told of changes; the secret is kept encrypted and is never shown again."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Candidature:
    """A dossier. `id`: UUID. `number`: what people read (`CA-2026-…`). `wanted`: keys of the proofs the buyer names,
    or () for what the sheets say. `early`: the portal asks for certificates before attribution. `refusal`: (code,
    sentence) when no application can come of it. `token_id`: the portal's token the questions are put under.
    `until`: when it is erased (epoch seconds). `alerts`: those already given, by what they are about. `market`: id of
    the portal's market it was opened on, "" without one. `request`: the buyer's own ESPD request, when it was sent.
    """

    id: str
    number: str
    created_at: int
    habilitation_id: str
    token_id: str
    tender: Tender
    members: tuple[Member, ...]
    phase: Phase
    until: int
    form: GroupForm = GroupForm.ALONE
    lots: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    early: bool = False
    standing: Standing = Standing.OPEN
    items: tuple[Item, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    contests: tuple[Contest, ...] = ()
    signatories: tuple[Signatory, ...] = ()
    seal: Seal | None = None
    webhook: Webhook | None = None
    return_url: str = ""
    portal_reference: str = ""
    refusal: tuple[str, str] | None = None
    alerts: tuple[str, ...] = ()
    market: str = ""
    request: BuyerRequest | None = None

    @property
    def lead(self) -> Member:
        """The company alone, or the group's mandataire."""
        return self.members[0]

    @property
    def complete(self) -> bool:
        """Whether no registry is still expected to answer."""
        return all(item.state.settled for item in self.items)

    @property
    def gathered(self) -> bool:
        """As much of `complete` as may be told to whoever sees open data only.

        Every registry was asked and those of open pieces are settled: whether a protected one is still looking into the
        matter, or silent, is not said.
        """
        return all(item.state.settled or (item.access is Access.PROTECTED and item.attempts) for item in self.items)

    def member(self, siret: str) -> Member | None:
        """The member of this SIRET."""
        return next((member for member in self.members if member.siret == siret), None)

    def item(self, identifier: str) -> Item | None:
        """The item of this id, `<siret>:<key>`."""
        return next((item for item in self.items if item.id == identifier), None)

    def declared(self, key: str, siret: str) -> Declaration | None:
        """The declaration of this key that counts for a member: the latest."""
        found = [one for one in self.declarations if one.key == key and one.siret == siret]
        return found[-1] if found else None

    def signatory(self, siret: str) -> Signatory | None:
        """Who signs for a member: the last one named."""
        found = [one for one in self.signatories if one.siret == siret]
        return found[-1] if found else None
