# SPDX-License-Identifier: EUPL-1.2
"""Attestation fiscale: every row of Adélie's table of answers, and the two dates that are computed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.dgfip.attestation_fiscale import v3, v4
from connectors.kit import (
    Caller,
    NotFound,
    RegistryError,
    RegistryPassing,
    RegistryTimeout,
    RegistryUnavailable,
    Siren,
    UnknownAnswer,
)
from connectors.kit.simulation.door import SimulatedDoor
from connectors.kit.simulation.pdf import pdf

Build = Callable[..., SimulatedDoor]
SIREN = Siren("999100118")
GOOD = pdf("Attestation de régularité fiscale\nTout est en règle.")
REFUSAL = "Impossible de délivrer votre attestation de régularité fiscale"
RUNTIME = {"erreur": {"code": 303001, "message": "Runtime Error", "horodatage": "2026-03-17T10:30:00+01:00"}}
BOTH = pytest.mark.parametrize("ask", [v3, v4], ids=["v3", "v4"])


async def fails(ask: Any, door: SimulatedDoor, caller: Caller) -> type[RegistryError]:
    with pytest.raises(RegistryError) as caught:
        await ask(SIREN, caller, door)
    return type(caught.value)


@BOTH
async def test_a_certificate_is_handed_over_as_adelie_sent_it(ask: Any, answering: Build, caller: Caller) -> None:
    document = (await ask(SIREN, caller, answering(GOOD))).document
    assert document.content == GOOD
    assert document.filename == "attestation_fiscale_dgfip_999100118.pdf"
    assert document.media_type == "application/pdf"


async def test_the_gateway_fills_the_two_fields_of_the_document(answering: Build, caller: Caller) -> None:
    old, new = await v3(SIREN, caller, answering(GOOD)), await v4(SIREN, caller, answering(GOOD))
    assert old.data == {"document_url": None, "expires_in": None}
    assert (new.data["document_url"], new.data["document_url_expires_in"]) == (None, None)


@pytest.mark.parametrize(
    ("now", "today", "month"),
    [
        (datetime(2026, 3, 17, 9, tzinfo=UTC), "2026-03-17", "2026-02-28"),
        (datetime(2024, 3, 1, 9, tzinfo=UTC), "2024-03-01", "2024-02-29"),
        (datetime(2026, 1, 31, 9, tzinfo=UTC), "2026-01-31", "2025-12-31"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "2026-01-01", "2025-12-31"),
    ],
    ids=["plain", "leap", "january", "paris_is_ahead"],
)
async def test_delivered_today_in_paris_about_the_end_of_last_month(
    now: datetime, today: str, month: str, answering: Build, caller: Caller
) -> None:
    data = (await v4(SIREN, caller, answering(GOOD, now=now))).data
    assert (data["date_delivrance_attestation"], data["date_periode_analysee"]) == (today, month)


@BOTH
@pytest.mark.parametrize("text", [REFUSAL, REFUSAL.replace(" votre ", "\nvotre ")], ids=["a_line", "broken"])
async def test_a_pdf_that_says_no_is_a_not_found(ask: Any, text: str, answering: Build, caller: Caller) -> None:
    assert await fails(ask, answering(pdf(text)), caller) is NotFound


async def test_the_sentence_only_counts_on_the_first_page(answering: Build, caller: Caller) -> None:
    content = pdf("Attestation de régularité fiscale", REFUSAL)
    document = (await v4(SIREN, caller, answering(content))).document
    assert document is not None
    assert document.content == content


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html></html>", GOOD], ids=["empty", "page", "pdf"])
async def test_404_is_a_not_found_whatever_it_carries(ask: Any, body: bytes, answering: Build, caller: Caller) -> None:
    assert await fails(ask, answering(body, 404), caller) is NotFound


@BOTH
async def test_a_runtime_error_passes(ask: Any, answering: Build, caller: Caller) -> None:
    assert await fails(ask, answering(RUNTIME, 500), caller) is RegistryPassing


@BOTH
@pytest.mark.parametrize(
    "body",
    [b"", b"Runtime Error", {}, [], {"erreur": "x"}, {"erreur": {}}, {"erreur": {"code": None}}, {"erreur": [1]}],
    ids=str,
)
async def test_another_500_is_unknown(ask: Any, body: object, answering: Build, caller: Caller) -> None:
    assert await fails(ask, answering(body, 500), caller) is UnknownAnswer


@BOTH
@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 429], ids=str)
async def test_any_other_status_is_unknown(ask: Any, status: int, answering: Build, caller: Caller) -> None:
    assert await fails(ask, answering(GOOD, status), caller) is UnknownAnswer
    assert await fails(ask, answering(RUNTIME, status), caller) is UnknownAnswer


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html></html>", b" " + GOOD, RUNTIME], ids=["empty", "page", "late", "json"])
async def test_200_without_a_pdf_is_unknown(ask: Any, body: object, answering: Build, caller: Caller) -> None:
    assert await fails(ask, answering(body), caller) is UnknownAnswer


@BOTH
@pytest.mark.parametrize("body", [b"%PDF-1.7 broken", GOOD[:150]], ids=["broken", "truncated"])
async def test_a_pdf_nobody_can_open_is_not_handed_over_as_a_certificate(
    ask: Any, body: bytes, answering: Build, caller: Caller
) -> None:
    assert await fails(ask, answering(body), caller) is UnknownAnswer


@BOTH
@pytest.mark.parametrize(
    ("status", "kind"), [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout)], ids=str
)
async def test_gateway_statuses_come_before_any_rule(
    ask: Any, status: int, kind: type[RegistryError], answering: Build, caller: Caller
) -> None:
    assert await fails(ask, answering(RUNTIME, status), caller) is kind
