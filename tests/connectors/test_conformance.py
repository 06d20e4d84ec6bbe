# SPDX-License-Identifier: EUPL-1.2
"""What every registry promises, whichever it is: a new folder is tried by this file without a new line."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.kit import Answer, Caller, RegistryError
from connectors.kit.contract import Contract, Product, Version, load_all
from connectors.kit.parameters import KINDS, Wrong
from connectors.kit.simulation import Asked, Persona, Said, load_world
from connectors.kit.simulation.asking import parameters_of
from gateway.problems import PLATFORM, PROVIDER
from gateway.purpose.project import compile_release
from tests.connectors.in_process import NOW, InProcessWire, is_login, opened, simulated

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = load_all()
POOLS = tomllib.loads((ROOT / "policies" / "pools.toml").read_text("utf-8"))
CALLER = Caller("11111111-1111-4111-8111-111111111111", "13002526500013", "22222222-2222-4222-8222-222222222222")
BUILDER = next(persona for persona in load_world().personas if "grand_constructeur" in persona.traits)
ASSOCIATION = next(persona for persona in load_world().personas if "association" in persona.traits)

EACH_CONTRACT = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
EACH_VERSION = pytest.mark.parametrize(
    ("contract", "product", "version"),
    [
        pytest.param(contract, product, version, id=f"{product.id}-v{version.number}")
        for contract in CONTRACTS.values()
        for product in contract.products.values()
        for version in product.versions.values()
    ],
)


async def converse(
    version: Version, product: Product, wire: InProcessWire, contract: Contract, persona: Persona
) -> Answer[Any]:
    """One conversation with a simulator, as the source room holds it."""
    given: dict[str, Any] = dict.fromkeys(product.query)
    for name, raw in parameters_of(product, persona).items():
        given[name] = KINDS[product.kinds[name]].value(raw, NOW.date())
    given |= {"registry": opened(contract, wire), "caller": CALLER}
    return await version.conversation(**{name: given[what] for name, what in version.arguments.items()})


async def answered(version: Version, product: Product, contract: Contract) -> Answer[Any]:
    """The answer about the builder, or about the association for what only associations have."""
    try:
        return await converse(version, product, simulated(contract), contract, BUILDER)
    except RegistryError:
        return await converse(version, product, simulated(contract), contract, ASSOCIATION)


@EACH_VERSION
async def test_some_persona_is_answered_and_the_answer_has_the_published_shape(
    contract: Contract, product: Product, version: Version
) -> None:
    answer = await answered(version, product, contract)
    everything = [group for group in product.groups if product.fields_of(group, version.number)]
    release = compile_release(product, version, everything)
    assert release.withheld == ()
    released = release.narrow(answer)
    assert list(released.links) == [name.removeprefix("links.") for name in version.fields if name.startswith("links.")]
    if version.document is not None:
        assert answer.document is None or answer.document.content.startswith(b"%PDF-")
        assert answer.document is None or re.fullmatch(r"[\w.-]+\.pdf", answer.document.filename)


@EACH_VERSION
async def test_answers_do_not_depend_on_the_order_they_are_asked_in(
    contract: Contract, product: Product, version: Version
) -> None:
    first, second = await answered(version, product, contract), await answered(version, product, contract)
    assert (first.data, first.meta) == (second.data, second.meta) or "/proxy/files/" in str(first.data)


SPOILT = {
    "nothing": Said(200, b""),
    "null": Said(200, b"null"),
    "an empty object": Said(200, b"{}"),
    "an empty list": Said(200, b"[]"),
    "a number": Said(200, b"12"),
    "a text": Said(200, b'"texte"'),
    "an HTML page": Said(200, b"<html><body>Maintenance</body></html>", "text/html"),
    "half a document": Said(200, b'{"a": [1, 2', "application/json"),
    "invalid UTF-8": Said(200, b"\xff\xfe\x00", "application/json"),
    "nothing, 204": Said(204, b""),
    "a deep nest": Said(200, b"[" * 50_000 + b"]" * 50_000),
    "a PDF that is none": Said(200, b"%PDF-1.4 rien", "application/pdf"),
    "an unknown error": Said(418, b'{"message":"?"}'),
    "a refusal": Said(403, b"{}"),
    "a quota": Said(429, b"{}"),
    "a crash": Said(500, b'{"error":"?"}'),
    "not found": Said(404, b"{}"),
    "an XML bomb": Said(200, b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', "text/xml"),
}


@EACH_VERSION
@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
async def test_whatever_a_registry_answers_comes_out_as_an_answer_or_in_the_kit_s_words(
    contract: Contract, product: Product, version: Version, spoilt: Said
) -> None:
    wire = simulated(contract)
    wire.spoil = lambda asked, said: spoilt
    found = await outcome(version, product, wire, contract)
    if isinstance(found, RegistryError):
        assert found.suffix in PROVIDER or found.suffix in {row.suffix for row in contract.refusals.values()}
        return
    everything = [group for group in product.groups if product.fields_of(group, version.number)]
    compile_release(product, version, everything).narrow(found)


@EACH_VERSION
async def test_a_missing_page_is_never_an_answer_about_the_company(
    contract: Contract, product: Product, version: Version
) -> None:
    wire = simulated(contract)
    wire.spoil = lambda asked, said: Said(418, b"")
    with pytest.raises(RegistryError):
        await converse(version, product, wire, contract, BUILDER)


@EACH_CONTRACT
async def test_its_ping_succeeds_on_its_simulator_and_fails_on_a_broken_one(contract: Contract) -> None:
    if contract.probe is None:
        assert contract.pings == ()
        return
    await contract.probe(opened(contract, simulated(contract)))
    broken = simulated(contract)
    broken.spoil = lambda asked, said: Said(500, b"<html>", "text/html")
    with pytest.raises(RegistryError):
        await contract.probe(opened(contract, broken))


@EACH_CONTRACT
async def test_its_simulator_wants_the_credentials_the_contract_names(contract: Contract) -> None:
    """Every question without them is refused, so that a connector that forgot them would not pass."""
    if contract.access.kind in ("none", "in_body"):
        return
    wire = simulated(contract)
    product = next(iter(contract.products.values()))
    await outcome(next(iter(product.versions.values())), product, wire, contract)
    question = next(asked for asked in wire.asked if not is_login(asked))
    secret = {
        "authorization",
        contract.access.token_header.lower(),
        *(name.lower() for name in contract.access.secrets),
    }
    bare = Asked(
        question.method,
        question.path,
        {name: value for name, value in question.query.items() if name.lower() not in secret},
        {name: value for name, value in question.headers.items() if name not in secret},
        question.body,
    )
    assert simulated(contract).handler(bare).status in (400, 401, 403)


async def outcome(
    version: Version, product: Product, wire: InProcessWire, contract: Contract
) -> Answer[Any] | RegistryError:
    """What comes of a conversation about the builder."""
    try:
        return await converse(version, product, wire, contract, BUILDER)
    except RegistryError as error:
        return error


@EACH_CONTRACT
def test_its_refusals_are_worded_for_people_and_have_a_status_of_the_contract(contract: Contract) -> None:
    for name, refusal in contract.refusals.items():
        assert refusal.status in (404, 422, 451, 502, 503, 504), name
        assert refusal.title, name
        assert refusal.detail.endswith("."), name
        assert refusal.retry_in is None or refusal.retry_in > 0, name


@EACH_VERSION
def test_its_product_is_counted_kept_and_opened_as_the_contract_knows(
    contract: Contract, product: Product, version: Version
) -> None:
    assert product.pool in POOLS
    assert set(product.cache_key) - {"recipient"} == {*product.parameters, *product.query}
    assert product.freshness.seconds(NOW) >= 0
    assert product.scopes or product.id in ("vies/numero_tva", "dgfip_tva/numero_tva")
    assert product.open_data == ("open_data" in product.scopes) or not product.scopes
    assert re.fullmatch(r"(api_entreprise|dlnuf)_v\d_\w+", version.operation)
    assert version.path.count("{") == len(product.parameters)
    assert product.title[0].isupper()


@EACH_VERSION
def test_its_parameters_refuse_what_is_not_one_with_the_contract_s_code(
    contract: Contract, product: Product, version: Version
) -> None:
    for name in (*product.parameters, *product.query):
        kind = KINDS[product.kinds[name]]
        assert kind.code in PLATFORM
        if product.kinds[name] != "text":
            with pytest.raises(Wrong):
                kind.value("not one", date(2026, 1, 1))


def test_no_two_registries_share_a_prefix_and_no_two_products_an_operation() -> None:
    prefixes = [contract.error_prefix for contract in CONTRACTS.values()]
    assert len(set(prefixes)) == len(prefixes)
    operations = [
        version.operation
        for contract in CONTRACTS.values()
        for product in contract.products.values()
        for version in product.versions.values()
    ]
    assert len(set(operations)) == len(operations)


@EACH_VERSION
async def test_its_quota_slows_whoever_asks_and_says_for_how_long(
    contract: Contract, product: Product, version: Version
) -> None:
    wire = simulated(contract)
    wire.spoil = lambda asked, said: Said(429, b"{}", headers={"Retry-After": "9"})
    found = await outcome(version, product, wire, contract)
    assert isinstance(found, RegistryError)
    assert (found.throttles, found.retry_in) == (True, 9)
