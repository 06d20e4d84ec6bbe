# SPDX-License-Identifier: EUPL-1.2
"""What the published contract is written from, and what each part of it brings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.contract import Contract
from connectors.kit.texts import Texts

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Allowance:
    """A rate pool: `limit` calls every `period_s` seconds; `each`: counted for each product by itself."""

    limit: int
    period_s: int
    each: bool


@dataclass(frozen=True, slots=True)
class Example:
    """What the gateway really answered about an invented company: the parameters that were asked with, the body."""

    parameters: Mapping[str, str]
    body: Json


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the document says comes from here. `examples`: by operation."""

    contracts: Mapping[str, Contract]
    texts: Mapping[str, Texts]
    pools: Mapping[str, Allowance]
    examples: Mapping[str, Example]
    version: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document: paths, components by kind (`schemas`, `responses`…), and the tags its operations bear.

    `webhooks`: what this service sends, by name.
    """

    paths: Json
    components: Mapping[str, Json] = field(default_factory=dict)
    tags: tuple[Json, ...] = ()
    webhooks: Json = field(default_factory=dict)


Writer = Callable[[Facts], Section]
