# SPDX-License-Identifier: EUPL-1.2
"""Every operation of the contract, asked as consumers ask: what comes back is what the contract announces.

The client of these tests checks each answer against the published document, body, status, headers and media type
(`conftest.py`), and so do all other tests that use it; here it is made to ask every operation, in every way to fail.
"""

from typing import Any

import httpx
import pytest

from connectors.kit.contract import Product, Version, load_all
from connectors.kit.simulation import load_world
from connectors.kit.simulation.asking import parameters_of
from tests.conftest import PARAMETERS
from tests.contract.purposes import POLICIES, purpose_of
from tests.contract.reading import published

CONTRACTS = load_all()
VERSIONS = [
    pytest.param(product, version, id=f"{product.id}-v{version.number}")
    for contract in CONTRACTS.values()
    for product in contract.products.values()
    for version in product.versions.values()
]
SIRET = "99910999400007"
STRANGERS = {
    "siren": "999109994", "siret": SIRET, "siret_or_rna": "W999109999", "siren_or_rna": "W999109999",
    "siren_or_siret_or_rna": "W999109999", "siret_or_eori": SIRET, "month": "06", "year": "2024",
    "fiscal_year": "2024", "text": "inconnu au bataillon",
}  # fmt: skip


PARTS = {
    "identifier": "00000000-0000-4000-8000-000000000000",
    "candidature": "00000000-0000-4000-8000-000000000000",
    "name": "dossier.pdf",
    "digest": "0" * 64,
    "capability": "inconnue", "filename": "document.pdf", "level": "0", "index": "000", "size": "1",
    "exchange": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip


@pytest.fixture(scope="module")
def tokens(sandbox: Any) -> dict[str, dict[str, str]]:
    """For each purpose, the header of a token that is not counted; and one without any right of ours."""
    found = {purpose: sandbox.token(purpose, safe_listed=True).header for purpose in POLICIES.purposes}
    return found | {"": sandbox.token(scopes=frozenset({"aucun"}), safe_listed=True).header}


def addresses(version: Version, values: dict[str, str]) -> list[str]:
    return [f"/v{version.number}{path}".format(**values) for path in (version.path, *version.aliases)]


@pytest.mark.parametrize(("product", "version"), VERSIONS)
def test_what_personas_and_purposes_are_answered(
    client: httpx.Client, tokens: dict[str, dict[str, str]], product: Product, version: Version
) -> None:
    """Under every purpose: what is withheld is null where the contract says that null may stand."""
    personas = load_world().personas
    asked = [(persona, purpose_of(product.id)) for persona in personas]
    asked += [(persona, purpose) for persona in personas if "pme" in persona.traits for purpose in tokens]
    statuses = set()
    for persona, purpose in asked:
        for path in addresses(version, parameters_of(product, persona)):
            statuses.add(client.get(path, params=PARAMETERS, headers=tokens[purpose]).status_code)
    assert 200 in statuses


@pytest.mark.parametrize(("product", "version"), VERSIONS)
def test_every_refusal_is_one_that_the_contract_announces(
    client: httpx.Client, tokens: dict[str, dict[str, str]], product: Product, version: Version
) -> None:
    header = tokens[purpose_of(product.id)]
    (path, *_) = addresses(version, parameters_of(product, load_world().personas[0]))

    def status(path: str, given: Any = PARAMETERS, **more: str) -> int:
        return client.get(path, params=given, headers={**header, **more}).status_code

    assert client.get(path).status_code == 401
    assert status(path, {}) == 422
    assert status(path, [("context", "a"), ("context", "b")]) == 422
    assert status(path, {**PARAMETERS, "recipient": "12"}) == 422
    assert client.get(path + "?context=%FF", headers=header).status_code == 400
    (strange, *_) = addresses(version, {name: STRANGERS[product.kinds[name]] for name in product.parameters})
    assert status(strange) in (200, 404)
    (wrong, *_) = addresses(version, dict.fromkeys(product.parameters, "n-importe-quoi"))
    if any(product.kinds[name] != "text" for name in product.parameters):
        assert status(wrong) == 422
    if product.scopes:
        assert client.get(path, params=PARAMETERS, headers=tokens[""]).status_code == 403
    for fault in ("down", "wrong", "limited"):
        more = {"X-Sandbox-Fault": f"{product.registry}={fault}", "Cache-Control": "no-cache"}
        assert status(path, **more) in (404, 502, 504)


def test_every_page_that_is_not_data_answers_as_announced(client: httpx.Client) -> None:
    asked = [path for path, operation in published().operations.items() if "x-dlnuf" not in operation]
    for path in asked:
        client.get(path.format(**PARTS))
    assert len(asked) > 40


def test_a_document_comes_as_announced(get: Any, client: httpx.Client) -> None:
    answer = get("/v4/urssaf/unites_legales/999100118/attestation_vigilance")
    address = httpx.URL(answer.json()["data"]["document_url"])
    assert client.get(address.path).headers["content-type"] == "application/pdf"
