# SPDX-License-Identifier: EUPL-1.2
"""Reads `provider_codes.toml`: what registries are made to do, and the code that must come of it for each operation."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from connectors.kit.contract import Contract, Product, Version, load_all
from connectors.kit.simulation import Said
from gateway.problems import PLATFORM, PROVIDER, Wording

HERE = Path(__file__).parent
CONTRACTS = load_all()

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cause:
    """One row of the table. `reply`, `login`: what the registry says; `row`: the rest, as it is written."""

    row: Row
    reply: Said | None
    login: Said | None

    def holds_for(self, product: Product, version: int) -> bool:
        """Whether it is about this operation."""
        row = self.row
        named = [*row.get("products", ()), *row.get("registries", ())]
        if named and product.id not in named and product.registry not in named:
            return False
        if {product.id, f"{product.id} v{version}"} & set(row.get("except", ())):
            return False
        return version in row.get("versions", (version,))

    def code(self, prefix: str) -> str:
        """The code it leads to, for a product or a registry with this prefix."""
        return str(self.row.get("code") or prefix + self.row["suffix"])


@dataclass(frozen=True, slots=True)
class Case:
    """A cause, the operation it is tried on, and what must come of it."""

    cause: Cause
    contract: Contract
    product: Product
    version: Version
    code: str
    wording: Wording

    @property
    def name(self) -> str:
        """What the case is called in a report."""
        return f"{self.code} {self.product.id} v{self.version.number}"


@dataclass(frozen=True, slots=True)
class FileCase:
    """A cause, and the registry whose file is opened."""

    cause: Cause
    contract: Contract
    code: str
    wording: Wording = field(default=Wording(0, "", ""))


@cache
def table() -> Row:
    """The whole file."""
    return tomllib.loads((HERE / "provider_codes.toml").read_text("utf-8"))


@cache
def inventory() -> Row:
    """The contract's catalogue, as facts."""
    return tomllib.loads((HERE / "inventory_codes.toml").read_text("utf-8"))


def causes(kind: str = "cause") -> list[Cause]:
    """The rows of one kind, in order."""
    return [Cause(row, _said(row.get("reply")), _said(row.get("login"))) for row in table()[kind]]


def cases() -> Iterator[Case]:
    """Every cause with every operation it holds for."""
    for cause in causes():
        for contract in CONTRACTS.values():
            for product in contract.products.values():
                for version in product.versions.values():
                    if cause.holds_for(product, version.number):
                        code = cause.code(product.error_prefix)
                        yield Case(cause, contract, product, version, code, _wording(cause, contract, code))


def file_cases() -> Iterator[FileCase]:
    """Every cause about a file that stayed at its registry."""
    for cause in causes("file"):
        contract = CONTRACTS[cause.row["registry"]]
        code = cause.code(contract.error_prefix)
        yield FileCase(cause, contract, code, _wording(cause, contract, code))


def _wording(cause: Cause, contract: Contract, code: str) -> Wording:
    if "refusal" in cause.row:
        refusal = contract.refusals[cause.row["refusal"]]
        return Wording(refusal.status, refusal.title, refusal.detail)
    return PLATFORM[code] if "code" in cause.row else PROVIDER[cause.row["suffix"]]


def _said(written: Row | None) -> Said | None:
    if written is None:
        return None
    if "json" in written:
        return Said(written["status"], json.dumps(written["json"]).encode())
    body = written.get("text", "").encode()
    return Said(written["status"], body, written.get("type", "text/plain"), written.get("headers", {}))
