# SPDX-License-Identifier: EUPL-1.2
"""The registries as a page: what each contract says that an operator or a lawyer asks first."""

from collections.abc import Mapping, Sequence

from connectors.kit.contract import Contract, Product
from connectors.kit.freshness import Freshness

HEAD = """# Registres raccordés

Page écrite par `dlnuf connector table` à partir des contrats (`connectors/*/contract.toml`) ; un test la compare.

Le délai est celui d'une question entière ; celui d'un produit, quand il en a un, est écrit à côté de lui. « Absence »
dit combien de temps un « rien n'est connu » du registre est redit sans le lui redemander.

La dernière colonne dit à propos de quelles entreprises du bac à sable la passerelle répond 200, devant les registres
simulés ; une version que les autres ne suivent pas est nommée.

Manquent trois ressources du ministère de l'Intérieur (`siaf`) : le service en place ne les a qu'en préproduction, où il
répond par des exemples, et leur registre n'a pas encore d'interface à laquelle parler.

| registre | protocole | accès | délai, connexions, maintenance | produits | droits | fraîcheur | réserve | personas |
|---|---|---|---|---|---|---|---|---|
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


Answering = Mapping[str, Sequence[str]]
"""For each operation, the SIRENs of the personas it answers about."""


def page(contracts: Mapping[str, Contract], answering: Answering) -> str:
    """The whole page, in Markdown."""
    return HEAD + "".join(_rows(contract, answering) for contract in contracts.values())


def _rows(contract: Contract, answering: Answering) -> str:
    access = ACCESS[contract.access.kind] + (" ; TLS mutuel" if contract.tls else "")
    name = f"**{contract.registry}**<br>{contract.title} ({contract.error_prefix})"
    limits = "<br>".join((f"{contract.timeout_s:g} s, {contract.concurrency}", *map(str, contract.maintenance)))
    first = f"| {name} | {contract.protocol} | {access} | {limits} "
    rows = []
    for product in contract.products.values():
        life = f"{_life(product)} | {product.pool}"
        rows.append(f"{first}| {_paths(product)} | {_scopes(product)} | {life} | {_personas(product, answering)} |\n")
        first = "| | | | "
    return "".join(rows)


def _personas(product: Product, answering: Answering) -> str:
    """The personas that every version answers about, then those that only one does."""
    by_version = {number: answering[version.operation] for number, version in product.versions.items()}
    some = next(iter(by_version.values()))
    everywhere = [siren for siren in some if all(siren in rows for rows in by_version.values())]
    alone = [f"{siren} (v{number})" for number, rows in by_version.items() for siren in rows if siren not in everywhere]
    return "<br>".join([*everywhere, *alone])


def _paths(product: Product) -> str:
    own = f"<br>délai : {product.timeout_s:g} s" if product.timeout_s is not None else ""
    if product.tool:
        own += f"<br>outil de `/mcp` : `{product.tool_name}`"
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
