# SPDX-License-Identifier: EUPL-1.2
"""From the folder of policies to the index that decides: read, checked, compiled, and tried on its own examples.

A folder that contradicts itself, the contracts or its examples does not load, and the gateway does not start without
policies: there is no half-valid set.
"""

from collections.abc import Mapping
from pathlib import Path

from connectors.kit.contract import Contract
from gateway.purpose.examples import outcome
from gateway.purpose.expansion import digest_of, expanded
from gateway.purpose.model import Policies, PolicyError, Purpose, Rule
from gateway.purpose.reading import read
from gateway.purpose.sheets import pools_of, purpose_of, rule_of

__all__ = ["Policies", "PolicyError", "compiled", "default_folder", "load"]


def default_folder() -> Path:
    """The policies of the checkout, or those that came with the package."""
    here = Path(__file__).resolve()
    checkout = here.parents[2] / "policies"
    return checkout if (checkout / "purposes").is_dir() else here.parents[1] / "default_policies"


def load(folder: Path, contracts: Mapping[str, Contract]) -> Policies:
    """The policies of a folder, whose examples all come out as they say.

    Raises PolicyError: unreadable or unknown anything, a purpose without rule, legal basis or example, a right that the
    purpose denies itself, an example that comes out otherwise.
    """
    policies = compiled(folder, contracts)
    for purpose in policies.purposes.values():
        for example in purpose.examples:
            if complaint := outcome(policies, contracts, purpose, example):
                raise PolicyError(
                    purpose.file, example.place, f"l'exemple « {example.says} » ne se vérifie pas : {complaint}"
                )
    return policies


def compiled(folder: Path, contracts: Mapping[str, Contract]) -> Policies:
    """The policies of a folder, before their examples are tried. Raises PolicyError."""
    products = {product.id: product for contract in contracts.values() for product in contract.products.values()}
    pools = pools_of(read(folder / "pools.toml", "pools.toml"), products)
    files = sorted((folder / "purposes").glob("*.toml"))
    if not files:
        raise PolicyError("purposes", "", "aucune finalité : écrivez au moins un fichier purposes/….toml")
    purposes: dict[str, Purpose] = {}
    rules: dict[tuple[str, str], Rule] = {}
    for path in files:
        sheet = read(path, f"purposes/{path.name}")
        purpose = purpose_of(sheet, products)
        if purpose.id in purposes:
            sheet.wrong(f"la finalité « {purpose.id} » est déjà écrite dans {purposes[purpose.id].file}", "id")
        if purpose.dossier_pool and purpose.dossier_pool not in pools:
            sheet.wrong(f"la réserve « {purpose.dossier_pool} » n'est pas dans pools.toml", "dossier_pool")
        purposes[purpose.id] = purpose
        for row in sheet.sections("grants"):
            rule = rule_of(row, purpose, products)
            if (purpose.id, rule.product.id) in rules:
                row.wrong("ce produit est déjà accordé plus haut : réunissez les deux", "product")
            rules[purpose.id, rule.product.id] = rule
    expansion = expanded(purposes, rules, pools)
    return Policies(purposes, rules, pools, digest_of(expansion), expansion)
