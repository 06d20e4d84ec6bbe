# SPDX-License-Identifier: EUPL-1.2
"""What people read about each field of a registry: a title and a description, written in its `fields.toml`.

`[common]` holds what several products or versions share, a table named after a product what is its own, `[parameters]`
what its path or query parameters stand for. A key is a field's path, or only its end (`adresse.code_postal` also tells
about `siege.adresse.code_postal`): the product's table first, and in a table the longest end that fits. A key without a
text and a text without a key are errors, and so is a field that may be null and does not say what null means. The
published contract is written from here; a running gateway never reads it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.kit.contract import CONNECTORS, Contract, ContractError
from connectors.kit.facts import Product, Version
from connectors.kit.schema import Array, keys

COMMON = "common"
PARAMETERS = "parameters"
ENVELOPE = frozenset({"data", "links", "meta"})
"""Keys of the envelope, also where an item brings its own: the platform says what they are."""
LONGEST_TITLE = 100
SHORTEST_DESCRIPTION = 20
NULL = "`null`"


@dataclass(frozen=True, slots=True)
class Text:
    """What is said of a field: `title` without a full stop, `description` in sentences."""

    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of a registry, by table."""

    tables: Mapping[str, Mapping[str, Text]]

    def of(self, product: str, path: str) -> Text:
        """The text of a field of a product, both by their names. Raises KeyError when there is none."""
        table, key = self.place(product, path)
        return self.tables[table][key]

    def place(self, product: str, path: str) -> tuple[str, str]:
        """The table and the key that tell about a field. Raises KeyError."""
        for table in (product, COMMON):
            rows = self.tables.get(table, {})
            for end in _ends(path):
                if end in rows:
                    return table, end
        raise KeyError(path)


def load_texts(contract: Contract, folder: Path = CONNECTORS) -> Texts:
    """The texts of a registry, complete and without one too many. Raises ContractError, naming all that is wrong."""
    name = f"{contract.registry}/fields.toml"
    try:
        rows = tomllib.loads((folder / contract.registry / "fields.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ContractError(f"{name}: {error}") from error
    tables = {table: {key: _text(name, table, key, row) for key, row in found.items()} for table, found in rows.items()}
    texts = Texts(tables)
    wrong = _wrong(contract, texts)
    if wrong:
        raise ContractError(f"{name}: {'; '.join(wrong)}")
    return texts


def described(version: Version) -> Iterator[str]:
    """The path of everything in a version's answer that needs a text."""
    body = version.data.item if version.collection and isinstance(version.data, Array) else version.data
    for node, path in ((body, ""), (version.links, "links"), (version.meta, "meta")):
        yield from (key for key in keys(node, path) if key not in ENVELOPE)


def _wrong(contract: Contract, texts: Texts) -> list[str]:
    """What is missing and what is superfluous."""
    names = {product.name for product in contract.products.values()}
    wrong = [f"[{table}] is no product" for table in texts.tables if table not in {COMMON, PARAMETERS, *names}]
    used: set[tuple[str, str]] = set()
    for product in contract.products.values():
        for path in dict.fromkeys(path for version in product.versions.values() for path in described(version)):
            try:
                used.add(texts.place(product.name, path))
            except KeyError:
                wrong.append(f"no text for `{path}` of {product.name}")
        wrong += _silent(product, texts)
        for parameter, kind in product.kinds.items():
            if parameter in texts.tables.get(PARAMETERS, {}):
                used.add((PARAMETERS, parameter))
            elif kind == "text":
                wrong.append(f"no text for the parameter `{parameter}` of {product.name}")
    every = {(table, key) for table, rows in texts.tables.items() for key in rows}
    wrong += [f"[{table}] `{key}` tells about no field" for table, key in sorted(every - used)]
    return wrong


def _silent(product: Product, texts: Texts) -> list[str]:
    """Fields that may be null and do not say what null means, and fields that speak of a null they never have."""
    wrong = []
    fields = {path: leaf for version in product.versions.values() for path, leaf in version.fields.items()}
    for path, leaf in fields.items():
        with suppress(KeyError):  # a missing text is told once, and a list speaks for its items
            if leaf.nullable != (NULL in texts.of(product.name, path).description):
                wrong.append(f"`{path}` of {product.name}: {'say what' if leaf.nullable else 'there is no'} `null`")
    return wrong


def _text(name: str, table: str, key: str, row: Any) -> Text:
    if not (isinstance(row, list) and len(row) == 2 and all(isinstance(part, str) for part in row)):
        raise ContractError(f'{name}: [{table}] `{key}`: write ["title", "description"]')
    title, description = row
    last = key.rsplit(".", 1)[-1]
    if not title or title.endswith(".") or len(title) > LONGEST_TITLE or title == last:
        raise ContractError(f"{name}: [{table}] `{key}`: the title names the field to people, without a full stop")
    if not description.endswith(".") or len(description) < SHORTEST_DESCRIPTION or description.rstrip(".") == title:
        raise ContractError(f"{name}: [{table}] `{key}`: the description says more than the title, in sentences")
    return Text(title, description)


def _ends(path: str) -> Iterator[str]:
    """The path and every end of it, the longest first."""
    parts = path.split(".")
    for start in range(len(parts)):
        yield ".".join(parts[start:])
