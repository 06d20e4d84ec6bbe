# SPDX-License-Identifier: EUPL-1.2
"""The FNTP: every row of its table of answers, its simulator, its fixtures, and answers nobody expects."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.fntp.carte_professionnelle import v3
from connectors.fntp.ping import ping
from connectors.fntp.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, Siren
from connectors.kit.contract import load
from connectors.kit.pdf import pages
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.kit.simulation.pdf import pdf
from tests.connectors.kit.doors import NOW, STATUSES, Recorded, answering, mismatches, outcome, recorded

CONTRACT = load("fntp")
WORLD = load_world()
BUILDER = Siren("999100886")
PATH = "/rip/sgmap/999100886/cartepro"
GOOD = pdf("Carte professionnelle")


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW, query={"token": "sandbox-token"})


async def test_a_pdf_with_status_200_is_handed_over_as_it_came() -> None:
    answer = await v3(BUILDER, answering(CONTRACT, GOOD, 200, "application/pdf"))
    assert answer.data == {"document_url": None, "expires_in": None}
    assert answer.document is not None
    assert answer.document.content == GOOD
    assert answer.document.filename == "carte_professionnelle_fntp_999100886.pdf"
    assert (answer.document.media_type, answer.document.life_s) == ("application/pdf", 86_400)


@pytest.mark.parametrize(
    ("status", "body", "suffix"),
    [
        (200, b"<html></html>", "055"),
        (200, b"", "055"),
        (404, b"", "003"),
        (404, GOOD, "003"),
        (500, b"", "000"),
        (500, GOOD, "000"),
        (400, b"", "999"),
        (401, b"", "999"),
        (403, b"", "999"),
        (503, b"", "001"),
        (504, b"", "002"),
        (301, b"", "000"),
    ],
    ids=[
        "no_pdf_055", "empty_055", "empty_404_003", "404_with_a_pdf_003", "500_000", "500_with_a_pdf_000", "400_999",
        "401_999", "403_999", "503_001", "504_002", "redirect_000",
    ],
)  # fmt: skip
async def test_every_other_row_of_the_sheet_is_an_error(status: int, body: bytes, suffix: str) -> None:
    assert await outcome(v3(BUILDER, answering(CONTRACT, body, status))) == suffix


async def test_the_company_is_in_the_path_and_the_token_in_the_query() -> None:
    door = at_simulator()
    await v3(BUILDER, door)
    (asked,) = door.asked
    assert (asked.method, asked.path, asked.query) == ("GET", PATH, {"token": "sandbox-token"})
    assert asked.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_only_builders_of_public_works_have_a_card(persona: Persona) -> None:
    end = await outcome(v3(Siren(persona.siren), at_simulator()))
    if persona.siren not in (BUILDER, "999101652"):
        assert end == "003"
        return
    assert isinstance(end, Answer)
    assert mismatches(CONTRACT, "carte_professionnelle", 3, end) == []
    assert end.document is not None
    (text,) = await pages(end.document.content, 1)
    assert persona.name in text
    assert "31/12/2026" in text


def test_the_simulator_says_nothing_beside_its_cards_and_wants_a_token() -> None:
    handler = simulator(WORLD, lambda: NOW)
    unknown = handler(Asked("GET", "/rip/sgmap/130025265/cartepro", {"token": "t"}))
    assert (unknown.status, unknown.content_type, unknown.body) == (404, "text/plain", b"")
    assert handler(Asked("GET", PATH)).status == 403
    assert handler(Asked("POST", PATH, {"token": "t"})).status == 404
    assert handler(Asked("GET", "/rip/sgmap/99910088/cartepro", {"token": "t"})).status == 404


async def test_ping_accepts_an_unknown_company_and_a_card_as_signs_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].path == "/rip/sgmap/130025265/cartepro"
    door = answering(CONTRACT, GOOD)
    await ping(door)
    assert len(door.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(403, b""), (500, b""), (503, b""), (200, b"<html>")], ids=str)
async def test_ping_fails_on_anything_else(status: int, body: bytes) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(answering(CONTRACT, body, status))
    assert not isinstance(caught.value, NotFound)


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["fntp/carte_professionnelle"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("FNTP", "12")
    assert CONTRACT.pings == ("fntp/carte_professionnelle_travaux_publics",)
    assert (CONTRACT.access.kind, CONTRACT.access.secrets) == ("query", {"token": "FNTP_TOKEN"})
    assert product.scopes == {"fntp_carte_pro", "open_data"}
    assert (product.open_data, product.pool) == (True, "low_latency_documents")
    assert product.freshness.seconds(NOW) == 0


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(body=st.binary(max_size=64) | st.binary(max_size=64).map(lambda tail: b"%PDF-" + tail), status=STATUSES)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    end: Any = await outcome(v3(BUILDER, answering(CONTRACT, body, status)))
    if isinstance(end, Answer):
        assert mismatches(CONTRACT, "carte_professionnelle", 3, end) == []
    else:
        assert len(end) == 3


@pytest.mark.parametrize("fixture", recorded("fntp").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    end = await outcome(v3(BUILDER, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(end, Answer):
        assert fixture.expected.startswith("200 document_url")
    else:
        assert f"12{end}" in fixture.expected
