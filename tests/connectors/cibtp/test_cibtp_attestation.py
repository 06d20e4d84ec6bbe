# SPDX-License-Identifier: EUPL-1.2
"""The CIBTP network: every row of its table of answers, its simulator, its fixtures, and answers nobody expects."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.cibtp.attestation_conges_payes import v3
from connectors.cibtp.ping import ping
from connectors.cibtp.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryRefusal, Siret
from connectors.kit.contract import load
from connectors.kit.pdf import pages
from connectors.kit.simulation import Asked, Handler, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.kit.simulation.pdf import pdf
from tests.connectors.kit.doors import NOW, STATUSES, Recorded, answering, mismatches, outcome, recorded

CONTRACT = load("cibtp")
WORLD = load_world()
BUILDER = Siret("99910088600012")
BRANCH = Siret("99910088600129")
LOGIN = {"client_id": "nous", "client_secret": "s"}
TOKEN = "/apientreprise/token"
PATH = "/apientreprise/attestationmarche"
GOOD = pdf("Attestation")
MEMBERS = {"999100118": "200", "999100225": "422", "999100886": "200", "999101546": "200", "999101769": "200"}


def logged_in(handler: Handler) -> dict[str, str]:
    said = handler(Asked("POST", TOKEN, body=orjson.dumps(LOGIN)))
    return {"authorization": f"Bearer {orjson.loads(said.body)['access_token']}"}


def at_simulator() -> SimulatedDoor:
    handler = simulator(WORLD, lambda: NOW)
    return SimulatedDoor(CONTRACT, handler, NOW, logged_in(handler))


async def test_a_pdf_with_status_200_is_handed_over_as_it_came_and_lives_ten_minutes() -> None:
    answer = await v3(BUILDER, answering(CONTRACT, GOOD, 200, "application/pdf"))
    assert answer.data == {"document_url": None, "expires_in": None}
    assert answer.document is not None
    assert answer.document.content == GOOD
    assert answer.document.filename == "attestation_conges_payes_cibtp_99910088600012.pdf"
    assert (answer.document.media_type, answer.document.life_s) == ("application/pdf", 600)


@pytest.mark.parametrize(
    ("status", "body", "suffix"),
    [
        (200, b"<html></html>", "055"),
        (200, b"", "055"),
        (200, {"type": "Fonctionnelle", "message": "M"}, "055"),
        (404, {"type": "Fonctionnelle", "message": "Entreprise inconnue"}, "003"),
        (404, {"type": "Fonctionnelle", "message": "Caisse non connectée"}, "003"),
        (422, {"type": "Fonctionnelle", "message": "Pas à jour"}, "422"),
        (422, b"", "422"),
        (500, b"", "000"),
        (409, {}, "000"),
        (401, {}, "999"),
        (429, {}, "999"),
        (400, {}, "999"),
        (503, b"", "001"),
        (504, b"", "002"),
        (302, b"", "000"),
    ],
    ids=[
        "no_pdf_055", "empty_055", "json_055", "unknown_404_003", "not_connected_404_003", "not_up_to_date_422",
        "422_without_words", "500_000", "409_000", "401_999", "429_999", "400_999", "503_001", "504_002", "redirect",
    ],
)  # fmt: skip
async def test_every_other_row_of_the_sheet_is_an_error(status: int, body: object, suffix: str) -> None:
    assert await outcome(v3(BUILDER, answering(CONTRACT, body, status))) == suffix


async def test_unpaid_contributions_are_a_not_found_for_the_contract_and_the_words_stay_here() -> None:
    with pytest.raises(RegistryRefusal) as caught:
        await v3(BUILDER, answering(CONTRACT, {"message": "Une phrase à eux"}, 422))
    error = caught.value
    assert (error.suffix, error.status, error.provider_errors, error.retry_in) == ("422", 404, None, None)
    assert "à jour" in error.title
    assert "Une phrase" not in error.detail


async def test_the_establishment_is_in_the_query() -> None:
    door = at_simulator()
    await v3(BUILDER, door)
    (asked,) = door.asked
    assert (asked.method, asked.path, asked.query) == ("GET", PATH, {"siret": "99910088600012"})


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_members_are_employers_of_the_building_trades(persona: Persona) -> None:
    end = await outcome(v3(Siret(persona.siret), at_simulator()))
    expected = MEMBERS.get(persona.siren, "003")
    if expected != "200":
        assert end == expected
        return
    assert isinstance(end, Answer)
    assert mismatches(CONTRACT, "attestation_conges_payes", 3, end) == []
    assert end.document is not None
    (text,) = await pages(end.document.content, 1)
    assert persona.siret in text
    assert "17/03/2026" in text


async def test_the_fund_of_another_establishment_is_not_connected() -> None:
    door = at_simulator()
    assert await outcome(v3(BRANCH, door)) == "003"
    said = door.handler(Asked("GET", PATH, {"siret": BRANCH}, door.headers))
    assert "pas encore raccordée" in orjson.loads(said.body)["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"client_id":"a","client_secret":""}', orjson.dumps({**LOGIN, "grant_type": "x"})],
    ids=["nothing", "array", "empty", "no_secret", "grant_type"],
)
def test_the_login_wants_an_id_and_a_secret_in_json_and_nothing_else(body: bytes) -> None:
    assert simulator(WORLD, lambda: NOW)(Asked("POST", TOKEN, body=body)).status == 401


def test_a_token_lives_3599_seconds_and_none_is_a_401() -> None:
    now = [NOW]
    handler = simulator(WORLD, lambda: now[0])
    given = orjson.loads(handler(Asked("POST", TOKEN, body=orjson.dumps(LOGIN))).body)
    assert given["expires_in"] == 3599
    question = Asked("GET", PATH, {"siret": BUILDER}, {"authorization": f"Bearer {given['access_token']}"})
    assert handler(question).status == 200
    assert handler(Asked("GET", PATH, {"siret": BUILDER})).status == 401
    now[0] += timedelta(seconds=3599)
    assert handler(question).status == 401
    assert handler(Asked("GET", "/")).status == 404


async def test_ping_accepts_an_unknown_establishment_and_a_certificate_as_signs_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].query == {"siret": "13002526500013"}
    door = answering(CONTRACT, GOOD)
    await ping(door)
    assert len(door.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(401, b""), (500, b""), (503, b""), (200, b"<html>")], ids=str)
async def test_ping_fails_on_anything_else(status: int, body: bytes) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(answering(CONTRACT, body, status))
    assert not isinstance(caught.value, NotFound)


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["cibtp/attestation_conges_payes"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("CIBTP", "38")
    assert CONTRACT.pings == ("cibtp/attestation_cotisations_conges_payes_chomage_intemperies",)
    access = CONTRACT.access
    assert (access.kind, access.token_url, access.life, access.fixed) == ("json_login", TOKEN, "expires_in", {})
    assert (product.open_data, product.pool) == (False, "high_latency_documents")
    assert product.freshness.seconds(NOW) == 0
    assert product.versions[3].fields["document_url"].withholdable


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(body=st.binary(max_size=64) | st.binary(max_size=64).map(lambda tail: b"%PDF-" + tail), status=STATUSES)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    end: Any = await outcome(v3(BUILDER, answering(CONTRACT, body, status)))
    if isinstance(end, Answer):
        assert mismatches(CONTRACT, "attestation_conges_payes", 3, end) == []
    else:
        assert len(end) == 3


@pytest.mark.parametrize(
    "fixture", [one for one in recorded("cibtp").values() if one.name != "auth_token"], ids=lambda one: one.name
)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    end = await outcome(v3(BUILDER, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(end, Answer):
        assert fixture.expected == "200 document_url, expires_in 600"
    else:
        assert f"38{end}" in fixture.expected
