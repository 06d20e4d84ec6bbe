# SPDX-License-Identifier: EUPL-1.2
"""From a path to a product: a tree of segments built once from the contracts, fixed words before parameters."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.kit.contract import Product

_VERSION = re.compile(r"v[0-9]{1,3}", re.ASCII)
MAX_SEGMENTS = 12


class RouteConflict(Exception):
    """Two products claim the same path, or a path is one that no request can have."""


@dataclass(frozen=True, slots=True)
class Match:
    """A product, the version written in the path (perhaps unknown to it), and the parameters as written."""

    product: Product
    version: int
    parameters: dict[str, str]


@dataclass(slots=True)
class _Node:
    words: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    name: str = ""
    product: Product | None = None


class Router:
    """All public paths of data. A path whose version is unknown still matches its product (the contract's `00402`)."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._root = _Node()
        for product in products:
            for path in {p for version in product.versions.values() for p in (version.path, *version.aliases)}:
                self._add(path, product)

    def match(self, path: str) -> Match | None:
        """The product at a path such as `/v4/insee/sirene/unites_legales/…`, or None."""
        return self.match_words(path.split("/"))

    def match_words(self, segments: list[str]) -> Match | None:
        """The same, for a path whose words were told apart before they were decoded."""
        if len(segments) < 3 or len(segments) > MAX_SEGMENTS or not _VERSION.fullmatch(segments[1]):
            return None
        parameters: dict[str, str] = {}
        product = _walk(self._root, segments, 2, parameters)
        return Match(product, int(segments[1][1:]), parameters) if product else None

    def _add(self, path: str, product: Product) -> None:
        node = self._root
        if 1 + len(path.split("/")) > MAX_SEGMENTS:
            raise RouteConflict(f"{path}: more than {MAX_SEGMENTS - 2} segments")
        for segment in path.split("/")[1:]:
            if segment.startswith("{"):
                name = segment[1:-1]
                node.parameter = node.parameter or _Node(name=name)
                node = node.parameter
                if node.name != name:
                    raise RouteConflict(f"{path}: a parameter named {node.name} stands there already")
            else:
                node = node.words.setdefault(segment, _Node())
        if node.product is not None and node.product is not product:
            raise RouteConflict(f"{path}: {product.id} and {node.product.id}")
        node.product = product


def _walk(node: _Node, segments: list[str], rank: int, parameters: dict[str, str]) -> Product | None:
    if rank == len(segments):
        return node.product
    segment = segments[rank]
    if (word := node.words.get(segment)) is not None and (found := _walk(word, segments, rank + 1, parameters)):
        return found
    if node.parameter is not None and segment:
        parameters[node.parameter.name] = segment
        if found := _walk(node.parameter, segments, rank + 1, parameters):
            return found
        del parameters[node.parameter.name]
    return None
