# SPDX-License-Identifier: EUPL-1.2
"""INSEE's contract says what clients and operators count on, and its code agrees with it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.kit import RegistryRefusal
from connectors.kit.contract import Product, load
from tests.connectors.insee.insee_door import CONTRACT, EVERY_VERSION

OPENAPI = Path(__file__).resolve().parents[3] / ".." / "shared" / "contract" / "openapi-entreprise.yaml"
PRODUCTS = {
    "unite_legale", "unite_legale_diffusible", "siege_social", "siege_social_diffusible", "etablissement",
    "etablissement_diffusible", "adresse", "adresse_diffusible", "successions",
}  # fmt: skip


def test_the_contract_loads_with_its_nine_products() -> None:
    contract = load("insee")
    assert {product.name for product in contract.products.values()} == PRODUCTS
    assert (contract.provider, contract.error_prefix, contract.pings) == ("INSEE", "01", ("insee/sirene",))
    assert (contract.connect_timeout_s, contract.timeout_s) == (2, 4)


def test_fifteen_versions_are_published_and_v3_is_deprecated_where_v4_exists() -> None:
    assert len(EVERY_VERSION) == 15
    for product in CONTRACT.products.values():
        assert product.versions[3].deprecated == (4 in product.versions), product.id


def test_the_login_is_a_password_grant_with_four_secrets_and_a_passing_error_when_it_fails() -> None:
    access = CONTRACT.access
    assert (access.kind, access.token_url, access.renew_on_401) == ("oauth2_password", "INSEE_OAUTH_URL", True)
    assert access.secrets.keys() == {"client_id", "client_secret", "username", "password"}
    assert access.failure == {"suffix": "011", "retry_in": 10}


def test_several_head_offices_are_refused_as_01501() -> None:
    refusal = CONTRACT.refusal("plusieurs_sieges")
    assert isinstance(refusal, RegistryRefusal)
    assert (refusal.suffix, refusal.status) == ("501", 502)


@pytest.mark.parametrize("product", CONTRACT.products.values(), ids=lambda product: product.name)
def test_every_product_is_kept_an_hour_under_its_number_in_the_shared_pool(product: Product) -> None:
    assert product.freshness.hours == 1
    assert product.cache_key == product.parameters
    assert product.pool == "json_resources_entreprise"
    assert product.open_data == ("open_data" in product.scopes)


@pytest.mark.parametrize("product", CONTRACT.products.values(), ids=lambda product: product.name)
def test_every_field_about_a_natural_person_stands_in_the_group_of_natural_persons(product: Product) -> None:
    fields = {name for version in product.versions.values() for name in version.fields}
    personal = {name for name in fields if "personne_physique_attributs" in name or name.endswith("postal.l2")}
    personal |= fields & {"enseigne"}  # a sole trader's is often their name
    marked = {name for group in product.natural_persons for name in product.groups[group]}
    assert marked == personal


def test_the_same_fields_as_the_published_openapi_when_it_is_at_hand() -> None:
    """Names, types, nulls, operation ids: the ordinary tests of answers stand beside this one."""
    if not OPENAPI.exists():
        pytest.skip("the published OpenAPI is not at hand: the ordinary tests of answers stand")
    paths = yaml.load(OPENAPI.read_text("utf-8"), Loader=yaml.CSafeLoader)["paths"]
    names = {"string": str, "date": str, "integer": int, "boolean": bool}
    for product in CONTRACT.products.values():
        for version in product.versions.values():
            operation = paths[f"/v{version.number}{version.path}"]["get"]
            published = operation["responses"]["200"]
            shape = published["content"]["application/json"]["schema"]["properties"]
            expected = dict(_leaves(shape["data"]))
            for key in ("links", "meta"):
                expected |= {f"{key}.{name}": leaf for name, leaf in _leaves(shape[key]) if name}
            ours = {name: (leaf.kinds[0], leaf.withholdable) for name, leaf in version.fields.items()}
            assert ours == {name: (names[kind], null) for name, (kind, null) in expected.items()}, version.operation
            assert published["x-operationId"] == version.operation
            assert bool(operation.get("deprecated")) == version.deprecated


def _leaves(schema: dict[str, Any], path: str = "") -> list[tuple[str, tuple[str, bool]]]:
    if "properties" in schema:
        inner = schema["properties"].items()
        return [leaf for key, child in inner for leaf in _leaves(child, f"{path}.{key}" if path else key)]
    if schema["type"] == "array":
        return _leaves(schema["items"], f"{path}[]")
    return [(path, (schema["type"], bool(schema.get("nullable"))))]
