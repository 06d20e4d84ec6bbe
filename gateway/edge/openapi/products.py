# SPDX-License-Identifier: EUPL-1.2
"""The section of data: every product in every version, under every address it has."""

from connectors.kit.contract import Contract, Product
from connectors.kit.facts import Version
from connectors.kit.freshness import Freshness
from gateway.edge.openapi import errors, parameters, schemas
from gateway.edge.openapi.common import headers, ref
from gateway.edge.openapi.facts import Allowance, Example, Facts, Json, Section
from gateway.problems import JSON_API


def section(facts: Facts) -> Section:
    """All products of all contracts."""
    paths: Json = {}
    bodies: Json = {}
    answers: Json = {}
    responses: Json = {}
    operations: dict[str, Json] = {}
    for contract in facts.contracts.values():
        for product in contract.products.values():
            for version in product.versions.values():
                name = f"{contract.registry}_{product.name}_v{version.number}"
                bodies[name] = schemas.body_of(product, version, facts.texts[contract.registry])
                answers[name], found = errors.responses(
                    name, errors.of_product(contract, product, version), {404: errors.UNKNOWN}, counted=True
                )
                responses |= found
                operations[name] = _operation(facts, contract, product, version, name)
                for rank, path in enumerate((version.path, *version.aliases)):
                    paths[f"/v{version.number}{path}"] = {"get": _at(operations[name], rank)}
    answers, kept = errors.shared(answers, responses)
    for item in paths.values():
        operation = item["get"]
        operation["responses"] |= answers[operation["x-dlnuf"]["schema"]]
    tags = tuple({"name": contract.registry, "description": contract.title} for contract in facts.contracts.values())
    return Section(paths, {"schemas": bodies, "responses": kept, "parameters": parameters.STATED}, tags)


def _operation(facts: Facts, contract: Contract, product: Product, version: Version, name: str) -> Json:
    example = facts.examples.get(version.operation)
    content: Json = {"schema": ref("schemas", name)}
    if example:
        content["examples"] = {"entreprise_inventee": {"summary": _about(example), "value": example.body}}
    own = parameters.of_product(product, facts.texts[contract.registry], dict(example.parameters) if example else {})
    operation: Json = {
        "operationId": version.operation,
        "tags": [contract.registry],
        "summary": product.title,
        "description": _description(product, version, facts.pools[product.pool]),
        "parameters": [*own, *(ref("parameters", stated) for stated in parameters.STATED)],
        "responses": {
            "200": {
                "description": "La réponse du registre, réduite à ce que la finalité ouvre.",
                "headers": headers(
                    "X-Request-Id", "Dlnuf-Receipt", "X-Response-Cached", "X-Cache-Expires-in", "RateLimit-Limit",
                    "RateLimit-Remaining", "RateLimit-Reset",
                ),
                "content": {JSON_API: content},
            }
        },
        "x-dlnuf": {
            "produit": product.id,
            "schema": name,
            "fournisseur": product.provider,
            "droits": sorted(product.scopes),
            "open_data": product.open_data,
            "reserve": product.pool,
            "groupes": {group: list(product.fields_of(group, version.number)) for group in product.groups},
            "personnes_physiques": sorted(product.natural_persons),
        },
    }  # fmt: skip
    if version.deprecated:
        operation["deprecated"] = True
    return operation


def _at(operation: Json, rank: int) -> Json:
    """The operation under its own address (rank 0), or under another one."""
    copy = {**operation, "responses": dict(operation["responses"])}
    if rank:
        copy["operationId"] = f"{operation['operationId']}_adresse_{rank + 1}"
        copy["description"] = f"Autre adresse de la même ressource.\n\n{operation['description']}"
    return copy


def _about(example: Example) -> str:
    return "Entreprise inventée : " + ", ".join(f"{name} {value}" for name, value in example.parameters.items())


def _description(product: Product, version: Version, pool: Allowance) -> str:
    rights = ", ".join(f"`{scope}`" for scope in sorted(product.scopes))
    lines = [
        f"Fournisseur : {product.provider}.",
        f"Droits : l'un de {rights}, et une finalité qui ouvre cette ressource." if rights else "Droits : tout jeton.",
        f"Débit : {pool.limit} appels {_each(pool.period_s)} et par jeton, "
        + ("pour cette ressource seule." if pool.each else "partagés avec les ressources de la même réserve."),
        f"Fraîcheur : {fresh(product.freshness)}.",
    ]
    if product.stale_for_s:
        lines.append(
            f"Si le fournisseur ne répond pas, une réponse périmée depuis {product.stale_for_s // 3600} heures au plus "
            "peut être servie, ce que `meta.passerelle.perime_faute_de_reponse` dit alors."
        )
    if version.deprecated:
        newest = max(product.versions)
        lines.append(f"Cette version est conservée pour les clients existants ; la version {newest} la remplace.")
    if version.number == 1:
        lines.append("Ressource propre à ce service, hors du contrat d'API Entreprise.")
    return "\n\n".join(lines)


def _each(seconds: int) -> str:
    return "par minute" if seconds == 60 else f"par {seconds} secondes"


def fresh(freshness: Freshness) -> str:
    """How long an answer is served again, in words."""
    if freshness.hours is not None:
        return f"une réponse est servie de nouveau pendant {freshness.hours} h"
    if freshness.next_day_at is not None:
        return f"une réponse est servie de nouveau jusqu'au lendemain {freshness.next_day_at:%H:%M}, heure de Paris"
    if freshness.month_end:
        return "une réponse est servie de nouveau jusqu'à la fin du mois"
    return "le fournisseur est interrogé à chaque appel"
