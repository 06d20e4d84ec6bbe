# SPDX-License-Identifier: EUPL-1.2
"""The conversation with simulated API Association: every persona, the question as sent, the files, the contract."""

import pytest

from connectors.kit.contract import Product
from connectors.kit.pdf import pages
from connectors.kit.simulation import Asked, Persona
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.djepva_rna.djepva_answers import (
    CONTRACT,
    KEY,
    PRODUCTS,
    RNA,
    SIREN,
    SIRET,
    WORLD,
    ask,
    at_simulator,
    suffix,
)
from tests.connectors.kit.doors import NOW, mismatches
from tests.connectors.kit.published import differences

V4_PATH = "/djepva/api-association/associations/"


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
@pytest.mark.parametrize("product", PRODUCTS)
async def test_only_the_association_is_one(product: str, persona: Persona) -> None:
    number = persona.siren if PRODUCTS[product][0] == 4 else persona.siret
    if persona.rna is None:
        assert await suffix(product, at_simulator(), number) == "003"
    else:
        answer = await ask(product, at_simulator(), number)
        assert mismatches(CONTRACT, product, PRODUCTS[product][0], answer) == []


@pytest.mark.parametrize("product", PRODUCTS)
async def test_the_association_is_the_same_under_each_of_its_numbers(product: str) -> None:
    by_rna = await ask(product, at_simulator(), RNA)
    other = await ask(product, at_simulator(), SIREN if PRODUCTS[product][0] == 4 else SIRET)
    if product == "association":
        by_rna.data["siret"] = SIRET
    assert by_rna == other
    assert await suffix(product, at_simulator(), "W999999999") == "003"


async def test_the_association_is_told_in_full_to_entitled_administrations_only() -> None:
    protected = (await ask("association_protegee", at_simulator())).data
    public = (await ask("association_open_data", at_simulator())).data
    (place,) = protected["etablissements"]
    assert [one["nom"] for one in place["representants_legaux"]] == ["BRANDELIS", "QUINTEVAL"]
    assert [one["nom"] for one in place["documents_dac"]] == ["Comptes annuels.pdf"]
    assert [one["annee"] for one in place["comptes"]] == ["2024", "2023"]
    assert len(protected["documents_rna"]) == 3
    assert not {"reseaux_affiliation", "documents_rna"} & public.keys()
    assert not {"representants_legaux", "documents_dac"} & public["etablissements"][0].keys()
    assert (protected["rna"], protected["siren"], protected["active"]) == (RNA, SIREN, True)


async def test_documents_lead_to_files_that_can_be_opened() -> None:
    door = at_simulator()
    listed = (await ask("documents", door)).data
    assert [one["timestamp"] for one in listed] == ["1700000000", None, "1700172800"]
    for one in listed:
        path = one["url"].removeprefix("https://passerelle.test/proxy/files/").split("#")[0]
        reply = await door.get(path)
        assert reply.status == 200
        (text,) = await pages(reply.body, 1)
        assert "LES JARDINS PARTAGES" in text
    assert (await door.get("/apim/api-asso/api/documents/PJ/autre")).status == 404


async def test_the_question_names_the_number_and_carries_the_key() -> None:
    door = at_simulator()
    await ask("association", door)
    (asked,) = door.asked
    assert (asked.method, asked.path) == ("GET", f"/apim/api-asso-partenaires/api/structure/{RNA}")
    assert asked.query == {"proxy_only": "true"}
    assert asked.headers["x-gravitee-api-key"]


async def test_the_simulator_wants_a_key_and_a_plain_question() -> None:
    door = at_simulator()
    assert await suffix("association", SimulatedDoor(CONTRACT, door.handler, NOW)) == "999"
    path = f"/apim/api-asso-partenaires/api/structure/{RNA}"
    assert door.handler(Asked("GET", path, {"proxy_only": "true"}, {"X-Gravitee-Api-Key": "cle"})).status == 200
    for asked in (
        Asked("GET", path, {}, KEY),
        Asked("POST", path, {"proxy_only": "true"}, KEY),
        Asked("GET", "/", {}, KEY),
    ):
        assert door.handler(asked).status == 404


def test_the_contract_says_what_the_sheet_says() -> None:
    assert (CONTRACT.connect_timeout_s, CONTRACT.timeout_s, CONTRACT.maintenance) == (10, 10, ())
    assert CONTRACT.pings == ("djepva/api-association",)
    assert (CONTRACT.access.kind, set(CONTRACT.access.secrets)) == ("headers", {"X-Gravitee-Api-Key"})
    rows = {
        product.name: (product.error_prefix, product.provider, product.parameters, product.pool, product.open_data)
        for product in CONTRACT.products.values()
    }
    shared = "json_resources_entreprise"
    assert rows == {
        "association": ("21", "MI", ("siret_or_rna",), shared, True),
        "documents": ("21", "MI", ("siret_or_rna",), "low_latency_documents", True),
        "association_protegee": ("29", "DJEPVA", ("siren_or_rna",), shared, False),
        "association_open_data": ("29", "DJEPVA", ("siren_or_rna",), shared, True),
    }


@pytest.mark.parametrize("product", CONTRACT.products.values(), ids=lambda product: product.name)
def test_every_product_is_kept_an_hour_under_its_number(product: Product) -> None:
    assert product.freshness.hours == 1
    assert product.cache_key == product.parameters
    assert product.kinds == {name: name for name in product.parameters}
    assert product.open_data == ("open_data" in product.scopes)
    (version,) = product.versions.values()
    assert version.deprecated == (version.number == 3)


def test_v4_paths_have_the_ministrys_aliases() -> None:
    for name in ("association_protegee", "association_open_data"):
        version = CONTRACT.products[f"djepva_rna/{name}"].versions[4]
        assert version.path.startswith(V4_PATH)
        assert version.aliases == (version.path.replace("/djepva/", "/ministere_interieur/"),)


def test_people_and_their_addresses_are_groups_of_natural_persons() -> None:
    protected = CONTRACT.products["djepva_rna/association_protegee"]
    personal = {name for group in protected.natural_persons for name in protected.groups[group]}
    fields = protected.versions[4].fields
    assert {name for name in fields if "representants_legaux" in name} <= personal
    assert {name for name in fields if name.endswith(("telephone", "courriel"))} <= personal
    contacts = protected.groups["contacts"] + protected.groups["contacts_dirigeants"]
    assert all(fields[name].withholdable for name in contacts)


def test_the_same_fields_as_the_published_openapi_when_it_is_at_hand() -> None:
    """The ordinary tests of the answers' shapes stand beside this one."""
    assert differences(CONTRACT) == []
