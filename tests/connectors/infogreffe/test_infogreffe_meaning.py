# SPDX-License-Identifier: EUPL-1.2
"""Every row of Infogreffe's table of messages, and what is neither a message nor an extract."""

from typing import Any

import pytest

from connectors.infogreffe import extrait_kbis, mandataires_sociaux
from connectors.infogreffe.ping import ping
from connectors.kit import NotFound, RegistryRefusal, RegistryUnavailable, UnknownAnswer
from tests.connectors.infogreffe.infogreffe_answers import SIREN, at_simulator, extract, refused, returning, sending

BOTH = pytest.mark.parametrize("product", [extrait_kbis, mandataires_sociaux], ids=["extrait_kbis", "mandataires"])


@BOTH
@pytest.mark.parametrize("code", ["006", "008", "065", "081"])
async def test_a_company_that_is_unknown_or_out_of_scope_is_a_not_found_with_the_message(
    product: Any, code: str
) -> None:
    error = await refused(product.v3(SIREN, returning(f"{code} -DOSSIER INTROUVABLE-")))
    assert type(error) is NotFound
    assert error.meta == {"provider_error": {"code": code, "message": "DOSSIER INTROUVABLE"}}


@BOTH
async def test_refused_credentials_are_02501_and_pass_in_ten_seconds(product: Any) -> None:
    error = await refused(product.v3(SIREN, returning("003 -CODE ABONNE INVALIDE-")))
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status, error.retry_in) == ("501", 502, 10)


@BOTH
async def test_an_order_that_cannot_be_generated_is_02502(product: Any) -> None:
    error = await refused(product.v3(SIREN, returning("014 -COMMANDE IMPOSSIBLE-")))
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status, error.retry_in) == ("502", 502, None)


@BOTH
async def test_service_unavailable_is_02001(product: Any) -> None:
    assert type(await refused(product.v3(SIREN, returning("999 -SERVICE INDISPONIBLE-")))) is RegistryUnavailable


@BOTH
@pytest.mark.parametrize(
    "content",
    ["007 -AUTRE-", "00", "0A6 -TEXTE-", "DOSSIER INTROUVABLE", "", "  ", "&lt;Extrait/&gt;", "<Extrait/>",
     '<num_ident siren=""/>', "<num_ident>RCS 999100118</num_ident>"],
    ids=["other_code", "two_digits", "one_digit", "no_code", "nothing", "blank", "text", "no_number", "empty_number",
         "number_as_text"],
)  # fmt: skip
async def test_anything_else_or_nothing_readable_is_unknown(product: Any, content: str) -> None:
    assert type(await refused(product.v3(SIREN, returning(content)))) is UnknownAnswer


@BOTH
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 200), (b"<html><body>Erreur", 200), (b"<html><body>006 -X-</body></html>", 200), (b"{}", 200), (b"", 404)],
    ids=["empty", "cut", "page", "json", "404"],
)
async def test_what_is_no_soap_answer_is_unknown(product: Any, body: bytes, status: int) -> None:
    assert type(await refused(product.v3(SIREN, sending(body, status)))) is UnknownAnswer


@BOTH
async def test_a_message_counts_only_with_status_200(product: Any) -> None:
    assert type(await refused(product.v3(SIREN, returning("006 -DOSSIER-", 500)))) is UnknownAnswer


async def test_the_last_text_is_the_message() -> None:
    error = await refused(extrait_kbis.v3(SIREN, returning("<a>999 -PREMIER-</a><b>\n 081 -NON INSCRIT- \n</b> ")))
    assert error.meta == {"provider_error": {"code": "081", "message": "NON INSCRIT"}}


async def test_a_long_message_is_cut() -> None:
    error = await refused(extrait_kbis.v3(SIREN, returning("006 -" + "X" * 5000 + "-")))
    assert len(str(error.meta)) < 500


async def test_no_officer_is_a_not_found_for_mandataires_and_an_empty_list_in_the_extract() -> None:
    error = await refused(mandataires_sociaux.v3(SIREN, extract()))
    assert type(error) is NotFound
    assert error.meta == {"provider_error": {}}
    assert (await extrait_kbis.v3(SIREN, extract())).data["mandataires_sociaux"] == []


async def test_ping_is_satisfied_by_a_company_that_is_not_entered() -> None:
    door = at_simulator()
    await ping(door)
    assert b"<num_siren>130025265</num_siren>" in door.asked[0].body


@pytest.mark.parametrize("message", ["003 -ABONNE-", "999 -INDISPONIBLE-", "autre"])
async def test_ping_fails_when_infogreffe_says_nothing_about_a_company(message: str) -> None:
    assert (await refused(ping(returning(message)))).suffix in {"501", "001", "999"}
