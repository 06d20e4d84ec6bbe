# SPDX-License-Identifier: EUPL-1.2
"""What a contract says, as frozen values. `contract.py` reads them from `contract.toml`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.door import Registry
from connectors.kit.errors import RegistryRefusal
from connectors.kit.freshness import Freshness, Window
from connectors.kit.schema import Leaf, Node

LOGINS = frozenset({"oauth2_client_credentials", "oauth2_password", "json_login", "basic_login"})
ACCESS_KINDS = LOGINS | {"none", "headers", "query", "in_body"}


class ContractError(Exception):
    """A contract says something impossible, or something its code does not do. The message says where."""


@dataclass(frozen=True, slots=True)
class Access:
    """How the registry wants to be authenticated against.

    `kind`:
      `none`; `oauth2_client_credentials`, `oauth2_password` (form login); `json_login` (JSON login); `basic_login`
      (HTTP Basic login, `secrets` username and password): a token is fetched, kept, and sent with every question;
      `headers`, `query`: the secrets themselves are sent with every question, as header or query fields;
      `in_body`: the connector asks for them with `Registry.secret` and writes them in its question.
    `token_url`: a path below the base address, or the name of a setting when it begins with no `/`. `secrets`: field →
    name of the setting that holds it. `fixed`: fields sent as they are. `token_field`: dotted path of the token in the
    login's answer. `life`: `expires_in` (seconds, beside the token), `jwt` (the token's own `exp`), or `date:` and the
    dotted path of a date. `token_header`: the header that carries it, `Authorization: Bearer` by default. `accounts`:
    other accounts to try when one is refused, field → setting. `renew_on_401`: a 401 on data drops the token, logs
    in again and replays once. `failure`: `suffix` and `retry_in` of the error when logging in fails or
    the replay is refused again; without it, the login's transport error or the connector's reading of the 401.
    `failure_when`: `impossible`, whatever the reason (the default), or `refused`: only when every account is refused.
    """

    kind: str
    token_url: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    token_field: str = "access_token"  # noqa: S105  # the name of a field, not a token
    life: str = "expires_in"
    token_header: str = ""
    accounts: tuple[Mapping[str, str], ...] = ()
    renew_on_401: bool = True
    failure: Mapping[str, int | str] = field(default_factory=dict)
    failure_when: str = "impossible"

    @property
    def logs_in(self) -> bool:
        """Whether a token must be fetched before asking."""
        return self.kind in LOGINS


@dataclass(frozen=True, slots=True)
class Patience:
    """When a failing registry is left alone: after how many troubles in a row, and for how many seconds."""

    failures: int = 10
    pause_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Mutual TLS: the settings that name the certificate's and the key's files."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Relayed:
    """How files that stay at a registry are handed out.

    `address`: a path of ours that answers with JSON naming the document, as the contract says; empty: the file itself,
    under `/proxy/files`. `media_type`: the only one accepted, by its first bytes. `statuses`: status, or `other`, → the
    suffix of its error, where the registry's own codes are wanted instead of `0060x`.
    """

    address: str = ""
    media_type: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)


READ = "read"
ON_429 = ("999", "008", READ)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A registry's own refusal: suffix after the prefix, HTTP status, French wording, seconds to wait.

    `throttles`: it means « too often », as a 429 does.
    """

    suffix: str
    status: int
    title: str
    detail: str
    retry_in: int | None = None
    throttles: bool = False


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """The two fields of a product's answer that the gateway fills when a document was filed."""

    url: str
    expires_in: str


@dataclass(frozen=True, slots=True)
class Version:
    """One published version of a product: its path, the function that holds the conversation, its schema."""

    number: int
    path: str
    operation: str
    deprecated: bool
    conversation: Callable[..., Any]
    arguments: Mapping[str, str]
    data: Node
    links: Node
    meta: Node
    collection: bool
    document: DocumentFields | None
    fields: Mapping[str, Leaf]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """What can be asked of a registry. `id` is `registry/name`; `parameters` are those of its paths.

    `kinds`: how each path or query parameter is read (a kind of `parameters.py`). `query`: the query parameters it
    takes, all of them optional. `stale_for_s`: how long past its freshness an answer may still be served, and say so,
    while the registry does not answer; 0: never. `absence`: how long a firm « there is nothing » (KnownAbsent) may be
    told again. `relayed`: fields of its data that hold addresses of files that stay there, made anew when an answer is
    served again. `timeout_s`: the product's own, where the registry's is not its. `error_prefix`, `provider`: the
    product's own, where one folder serves two providers. `tool`: what a language model is told it gives, where it is
    offered as a tool; "": it is not. `tool_name`: the name it is offered under.
    """

    id: str
    registry: str
    name: str
    title: str
    open_data: bool
    scopes: frozenset[str]
    pool: str
    freshness: Freshness
    cache_key: tuple[str, ...]
    parameters: tuple[str, ...]
    versions: Mapping[int, Version]
    groups: Mapping[str, tuple[str, ...]]
    natural_persons: frozenset[str]
    error_prefix: str
    provider: str
    kinds: Mapping[str, str] = field(default_factory=dict)
    stale_for_s: int = 0
    absence: Freshness = field(default_factory=Freshness)
    timeout_s: float | None = None
    relayed: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    tool: str = ""
    tool_name: str = ""

    def fields_of(self, group: str, version: int) -> tuple[str, ...]:
        """The explicit fields that a group stands for in a version."""
        known = self.versions[version].fields
        return tuple(name for name in self.groups[group] if name in known)


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """Everything a registry's folder says about it. `pings`: the public ids its state is asked under.

    `protocol`: what is spoken with it, in a word or two for people. `on_429`: the suffix of its 429, as the running
    service has it, or READ: its connector reads it, because its body says more than « too often ».
    """

    registry: str
    title: str
    provider: str
    error_prefix: str
    base_url: str
    protocol: str
    connect_timeout_s: float
    timeout_s: float
    max_body_bytes: int
    concurrency: int
    access: Access
    maintenance: tuple[Window, ...]
    pings: tuple[str, ...]
    probe: Callable[[Registry], Any] | None
    refusals: Mapping[str, Refusal]
    products: Mapping[str, Product]
    other_urls: Mapping[str, str] = field(default_factory=dict)
    tls: ClientCertificate | None = None
    breaker: Patience = field(default_factory=Patience)
    relay: Relayed = field(default_factory=Relayed)
    on_429: str = "999"

    def refusal(
        self,
        name: str,
        provider_errors: Sequence[object] | None = None,
        *,
        retry_in: int | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> RegistryRefusal:
        """The error of the refusal table's row `name`. Raises KeyError for a row that is not there."""
        row = self.refusals[name]
        return RegistryRefusal(
            row.suffix,
            row.status,
            row.title,
            row.detail,
            retry_in=row.retry_in if retry_in is None else retry_in,
            provider_errors=provider_errors,
            meta=meta,
            throttles=row.throttles,
        )
