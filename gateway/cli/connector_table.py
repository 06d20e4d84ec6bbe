# SPDX-License-Identifier: EUPL-1.2
"""The registries as a page: what each contract says that an operator or a lawyer asks first."""

from collections.abc import Mapping

from connectors.kit.contract import Contract, Product
from connectors.kit.freshness import Freshness

HEAD = """# Registres raccordés

Page écrite par `dlnuf connector table` à partir des contrats (`connectors/*/contract.toml`) ; un test la compare.

Le délai est celui d'une question entière ; celui d'un produit, quand il en a un, est écrit à côté de lui. « Absence »
dit combien de temps un « rien n'est connu » du registre est redit sans le lui redemander.

| registre | accès | délai, connexions, maintenance | produits | droits | fraîcheur | réserve |
|---|---|---|---|---|---|---|
"""
ACCESS = {
    "none": "aucun",
    "oauth2_client_credentials": "OAuth 2, identifiants du client",
    "oauth2_password": "OAuth 2, mot de passe",
    "json_login": "ouverture de session JSON",
    "basic_login": "Basic, puis jeton",
    "headers": "clé dans un en-tête",
    "query": "clé dans l'adresse",
    "in_body": "identifiants dans la question",
}


def page(contracts: Mapping[str, Contract]) -> str:
    """The whole page, in Markdown."""
    return HEAD + "".join(_rows(contract) for contract in contracts.values())


def _rows(contract: Contract) -> str:
    access = ACCESS[contract.access.kind] + (" ; TLS mutuel" if contract.tls else "")
    name = f"**{contract.registry}**<br>{contract.title} ({contract.error_prefix})"
    limits = "<br>".join((f"{contract.timeout_s:g} s, {contract.concurrency}", *map(str, contract.maintenance)))
    first = f"| {name} | {access} | {limits} "
    rows = []
    for product in contract.products.values():
        rows.append(f"{first}| {_paths(product)} | {_scopes(product)} | {_life(product)} | {product.pool} |\n")
        first = "| | | "
    return "".join(rows)


def _paths(product: Product) -> str:
    own = f"<br>délai : {product.timeout_s:g} s" if product.timeout_s is not None else ""
    return "<br>".join(f"`/v{number}{version.path}`" for number, version in product.versions.items()) + own


def _scopes(product: Product) -> str:
    return "<br>".join(f"`{scope}`" for scope in sorted(product.scopes)) or "tout jeton"


def _life(product: Product) -> str:
    absence = f"<br>absence : {_fresh(product.absence)}" if product.absence != Freshness() else ""
    return _fresh(product.freshness) + absence


def _fresh(freshness: Freshness) -> str:
    if freshness.hours is not None:
        return f"{freshness.hours} h"
    if freshness.next_day_at is not None:
        return f"jusqu'au lendemain {freshness.next_day_at:%H:%M}"
    return "jusqu'à la fin du mois" if freshness.month_end else "aucune"
