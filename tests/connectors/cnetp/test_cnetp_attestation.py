# SPDX-License-Identifier: EUPL-1.2
"""The CNETP: every row of its table of answers, its simulator, its fixtures, and answers nobody expects."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.cnetp.attestation_conges_payes import v3
from connectors.cnetp.ping import ping
from connectors.cnetp.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryRefusal, Siren, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.freshness import Window
from connectors.kit.pdf import pages
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.kit.simulation.pdf import pdf
from tests.connectors.kit.doors import NOW, STATUSES, Recorded, answering, mismatches, outcome, recorded

CONTRACT = load("cnetp")
WORLD = load_world()
BUILDER = Siren("999100886")
CREDENTIALS = {"id": "sandbox-id", "jeton": "sandbox-jeton"}
PATH = "/webservice/doc/attestations/entreprises"
GOOD = pdf("Attestation")


def at_simulator(credentials: dict[str, str] = CREDENTIALS) -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW, query=credentials)


async def test_a_pdf_with_status_200_is_handed_over_as_it_came() -> None:
    answer = await v3(BUILDER, answering(CONTRACT, GOOD, 200, "application/pdf"))
    assert answer.data == {"document_url": None, "expires_in": None}
    assert answer.document is not None
    assert answer.document.content == GOOD
    assert answer.document.filename == "attestation_conges_payes_cnetp_999100886.pdf"
    assert (answer.document.media_type, answer.document.life_s) == ("application/pdf", 86_400)


@pytest.mark.parametrize(
    ("status", "body", "suffix"),
    [
        (200, b"<html></html>", "055"),
        (200, b"", "055"),
        (404, "Numéro non référencé".encode("iso-8859-1"), "003"),
        (404, GOOD, "003"),
        (401, b"", "020"),
        (401, GOOD, "020"),
        (400, b"", "999"),
        (403, b"", "999"),
        (500, b"", "999"),
        (204, b"", "999"),
        (502, b"", "001"),
        (504, b"", "002"),
        (302, b"", "000"),
    ],
    ids=[
        "no_pdf_055", "empty_055", "latin1_404_003", "404_with_a_pdf_003", "401_is_maintenance_020",
        "401_with_a_pdf_020", "400_999", "403_999", "500_999", "204_999", "502_001", "504_002", "redirect_000",
    ],
)  # fmt: skip
async def test_every_other_row_of_the_sheet_is_an_error(status: int, body: bytes, suffix: str) -> None:
    assert await outcome(v3(BUILDER, answering(CONTRACT, body, status, "application/pdf"))) == suffix


async def test_a_refused_token_is_a_closed_registry_and_not_an_intrusion() -> None:
    with pytest.raises(RegistryRefusal) as caught:
        await v3(BUILDER, answering(CONTRACT, b"", 401))
    assert (caught.value.suffix, caught.value.status, caught.value.retry_in) == ("020", 503, None)


async def test_the_company_and_our_credentials_are_in_the_address() -> None:
    door = at_simulator()
    await v3(BUILDER, door)
    (asked,) = door.asked
    assert (asked.method, asked.path) == ("GET", PATH)
    assert asked.query == {"siren": "999100886", **CREDENTIALS}
    assert asked.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_only_builders_of_public_works_are_members(persona: Persona) -> None:
    end = await outcome(v3(Siren(persona.siren), at_simulator()))
    if persona.siren not in (BUILDER, "999101652"):
        assert end == "003"
        return
    assert isinstance(end, Answer)
    assert mismatches(CONTRACT, "attestation_conges_payes", 3, end) == []
    assert end.document is not None
    (text,) = await pages(end.document.content, 1)
    assert persona.name in text
    assert "17/03/2026" in text


def test_the_simulator_labels_its_words_as_a_pdf_and_wants_credentials() -> None:
    handler = simulator(WORLD, lambda: NOW)
    unknown = handler(Asked("GET", PATH, {**CREDENTIALS, "siren": "130025265"}))
    assert (unknown.status, unknown.content_type) == (404, "application/pdf;charset=ISO-8859-1")
    assert "référencé" in unknown.body.decode("iso-8859-1")
    assert handler(Asked("GET", PATH, {"siren": BUILDER})).status == 403
    assert handler(Asked("POST", PATH, CREDENTIALS)).status == 404
    assert handler(Asked("GET", "/", CREDENTIALS)).status == 404


async def test_ping_accepts_an_unknown_company_and_a_certificate_as_signs_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].query["siren"] == "130025265"
    door = answering(CONTRACT, GOOD)
    await ping(door)
    assert len(door.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"), [(401, b""), (403, b""), (500, b""), (503, b""), (200, b"<html>")], ids=str
)
async def test_ping_fails_on_anything_else(status: int, body: bytes) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(answering(CONTRACT, body, status))
    assert not isinstance(caught.value, NotFound)


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["cnetp/attestation_conges_payes"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("CNETP", "08")
    assert CONTRACT.pings == ("cnetp/attestation_cotisations_conges_payes_chomage_intemperies",)
    assert CONTRACT.maintenance == (Window.parse("06:00-06:30"),)
    assert (CONTRACT.access.kind, CONTRACT.access.secrets) == (
        "query",
        {"id": "CNETP_CLIENT_NUMBER", "jeton": "CNETP_TOKEN"},
    )
    assert (product.open_data, product.pool) == (False, "low_latency_documents")
    assert product.freshness.seconds(NOW) == 0
    assert not product.versions[3].fields["document_url"].withholdable


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(body=st.binary(max_size=64) | st.binary(max_size=64).map(lambda tail: b"%PDF-" + tail), status=STATUSES)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    end: Any = await outcome(v3(BUILDER, answering(CONTRACT, body, status)))
    if isinstance(end, Answer):
        assert mismatches(CONTRACT, "attestation_conges_payes", 3, end) == []
    else:
        assert len(end) == 3


@pytest.mark.parametrize("fixture", recorded("cnetp").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    end = await outcome(v3(BUILDER, answering(CONTRACT, fixture.body, fixture.status, "application/pdf")))
    if isinstance(end, Answer):
        assert fixture.expected.startswith("200 document_url")
    else:
        assert f"08{end}" in fixture.expected


async def test_an_unknown_status_is_an_unknown_answer() -> None:
    with pytest.raises(UnknownAnswer):
        await v3(BUILDER, answering(CONTRACT, GOOD, 206))
