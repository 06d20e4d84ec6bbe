# SPDX-License-Identifier: EUPL-1.2
"""What a connector gives back: the contract's three keys, and the document that goes with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar

Data = TypeVar("Data")
Value = TypeVar("Value")


class MayLackMark:
    """Marks a field that the contract announces without null although a registry may leave it empty."""


MayLack = Annotated[Value | None, MayLackMark]
"""A field the contract announces without null, and that a registry may nevertheless lack.

It can be null when the registry has nothing; no purpose may withhold it, since clients were told it is there.
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A document handed over by a registry.

    `filename` is what a person sees when saving it; it ends in the document's extension. `life_s`: how many seconds it
    may be downloaded at most, a day unless the contract promises less.
    """

    content: bytes
    filename: str
    media_type: str = "application/pdf"
    life_s: int = 86_400


@dataclass(frozen=True, slots=True)
class Answer(Generic[Data]):
    """A registry's answer in the published shape.

    `data` holds the schema's keys, all of them; for a collection it is a list of items' data, or, where items
    have a meta of their own, a list of objects whose two keys are `data` and `meta`.
    `links` values that begin with `/` are paths of ours: the gateway puts its public address before them.
    `meta` is the answer's own meta (for a collection, the list's).
    `document` is filed by the gateway, which fills in the two fields the contract names for its address and lifetime.
    """

    data: Data
    links: Mapping[str, object] = field(default_factory=dict)
    meta: Mapping[str, object] = field(default_factory=dict)
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """What a registry may be told about who asks.

    `token_id`: UUID of the consumer's token. `recipient`: SIRET of the administration the data are for.
    `request_id`: UUID of this exchange, never taken from a client's header.
    """

    token_id: str
    recipient: str
    request_id: str
