# SPDX-License-Identifier: EUPL-1.2
"""What the stages of an exchange hand to each other: frozen, typed, and all that a stage knows of its neighbours.

Ask ─ identity ─▶ Consumer ─ purpose ─▶ Grant, Permit ─ source ─▶ Answer ─ permit ─▶ Released ─ envelope ─▶ Envelope
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.kit import Answer, Caller, siren_of
from connectors.kit.contract import Product, Version
from connectors.kit.parameters import Rna


@dataclass(frozen=True, slots=True)
class Stated:
    """What the caller states about its request, each parameter as often as it was given (once, when all is well)."""

    context: tuple[str, ...] = ()
    object: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """What a caller shows: the bearer of a header, whether one stood in the address, and the address it calls from."""

    token: str | None = field(repr=False)
    token_in_url: bool
    address: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for data, as the edge read it; nothing in it is trusted yet.

    `id`: UUID of the exchange, ours. `version`: as written in the path, perhaps unknown to the product. `parameters`:
    those of the product, of path and query, as written. `token`: the bearer, if one came in a header; `token_in_url`:
    one came in the address. `wants_fresh`: the caller refuses cached answers. `agent`: whoever is behind the call, as
    its software names them; it leaves this value only as a commitment. `trace`, `span`: W3C ids of the trace and of our
    part in it, hex. `dossier`: UUID of the application file it is asked for, "" for a call of its own. `door`: `mcp`
    when it came through it, "" for the paths of data.
    """

    id: str
    product: Product
    version: int
    parameters: Mapping[str, str]
    stated: Stated = field(default_factory=Stated)
    token: str | None = field(default=None, repr=False)
    token_in_url: bool = False
    address: str = ""
    wants_fresh: bool = False
    agent: str | None = field(default=None, repr=False)
    trace: str = ""
    span: str = ""
    dossier: str = ""
    door: str = ""

    @property
    def subject(self) -> str | None:
        """The company asked about, by its SIREN (or an association's RNA number), when a parameter has that form."""
        for name in self.product.parameters:
            value = self.parameters.get(name, "").removeprefix("FR")
            if len(value) in (9, 14) and value.isascii() and value.isdigit():
                return siren_of(value)
            if Rna.parse(value):
                return value
        return None


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who is asking, proved by its token.

    `recipients`: SIRETs the data may be for, or None when the habilitation says « any public body it serves ».
    `expires_at`: epoch seconds. `rate_limit`: calls a minute of the habilitation's own, on top of the pools.
    `basis`: legal basis given by the habilitation itself, for purposes that ask for one. `mcp`: `/mcp` is open to it.
    """

    token_id: str
    habilitation_id: str
    siret: str
    name: str
    purpose: str
    scopes: frozenset[str]
    recipients: frozenset[str] | None
    expires_at: int
    rate_limit: int | None = None
    safe_listed: bool = False
    basis: tuple[str, ...] = ()
    mcp: bool = False


@dataclass(frozen=True, slots=True)
class Quota:
    """Where the caller stands in its rate pool: `limit` calls a window, `remaining`, the end (epoch seconds)."""

    limit: int
    remaining: int
    reset: int


@dataclass(frozen=True, slots=True)
class Released:
    """What a permit lets out of an answer: the contract's keys, all of them, with null where a value is withheld."""

    data: Any
    links: dict[str, Any]
    meta: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """What one purpose lets out of one version of a product.

    `groups`: the named groups granted. `fields`: the explicit fields they stand for. `digest`: its SHA-256 hex.
    `withheld`: the fields kept back, in the contract's order. `narrow` raises ValueError when an answer does not have
    the published shape.
    """

    groups: tuple[str, ...]
    fields: frozenset[str]
    digest: str
    withheld: tuple[str, ...]
    narrow: Callable[[Answer[Any]], Released]


@dataclass(frozen=True, slots=True)
class Grant:
    """A purpose's rule for a product, found for a consumer: which versions it may have, and under what conditions.

    `basis`: the legal basis in force (the purpose's, or the habilitation's). `policy`: SHA-256 hex of the policies.
    `contexts`: the only contexts accepted, or () when any is. `self_lookup`: the recipient may be the company called.
    """

    purpose: str
    title: str
    product: Product
    basis: tuple[str, ...]
    policy: str
    releases: Mapping[int, Release]
    recipients: frozenset[str] | None
    contexts: tuple[str, ...] = ()
    self_lookup: bool = True


@dataclass(frozen=True, slots=True)
class Permit:
    """The decision: this version of this product, for this recipient, under this purpose, these fields and no other."""

    purpose: str
    title: str
    basis: tuple[str, ...]
    policy: str
    recipient: str
    context: str
    object: str
    version: Version
    release: Release


@dataclass(frozen=True, slots=True)
class Question:
    """What will be put to the registry, once. `key`: what an answer may be kept under, as the contract declares it."""

    product: Product
    version: Version
    parameters: Mapping[str, str]
    caller: Caller
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """A document kept for a while: its id, and until when (epoch seconds)."""

    id: str
    filename: str
    until: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A document about to be handed out, and the exchange whose answer named it ("" when that is not known)."""

    id: str
    exchange_id: str
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sourced:
    """An answer with its source, when it was obtained, and until when it is fresh (epoch seconds).

    `cached`: it was not asked of the registry for this request. `instead_of`: code of the registry's trouble, when an
    answer past its freshness is served because of it.
    """

    answer: Answer[Any]
    provider: str
    obtained_at: int
    fresh_until: int
    document: FiledDocument | None = None
    cached: bool = False
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What leaves: status, the exact bytes, media type and headers."""

    status: int
    body: bytes
    media_type: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
