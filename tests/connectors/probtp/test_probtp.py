# SPDX-License-Identifier: EUPL-1.2
"""PRO BTP: every rule of its sheet in order, every persona, hostile answers, the ping, the recorded exchanges."""

import base64
import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import (
    Answer,
    BadDocument,
    NotFound,
    RegistryError,
    RegistryInternal,
    RegistryRefusal,
    RegistryTimeout,
    RegistryUnavailable,
    Siret,
    UnknownAnswer,
)
from connectors.kit.contract import load
from connectors.kit.pdf import pages
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.kit.simulation.pdf import pdf
from connectors.probtp import attestation_cotisations_retraite, conformite_cotisations_retraite
from connectors.probtp.ping import ping
from connectors.probtp.simulator import simulator
from tests.connectors.kit.doors import (
    NOW,
    STATUSES,
    Recorded,
    answering,
    damaged,
    data_of,
    json_values,
    mismatches,
    outcome,
    recorded,
)

CONTRACT = load("probtp")
WORLD = load_world()
BUILDER = Siret("99910088600012")
CERTIFICATE = attestation_cotisations_retraite.v3
STATUS = conformite_cotisations_retraite.v3
BOTH = pytest.mark.parametrize("ask", [CERTIFICATE, STATUS], ids=["attestation", "conformite"])
YES = {"entete": {"code": "0"}, "corps": "00 Compte à jour"}
PDF = {"entete": {"code": "0"}, "data": base64.b64encode(pdf("Attestation")).decode()}
SERVICES = "/ws_ext/rest/certauth/mpsservices/"


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def fails(ask: Any, body: object, status: int = 200) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        await ask(BUILDER, answering(CONTRACT, body, status))
    return caught.value


@BOTH
@pytest.mark.parametrize("body", [YES, {"entete": {"code": "8"}}, b"<html></html>"], ids=["answer", "code_8", "page"])
async def test_status_500_is_an_internal_error_whatever_the_body(ask: Any, body: object) -> None:
    assert type(await fails(ask, body, 500)) is RegistryInternal


@BOTH
@pytest.mark.parametrize("status", [200, 404])
async def test_invalid_json_is_unknown(ask: Any, status: int) -> None:
    for body in (b"", b"<html></html>", b"{", b"[]", b"null", b"7", b'"00 oui"'):
        assert type(await fails(ask, body, status)) is UnknownAnswer


@BOTH
@pytest.mark.parametrize("status", [200, 400])
async def test_code_4_is_an_internal_error_whose_detail_carries_the_message(ask: Any, status: int) -> None:
    error = await fails(ask, {"entete": {"code": "4", "message": "Service\n  fermé"}}, status)
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status) == ("000", 502)
    assert error.detail.startswith(CONTRACT.refusals["erreur_signalee"].detail)
    assert error.detail.endswith("« Service fermé ».")


@BOTH
@pytest.mark.parametrize("message", [None, "", 4, ["x"], "a\u0000b", " \n"], ids=repr)
async def test_code_4_with_no_message_that_can_be_shown_keeps_the_contract_s_detail(ask: Any, message: object) -> None:
    error = await fails(ask, {"entete": {"code": "4", "message": message}})
    assert isinstance(error, RegistryRefusal)
    assert error.detail == CONTRACT.refusals["erreur_signalee"].detail


async def test_a_message_without_end_is_cut() -> None:
    error = await fails(STATUS, {"entete": {"code": "4", "message": "x" * 100_000}})
    assert isinstance(error, RegistryRefusal)
    assert len(error.detail) < 500


@BOTH
@pytest.mark.parametrize("status", [200, 404])
async def test_code_8_is_a_not_found_even_with_content(ask: Any, status: int) -> None:
    assert type(await fails(ask, {**YES, **PDF, "entete": {"code": "8"}}, status)) is NotFound


@BOTH
@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 404, 429])
async def test_any_other_status_than_200_is_unknown(ask: Any, status: int) -> None:
    assert type(await fails(ask, {**YES, **PDF}, status)) is UnknownAnswer


@pytest.mark.parametrize(
    ("data", "suffix"),
    [("%%%", "051"), ("JVBERi0", "051"), ("é", "051"), (None, "051"), (7, "051"), ("", "055"), ("AAAA", "055")],
    ids=["not_base64", "cut", "not_ascii", "absent", "number", "empty", "not_a_pdf"],
)
async def test_a_document_must_be_base64_then_a_pdf(data: object, suffix: str) -> None:
    error = await fails(CERTIFICATE, {"entete": {"code": "0"}, "data": data})
    assert type(error) is BadDocument
    assert error.suffix == suffix


async def test_the_certificate_is_what_came_under_a_plain_name() -> None:
    answer = await CERTIFICATE(BUILDER, answering(CONTRACT, PDF))
    assert answer.data == {"document_url": None, "expires_in": None}
    assert answer.document is not None
    assert answer.document.content == pdf("Attestation")
    assert answer.document.filename == "attestation_cotisations_retraite_probtp_99910088600012.pdf"
    assert answer.document.life_s == 86_400


@pytest.mark.parametrize(
    ("corps", "eligible"),
    [("00 oui", True), ("01 non", False), ("02 peut-être", None), ("00", True), ("0", None), ("1001", None)],
)
async def test_the_first_two_characters_say_whether_the_company_is_eligible(corps: str, eligible: bool | None) -> None:
    body = {"entete": {"code": "0"}, "corps": corps}
    assert await data_of(STATUS(BUILDER, answering(CONTRACT, body))) == {"eligible": eligible}


