# SPDX-License-Identifier: EUPL-1.2
"""Every row of API Association's table of answers, for each product."""

import pytest

from connectors.djepva_rna.ping import ping
from connectors.kit import RegistryError
from tests.connectors.djepva_rna.djepva_answers import (
    ASSOCIATIONS,
    KNOWN,
    PRODUCTS,
    ask,
    at_simulator,
    sending,
    structure,
    suffix,
)

EVERY = pytest.mark.parametrize("product", PRODUCTS)
ASSOCIATION = pytest.mark.parametrize("product", ASSOCIATIONS)
TROUBLE = "<proxy_correspondance>failed invoking http://x with statusCode: 404</proxy_correspondance>"
NOT_KNOWN = f"<asso><erreur>{TROUBLE}</erreur></asso>".encode()
BROKEN = NOT_KNOWN.replace(b"404", b"500")
PAGE = b"<html><body>No service was found.</body></html>"
ONE = "<documents><document_rna/><nbDocRna>1</nbDocRna></documents>"


@EVERY
@pytest.mark.parametrize("body", [b"", b" \r\n "], ids=["nothing", "blank"])
@pytest.mark.parametrize("status", [200, 404, 500])
async def test_an_empty_body_is_a_passing_error(product: str, body: bytes, status: int) -> None:
    assert await suffix(product, sending(body, status)) == "011"


@EVERY
@pytest.mark.parametrize("body", [b"<asso>", b"{}", b"Unauthorized", b"<html><br></html>"])
async def test_xml_that_cannot_be_read_is_unknown(product: str, body: bytes) -> None:
    assert await suffix(product, sending(body)) == "999"


@EVERY
async def test_a_404_told_inside_a_200_is_a_not_found(product: str) -> None:
    assert await suffix(product, sending(NOT_KNOWN)) == "003"


@EVERY
async def test_another_trouble_told_inside_a_200_is_not_a_not_found(product: str) -> None:
    assert await suffix(product, sending(BROKEN)) == "999"


@ASSOCIATION
@pytest.mark.parametrize("status", [200, 404])
async def test_a_page_of_the_api_manager_is_a_not_found_for_associations(product: str, status: int) -> None:
    assert await suffix(product, sending(PAGE, status)) == "003"


@pytest.mark.parametrize("status", [200, 404])
async def test_a_page_of_the_api_manager_is_an_unavailability_for_documents(status: int) -> None:
    assert await suffix("documents", sending(PAGE, status)) == "001"


@EVERY
@pytest.mark.parametrize("status", [401, 403, 429, 500])
async def test_a_refusal_to_answer_us_never_says_that_an_association_does_not_exist(product: str, status: int) -> None:
    assert await suffix(product, sending(PAGE, status)) == "999"
    assert await suffix(product, structure(ONE, status=status)) == "999"


@EVERY
@pytest.mark.parametrize("status", [201, 400, 404])
async def test_another_status_with_a_valid_answer_is_unknown(product: str, status: int) -> None:
    assert await suffix(product, structure(ONE, status=status)) == "999"


@ASSOCIATION
@pytest.mark.parametrize(
    "identity",
    ["<id_rna>W999104404</id_rna>", "<id_correspondance>77</id_correspondance>",
     "<id_correspondance> </id_correspondance><id_rna>W999104404</id_rna>",
     "<id_correspondance>77</id_correspondance><regime>autre</regime><id_forme_juridique>7354</id_forme_juridique>"],
    ids=["no_number", "number_only", "blank_number", "other_form"],
)  # fmt: skip
async def test_a_structure_that_is_no_association_is_a_not_found(product: str, identity: str) -> None:
    assert await suffix(product, structure(identity=identity)) == "003"


@ASSOCIATION
@pytest.mark.parametrize(
    "identity",
    ["<id_rna>W999104404</id_rna>", "<regime>alsaceMoselle</regime>",
     *[f"<id_forme_juridique>{form}</id_forme_juridique>" for form in (9220, 9230, 9260)]],
    ids=["rna", "alsace_moselle", "9220", "9230", "9260"],
)  # fmt: skip
async def test_a_number_a_regime_or_a_form_makes_an_association(product: str, identity: str) -> None:
    await ask(product, structure(identity=f"<id_correspondance>77</id_correspondance>{identity}"))


@pytest.mark.parametrize("count", ["<nbDocRna>0</nbDocRna>", "<nbDocRna> </nbDocRna>", ""])
async def test_no_document_announced_is_a_not_found(count: str) -> None:
    assert await suffix("documents", structure(f"<documents>{count}<document_rna/></documents>")) == "003"
    assert await suffix("documents", structure(count)) == "003"


async def test_documents_announced_and_not_listed_are_unknown() -> None:
    assert await suffix("documents", structure("<documents><nbDocRna>2</nbDocRna></documents>")) == "999"


async def test_documents_of_a_structure_that_is_no_association_are_given() -> None:
    assert (await ask("documents", structure(ONE, identity=""))).meta["nombre_documents"] == 1


@pytest.mark.parametrize("body", [NOT_KNOWN, f"<asso><identite>{KNOWN}</identite></asso>".encode()])
async def test_ping_is_satisfied_by_the_service_speaking_for_itself(body: bytes) -> None:
    await ping(sending(body))


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [(PAGE, 200, "001"), (PAGE, 404, "001"), (b"", 200, "011"), (PAGE, 401, "999"), (b"<asso/>", 404, "001")],
)
async def test_ping_fails_on_anything_else(body: bytes, status: int, expected: str) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(sending(body, status))
    assert caught.value.suffix == expected


async def test_ping_asks_about_a_number_that_nobody_has() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].path.endswith("/W000000000")
