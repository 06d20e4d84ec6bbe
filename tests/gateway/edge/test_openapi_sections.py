# SPDX-License-Identifier: EUPL-1.2
"""The published contract is put together from sections: adding one is adding a function, and two never collide."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from connectors.kit.contract import load
from gateway.edge.openapi.document import SectionConflict, assemble, written
from gateway.edge.openapi.errors import media_of, of_product, raised
from gateway.edge.openapi.facts import Facts, Json, Section, Writer

NOTHING = Facts(contracts={}, texts={}, pools={}, examples={}, version="1.0.0")


def section(path: str, schema: Json) -> Writer:
    """A section of one page."""
    answer = {
        "description": "La réponse",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}},
    }
    item = {"get": {"operationId": path.strip("/"), "responses": {"200": answer}}}
    return lambda facts: Section({path: item}, {"schemas": {"A": schema}}, ({"name": path, "description": "…"},))


def test_a_section_brings_its_pages_and_components_and_the_whole_stays_valid() -> None:
    document = assemble(NOTHING, (section("/essai", {"type": "string"}),))
    assert list(document["paths"]) == ["/essai"]
    assert document["components"]["schemas"]["A"] == {"type": "string"}
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert written(document).endswith(b"}\n")


def test_two_sections_may_share_a_component_and_not_give_it_two_meanings() -> None:
    same = assemble(NOTHING, (section("/a", {"type": "string"}), section("/b", {"type": "string"})))
    assert set(same["paths"]) == {"/a", "/b"}
    with pytest.raises(SectionConflict, match="schemas A"):
        assemble(NOTHING, (section("/a", {"type": "string"}), section("/b", {"type": "integer"})))


def test_two_sections_may_not_describe_the_same_address() -> None:
    def other(_: Facts) -> Section:
        return Section({"/a": {"get": {"responses": {}}}})

    with pytest.raises(SectionConflict, match="path /a"):
        assemble(NOTHING, (section("/a", {"type": "string"}), other))


def codes(registry: str, name: str, version: int) -> dict[str, Any]:
    contract = load(registry)
    product = contract.products[f"{registry}/{name}"]
    return of_product(contract, product, product.versions[version])


def test_an_operation_announces_its_registry_s_own_refusals_and_only_what_its_code_can_raise() -> None:
    vigilance = codes("urssaf", "attestation_vigilance", 3)
    assert vigilance["04503"].status == 502
    assert vigilance["04055"].status == 502
    assert vigilance["00502"].status == 502
    assert "04005" not in vigilance, "the Urssaf never forbids to tell"
    company = codes("insee", "unite_legale", 4)
    assert company["01005"].status == 451
    assert "01055" not in company, "INSEE hands over no document"
    assert "005" in raised("insee")


def test_an_operation_announces_the_code_of_each_kind_of_parameter_it_takes() -> None:
    forms = codes("dgfip", "liasses_fiscales", 3)
    assert {"00301", "00307", "00315"} <= forms.keys()
    assert "00302" not in forms
    assert "03020" in forms, "the DGFiP closes every night"
    assert "01020" not in codes("insee", "unite_legale", 4)


def test_codes_have_the_media_type_they_leave_with() -> None:
    assert {media_of(code) for code in ("00100", "00201", "00429", "00510")} == {"application/json"}
    assert {media_of(code) for code in ("00210", "00301", "00501", "00604", "04503")} == {"application/vnd.api+json"}