@pytest.mark.parametrize("corps", [None, 0, ["00"], ""], ids=repr)
async def test_a_status_that_is_no_text_is_unknown(corps: object) -> None:
    assert type(await fails(STATUS, {"entete": {"code": "0"}, "corps": corps})) is UnknownAnswer


@BOTH
@pytest.mark.parametrize(
    ("status", "kind"),
    [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout), (301, RegistryInternal)],
    ids=str,
)
async def test_transport_rules_come_first(ask: Any, status: int, kind: type[RegistryError]) -> None:
    assert isinstance(await fails(ask, {"entete": {"code": "8"}}, status), kind)


async def test_the_questions_are_those_of_the_sheet() -> None:
    door = at_simulator()
    await CERTIFICATE(BUILDER, door)
    await STATUS(BUILDER, door)
    assert [(asked.method, asked.path, asked.body) for asked in door.asked] == [
        ("POST", f"{SERVICES}getAttestationCotisation", b'{"corps":"99910088600012"}'),
        ("POST", f"{SERVICES}getStatutCotisation", b'{"corps":"99910088600012"}'),
    ]


ELIGIBLE = {
    "999100118": True,
    "999100886": True,
    "999100225": False,
    "999101546": True,
    "999101652": True,
    "999101769": True,
}


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_building_employers_are_known_and_those_up_to_date_get_a_certificate(persona: Persona) -> None:
    door, siret = at_simulator(), Siret(persona.siret)
    status, certificate = await outcome(STATUS(siret, door)), await outcome(CERTIFICATE(siret, door))
    if persona.siren not in ELIGIBLE:
        assert (status, certificate) == ("003", "003")
        return
    assert isinstance(status, Answer)
    assert status.data == {"eligible": ELIGIBLE[persona.siren]}
    assert mismatches(CONTRACT, "conformite_cotisations_retraite", 3, status) == []
    if not ELIGIBLE[persona.siren]:
        assert certificate == "003"
        return
    assert isinstance(certificate, Answer)
    assert certificate.document is not None
    (text,) = await pages(certificate.document.content, 1)
    assert persona.siret in text
    assert "17/03/2026" in text


def test_the_simulator_refuses_what_is_not_a_question() -> None:
    handler = simulator(WORLD, lambda: NOW)
    for body in (b"", b"[]", b'{"corps": 7}', b'{"corps": "1"}'):
        said = orjson.loads(handler(Asked("POST", f"{SERVICES}getStatutCotisation", body=body)).body)
        assert said["entete"]["code"] == "4"
    good = b'{"corps": "99910088600012"}'
    assert handler(Asked("POST", f"{SERVICES}autre", body=good)).status == 404
    assert handler(Asked("GET", f"{SERVICES}getStatutCotisation", body=good)).status == 404


async def test_ping_takes_unknown_for_a_sign_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].body == b'{"corps":"13002526500013"}'
    await ping(answering(CONTRACT, YES))
    for body, status in ((b"<html></html>", 200), ({"entete": {"code": "4"}}, 200), (YES, 500), (YES, 403)):
        with pytest.raises(RegistryError):
            await ping(answering(CONTRACT, body, status))


def test_the_contract_says_what_the_sheet_says() -> None:
    certificate = CONTRACT.products["probtp/attestation_cotisations_retraite"]
    status = CONTRACT.products["probtp/conformite_cotisations_retraite"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("ProBTP", "09")
    assert (CONTRACT.pings, CONTRACT.access.kind) == (("probtp/cotisations_retraite",), "none")
    assert CONTRACT.tls is not None
    assert (CONTRACT.tls.certificate, CONTRACT.tls.key) == ("PROBTP_CERTIFICATE", "PROBTP_KEY")
    assert certificate.scopes == status.scopes == {"probtp", "cotisations_probtp"}
    assert (certificate.pool, status.pool) == ("low_latency_documents", "json_resources_entreprise")
    assert certificate.freshness.seconds(NOW) == status.freshness.seconds(NOW) == 0


KEYS = ("entete", "code", "message", "corps", "data")


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | json_values(*KEYS).map(lambda value: json.dumps(value).encode())
    | (damaged(YES, KEYS) | damaged(PDF, KEYS)).map(lambda value: json.dumps(value).encode()),
    status=STATUSES,
)  # fmt: skip
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    for ask, name in ((CERTIFICATE, "attestation_cotisations_retraite"), (STATUS, "conformite_cotisations_retraite")):
        got: Any = await outcome(ask(BUILDER, answering(CONTRACT, body, status)))
        if isinstance(got, Answer):
            assert mismatches(CONTRACT, name, 3, got) == []
        else:
            assert len(got) == 3


@pytest.mark.parametrize("fixture", recorded("probtp").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    ask: Any = CERTIFICATE if "Attestation" in fixture.url else STATUS
    got = await outcome(ask(BUILDER, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(got, str):
        assert f"09{got}" in fixture.expected
    elif ask is STATUS:
        assert fixture.expected == f"200 eligible {json.dumps(got.data['eligible'])}"
    else:
        assert fixture.expected == "200 document_url, expires_in 86400"
        assert got.document is not None
        assert got.document.life_s == 86_400
