# SPDX-License-Identifier: EUPL-1.2
"""Every row of the Urssaf's table of answers, in its order."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from connectors.kit import (
    BadDocument,
    Caller,
    NotFound,
    RegistryError,
    RegistryInternal,
    RegistryRefusal,
    RegistryThrottled,
    RegistryTimeout,
    RegistryUnavailable,
    Siren,
    UnknownAnswer,
)
from connectors.kit.simulation.door import SimulatedDoor
from connectors.urssaf.attestation_vigilance import v3, v4

Build = Callable[..., SimulatedDoor]
Codes = Callable[..., list[dict[str, str]]]
SIREN = Siren("999100118")
BOTH = pytest.mark.parametrize("ask", [v3, v4], ids=["v3", "v4"])


async def fails(ask: Any, door: SimulatedDoor, caller: Caller) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        await ask(SIREN, caller, door)
    return caught.value


@BOTH
@pytest.mark.parametrize("body", [b"", b" \r\n"], ids=["nothing", "white_space"])
async def test_an_empty_body_is_an_internal_error_in_its_own_words(
    ask: Any, body: bytes, answering: Build, caller: Caller
) -> None:
    error = await fails(ask, answering(body), caller)
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status, error.provider_errors) == ("000", 502, None)


@BOTH
async def test_the_error_page_with_status_404_is_not_a_not_found(ask: Any, answering: Build, caller: Caller) -> None:
    page = b"<html><body>Une erreur est\n survenue sur le serveur.</body></html>"
    error = await fails(ask, answering(page, 404, "text/html"), caller)
    assert isinstance(error, RegistryInternal)
    assert error.provider_errors is None


async def test_another_page_is_an_unknown_answer_in_v4_and_bad_base64_in_v3(answering: Build, caller: Caller) -> None:
    door = answering(b"<html><body>Une erreur est survenue sur le serveur</body></html>", 200, "text/html")
    assert isinstance(await fails(v4, door, caller), UnknownAnswer)
    assert (await fails(v3, door, caller)).suffix == "051"


@BOTH
@pytest.mark.parametrize(
    ("names", "suffix", "status", "retry_in"),
    [(["FUNC503"], "501", 502, 172800), (["FUNC504"], "502", 502, None), (["FUNC504", "FUNC503"], "501", 502, 172800)],
    ids=["analysis_FUNC503", "under_way_FUNC504", "analysis_wins"],
)
async def test_a_file_that_is_being_examined_is_a_refusal_of_the_contract(
    ask: Any,
    names: list[str],
    suffix: str,
    status: int,
    retry_in: int | None,
    answering: Build,
    codes: Codes,
    caller: Caller,
) -> None:
    error = await fails(ask, answering(codes(*names)), caller)
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status, error.retry_in) == (suffix, status, retry_in)
    assert error.provider_errors is None
    assert error.title
    assert error.detail


@BOTH
@pytest.mark.parametrize("status", [200, 400, 500], ids=str)
@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["FUNC429"], RegistryThrottled),
        *[([f"FUNC{number}"], RegistryInternal) for number in range(510, 517)],
        (["FUNC517", "FUNC511"], RegistryInternal),
        (["FUNC429", "FUNC511"], RegistryThrottled),
        (["FUNC501"], NotFound),
        (["FUNC517"], NotFound),
        (["FUNC517", "FUNC999"], NotFound),
        (["FUNC999"], UnknownAnswer),
        (["FUNC509"], UnknownAnswer),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else value.__name__,
)
async def test_codes_mean_the_same_whatever_the_status_and_are_passed_on(
    ask: Any,
    names: list[str],
    kind: type[RegistryError],
    status: int,
    answering: Build,
    codes: Codes,
    caller: Caller,
) -> None:
    error = await fails(ask, answering(codes(*names), status), caller)
    assert type(error) is kind
    assert error.provider_errors == codes(*names)


@BOTH
@pytest.mark.parametrize("body", [{}, {"code": "FUNC517"}, {"error": "x"}], ids=["empty", "code", "error"])
async def test_an_object_instead_of_an_array_is_unknown(
    ask: Any, body: dict[str, str], answering: Build, caller: Caller
) -> None:
    assert isinstance(await fails(ask, answering(body, 400), caller), UnknownAnswer)


@pytest.mark.parametrize("names", [["FUNC502"], ["FUNC503", "FUNC502"], ["FUNC502", "FUNC999"]], ids="+".join)
async def test_a_company_not_up_to_date_is_an_error_in_v3_and_an_answer_in_v4(
    names: list[str], answering: Build, codes: Codes, caller: Caller
) -> None:
    door = answering(codes(*names))
    error = await fails(v3, door, caller)
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status) == ("503", 502)
    answer = await v4(SIREN, caller, door)
    assert answer.data["entity_status"]["code"] == "refus_de_delivrance"
    assert [value for key, value in answer.data.items() if key != "entity_status"] == [None] * 5
    assert answer.document is None


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"JVBERi0="', b"JVBE Ri0=", b"JVBERi0=\n", b"JVBERi0", b"bonjour!", "é".encode()],
    ids=["no_codes", "quotes", "space", "newline", "padding", "words", "accent"],
)
async def test_neither_strict_base64_nor_codes_is_unknown_in_v4_and_bad_base64_in_v3(
    body: bytes, answering: Build, caller: Caller
) -> None:
    assert isinstance(await fails(v4, answering(body), caller), UnknownAnswer)
    error = await fails(v3, answering(body), caller)
    assert isinstance(error, BadDocument)
    assert error.suffix == "051"


@BOTH
async def test_base64_of_something_else_than_a_pdf_is_a_bad_document(
    ask: Any, answering: Build, caller: Caller
) -> None:
    error = await fails(ask, answering(base64.b64encode(b"<html></html>")), caller)
    assert isinstance(error, BadDocument)
    assert error.suffix == "055"


@BOTH
@pytest.mark.parametrize("body", [[1, 2], [None], [["FUNC517"]], [{"code": ["FUNC517"]}]], ids=str)
async def test_an_array_of_junk_is_unknown(ask: Any, body: list[object], answering: Build, caller: Caller) -> None:
    assert isinstance(await fails(ask, answering(body), caller), UnknownAnswer)


@BOTH
async def test_nested_junk_beside_a_known_code_is_not_handed_to_callers(
    ask: Any, answering: Build, caller: Caller
) -> None:
    error = await fails(ask, answering([{"code": "FUNC517", "message": {"a": [1]}}]), caller)
    assert isinstance(error, NotFound)
    assert error.provider_errors is None


@BOTH
@pytest.mark.parametrize(
    ("status", "kind"), [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout)], ids=str
)
async def test_gateway_statuses_come_before_any_rule(
    ask: Any, status: int, kind: type[RegistryError], answering: Build, codes: Codes, caller: Caller
) -> None:
    assert type(await fails(ask, answering(codes("FUNC517"), status), caller)) is kind
