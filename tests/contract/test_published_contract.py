# SPDX-License-Identifier: EUPL-1.2
"""The published contract: committed, up to date, valid, complete, and served as it stands."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from connectors.kit.contract import load_all
from gateway.cli.openapi import generated
from gateway.edge.openapi.service import CONTRACT
from gateway.edge.published import contract_file
from gateway.problems import PLATFORM
from tests.contract.reading import Published, published

DATA = {
    version.operation: (product, version)
    for contract in load_all().values()
    for product in contract.products.values()
    for version in product.versions.values()
}


@pytest.fixture(scope="module")
def document() -> Published:
    return published()


def test_the_committed_document_is_the_one_the_sources_give() -> None:
    assert contract_file().read_bytes() == generated(), "dlnuf openapi write"


def test_it_is_valid_openapi_3_1(document: Published) -> None:
    assert list(OpenAPIV31SpecValidator(document.whole).iter_errors()) == []


def test_every_product_is_described_in_every_version_and_under_every_address(document: Published) -> None:
    expected = {
        f"/v{number}{path}"
        for product, _ in DATA.values()
        for number, version in product.versions.items()
        for path in (version.path, *version.aliases)
    }
    described = {path for path, operation in document.operations.items() if "x-dlnuf" in operation}
    assert described == expected


def test_every_field_of_every_schema_has_a_title_and_a_description(document: Published) -> None:
    silent = [path for path, schema in document.fields() if not schema.get("title") or not schema.get("description")]
    assert silent == []


def test_every_operation_on_data_has_an_example_that_its_own_schema_accepts(document: Published) -> None:
    for path, operation in document.operations.items():
        if "x-dlnuf" not in operation:
            continue
        content = operation["responses"]["200"]["content"]["application/vnd.api+json"]
        (example,) = content["examples"].values()
        errors = list(document.strict(content["schema"]).iter_errors(example["value"]))
        assert errors == [], (path, errors[0].message)


def test_every_error_example_has_the_shape_of_an_error(document: Published) -> None:
    for response in document.whole["components"]["responses"].values():
        for content in response["content"].values():
            for code, example in content["examples"].items():
                if code.isdigit():
                    assert list(document.strict(content["schema"]).iter_errors(example["value"])) == [], code


def test_every_code_of_the_platform_is_announced_somewhere_unless_nothing_can_raise_it(document: Published) -> None:
    announced = {code for operation in document.operations.values() for code in document.codes(operation)}
    assert PLATFORM.keys() - announced == set()


def test_deprecated_versions_say_so(document: Published) -> None:
    for operation in document.operations.values():
        if operation["operationId"] in DATA:
            assert operation.get("deprecated", False) is DATA[operation["operationId"]][1].deprecated


def test_the_schemas_are_schemas(document: Published) -> None:
    for schema in document.whole["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("path", "media_type"), CONTRACT.items())
def test_it_is_served_as_it_is_committed(client: httpx.Client, path: str, media_type: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content == contract_file().read_bytes()
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_served_as_yaml_reads_as_yaml() -> None:
    """One object in two notations: a part of it, since a YAML reader takes seconds over the whole."""
    whole: dict[str, Any] = json.loads(contract_file().read_bytes())
    part = json.dumps(whole["components"]["schemas"]["insee_unite_legale_v4"], ensure_ascii=False, indent=2)
    assert yaml.safe_load(part) == json.loads(part)


def test_no_address_of_a_machine_stands_in_it() -> None:
    text = contract_file().read_text("utf-8")
    assert "127.0.0.1" not in text
    assert "localhost" not in text
    assert str(Path.cwd()) not in text
