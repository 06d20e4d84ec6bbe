# SPDX-License-Identifier: EUPL-1.2
"""What is known of a company once its items are read: identity, people, figures, certificates, notices.

Each fact names the item it was read in (`item`, as `Item.id`), and through it its source, date and receipt. A fact that
no registry gave is absent: None or an empty tuple, never a zero and never a « no ».
"""

from dataclasses import dataclass

from gateway.dossier.words import Access, Outcome


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `country`: ISO 3166 alpha-3. `lines`: as the post writes it, without the name."""

    lines: tuple[str, ...]
    postcode: str
    city: str
    commune: str = ""
    country: str = "FRA"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the company is, by Sirene. `name`: of the company, or of the sole trader. `trade_name`: its sign.

    `legal_form`, `activity`: (code, words). `naf`: the code in NAF rév. 2. `size`: `micro`, `small`, `medium`, `large`
    or "" when not known, as the ESPD names them; `category`: PME, ETI, GE. `headcount`: from, to (persons), or None.
    `active`: the company and this establishment are. `created_on`: day.
    """

    siret: str
    name: str
    legal_form: tuple[str, str]
    activity: tuple[str, str]
    naf: str
    active: bool
    natural_person: bool
    item: str
    trade_name: str = ""
    acronym: str = ""
    address: Address | None = None
    head_office: bool | None = None
    head_office_siret: str = ""
    category: str = ""
    size: str = ""
    headcount: tuple[int | None, int | None] | None = None
    created_on: str = ""
    closed_on: str = ""
    social_economy: bool | None = None
    rna: str = ""
    restricted: bool = False

    @property
    def siren(self) -> str:
        """The company's number."""
        return self.siret[:9]


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody, or a company, that the commercial register names at its head."""

    quality: str
    family_name: str
    first_name: str
    company_name: str
    item: str


@dataclass(frozen=True, slots=True)
class Registration:
    """An entry in a register of trade. `register`: RCS, RNE, RNA… `court`: the clerk's town. `on`: day."""

    register: str
    number: str
    court: str
    on: str
    item: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Turnover:
    """Of a closed year: whole euros, and its last day."""

    end: str
    amount: int
    item: str


@dataclass(frozen=True, slots=True)
class Headcount:
    """Mean number of persons over a year, all schemes together. `kind`: `moyen` or `boeth` (disabled workers)."""

    year: str
    value: float
    kind: str
    item: str


@dataclass(frozen=True, slots=True)
class Attestation:
    """A certificate of an administration or a fund. `outcome`: COMPLIANT only when it was delivered and its file holds.

    `criterion`: of the ESPD. `document`: SHA-256 of the file, or "". `code`: security code.
    """

    key: str
    label: str
    issuer: str
    outcome: Outcome
    access: Access
    item: str
    criterion: str = ""
    document: str = ""
    issued_on: str = ""
    as_of: str = ""
    valid_until: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Certification:
    """A quality mark held. `details`: qualifications, in words. `criterion`: of the ESPD."""

    key: str
    label: str
    issuer: str
    item: str
    number: str = ""
    since: str = ""
    valid_until: str = ""
    details: tuple[str, ...] = ()
    document: str = ""
    criterion: str = ""


@dataclass(frozen=True, slots=True)
class Insurance:
    """An insurer that a certificate names; no amount is known."""

    kind: str
    insurer: str
    item: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of BODACC. `insolvency`: a sign to look at, which the company may contest; never a decision."""

    id: str
    published_on: str
    family: str
    court: str
    nature: str
    on: str
    complement: str
    url: str
    insolvency: bool
    contested: bool
    item: str


@dataclass(frozen=True, slots=True)
class Ratios:
    """Published financial ratios of a closed year, by name."""

    end: str
    values: tuple[tuple[str, float], ...]
    item: str


@dataclass(frozen=True, slots=True)
class Company:
    """All that the items of one member say. `notices_known`: BODACC answered, so that none means « none published »."""

    siret: str
    identity: Identity | None
    representatives: tuple[Representative, ...] = ()
    registrations: tuple[Registration, ...] = ()
    turnovers: tuple[Turnover, ...] = ()
    headcounts: tuple[Headcount, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    certifications: tuple[Certification, ...] = ()
    insurances: tuple[Insurance, ...] = ()
    notices: tuple[Notice, ...] = ()
    notices_known: bool = False
    ratios: tuple[Ratios, ...] = ()
    agreements: tuple[str, ...] = ()
