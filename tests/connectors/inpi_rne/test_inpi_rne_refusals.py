# SPDX-License-Identifier: EUPL-1.2
"""Every row of the RNE's table of statuses, for companies and for lists of what they filed; and the 404 without one."""

from typing import Any

import pytest

from connectors.kit import (
    NotFound,
    RegistryError,
    RegistryInternal,
    RegistryThrottled,
    RegistryTimeout,
    RegistryUnavailable,
    UnknownAnswer,
)
from tests.connectors.inpi_rne.inpi_rne_door import CONTRACT, PRODUCTS, ask, company
from tests.connectors.kit.doors import answering

COMPANY = ("extrait_rne", "beneficiaires_effectifs", "beneficiaires_effectifs_open_data")
OF_COMPANIES = pytest.mark.parametrize("product", COMPANY)
OWNERS = pytest.mark.parametrize("product", COMPANY[1:])
OWNED = {"beneficiairesEffectifs": [{"beneficiaireId": "x", "modalite": {}}]}


async def fails(product: str, body: object, status: int = 200) -> type[RegistryError]:
    with pytest.raises(RegistryError) as caught:
        await ask(product, answering(CONTRACT, body, status))
    return type(caught.value)


@OF_COMPANIES
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotFound),
        (403, UnknownAnswer),
        (429, RegistryThrottled),
        (500, UnknownAnswer),
        (401, UnknownAnswer),
        (204, UnknownAnswer),
        (418, UnknownAnswer),
        (502, RegistryUnavailable),
        (503, RegistryUnavailable),
        (504, RegistryTimeout),
        (301, RegistryInternal),
    ],
    ids=lambda value: value if isinstance(value, int) else value.__name__,
)
async def test_statuses_of_companies(product: str, status: int, kind: type[RegistryError]) -> None:
    assert issubclass(await fails(product, company(OWNED), status), kind)


@OF_COMPANIES
@pytest.mark.parametrize(
    "body", [b"<html>bloc</html>", b"", b"{", b"[" * 200_000], ids=["page", "empty", "cut", "deep"]
)
async def test_a_page_with_status_200_is_a_firewall_in_the_way(product: str, body: bytes) -> None:
    assert await fails(product, body) is RegistryUnavailable


@OF_COMPANIES
@pytest.mark.parametrize("body", [None, [], 7, "texte", {}, {"formality": None}, {"formality": []}], ids=repr)
async def test_json_that_is_no_company_is_unknown(product: str, body: object) -> None:
    assert await fails(product, body) is UnknownAnswer


@OWNERS
@pytest.mark.parametrize(
    "body",
    [
        company({}),
        company({"beneficiairesEffectifs": None}),
        company({"beneficiairesEffectifs": []}),
        company(OWNED, natural=True),
        company(OWNED, personnePhysique={}),
        company(OWNED, exploitation={}),
        {"formality": {"content": {"exploitation": OWNED}}},
        {"formality": {}},
    ],
    ids=["no_key", "null", "empty", "natural_person", "both_persons", "both_farm", "farm", "no_content"],
)
async def test_no_owner_a_natural_person_and_a_farm_are_not_found(product: str, body: object) -> None:
    assert await fails(product, body) is NotFound


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotFound),
        (403, UnknownAnswer),
        (429, RegistryThrottled),
        (500, RegistryInternal),
        (401, UnknownAnswer),
        (204, UnknownAnswer),
        (502, RegistryUnavailable),
        (504, RegistryTimeout),
    ],
    ids=lambda value: value if isinstance(value, int) else value.__name__,
)
async def test_statuses_of_attachments(status: int, kind: type[RegistryError]) -> None:
    assert issubclass(await fails("actes_bilans", {"actes": [{"id": "x"}]}, status), kind)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, NotFound),
        ({"actes": [], "bilans": []}, UnknownAnswer),
        ({"actes": []}, UnknownAnswer),
        ({"bilansSaisis": [{"id": "x"}]}, UnknownAnswer),
        ([], UnknownAnswer),
        (None, UnknownAnswer),
        ({"actes": [7]}, UnknownAnswer),
        ({"actes": {"id": "x"}}, UnknownAnswer),
        (b"<html></html>", UnknownAnswer),
    ],
    ids=["void", "both_empty", "one_empty", "other_key", "list", "null", "numbers", "object", "page"],
)
async def test_lists_that_say_nothing(body: object, kind: type[RegistryError]) -> None:
    assert await fails("actes_bilans", body) is kind


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_mistyped_field_is_unknown_and_never_another_exception(product: str) -> None:
    bad: Any = {"actes": [{"id": 7}]} if product == "actes_bilans" else company({"beneficiairesEffectifs": [[]]})
    if product == "extrait_rne":
        bad = company({"identite": {"entreprise": {"denomination": ["x"]}}})
    assert await fails(product, bad) is UnknownAnswer
