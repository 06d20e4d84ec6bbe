# SPDX-License-Identifier: EUPL-1.2
"""Qualifelec: every row of its tables of answers and of fields, its simulator, its fixtures, unexpected answers."""

import base64
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer, NotFound, RegistryError, RegistryRefusal, Siret
from connectors.kit.contract import load
from connectors.kit.door import as_json
from connectors.kit.simulation import Asked, Handler, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.qualifelec.certificats import v3
from connectors.qualifelec.ping import ping
from connectors.qualifelec.simulator import simulator
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

CONTRACT = load("qualifelec")
WORLD = load_world()
BUILDER = Siret("99910088600012")
BRANCH = Siret("99910088600129")
LOGIN = {"username": "nous", "password": "s"}
ITEM: dict[str, Any] = {
    "url": "https://qualifelec.example/1.pdf",
    "label": "Logement",
    "num": 10929,
    "rge": False,
    "start_date": 1767222000,  # 2026-01-01 in Paris, still 2025 in UTC
    "end_date": 1798671600,
    "qualification_start_date": 1767222000,
    "qualification_end_date": 1893366000,
    "classification": {"label": "Classe 4", "code": 4},
    "indexes": [{"label": "Logement 1", "code": "L1"}],
    "mentions": [{"label": "Études", "code": "ET"}],
    "domains": [{"label": "Courants forts", "code": "CF"}],
    "decennial_insurance": "MUTUELLE D'ESSAI",
    "decennial_insurance_start_date": None,
    "decennial_insurance_end_date": 1798671600,
    "liability_insurance": "ASSURANCES D'ESSAI",
    "liability_insurance_start_date": 1767222000,
    "liability_insurance_end_date": None,
}
KEYS = (*ITEM, "label", "code")


def logged_in(handler: Handler) -> str:
    return str(orjson.loads(handler(Asked("POST", "/token", body=orjson.dumps(LOGIN))).body)["token"])


def at_simulator() -> SimulatedDoor:
    handler = simulator(WORLD, lambda: NOW)
    return SimulatedDoor(CONTRACT, handler, NOW, {"authorization": f"Bearer {logged_in(handler)}"})


async def test_every_field_of_the_sheet_is_read() -> None:
    answer = await v3(BUILDER, answering(CONTRACT, [ITEM]))
    assert answer.data == [
        {
            "document_url": "https://qualifelec.example/1.pdf",
            "numero": 10929,
            "rge": False,
            "date_debut": "2026-01-01",
            "date_fin": "2026-12-31",
            "qualification": {
                "label": "Logement",
                "date_debut": "2026-01-01",
                "date_fin": "2029-12-31",
                "indices": [{"code": "L1", "label": "Logement 1"}],
                "mentions": [{"code": "ET", "label": "Études"}],
                "domaines": [{"code": "CF", "label": "Courants forts"}],
                "classification": {"code": 4, "label": "Classe 4"},
            },
            "assurance_decennale": {"nom": "MUTUELLE D'ESSAI", "date_debut": None, "date_fin": "2026-12-31"},
            "assurance_civile": {"nom": "ASSURANCES D'ESSAI", "date_debut": "2026-01-01", "date_fin": None},
        }
    ]
    assert (answer.meta, answer.links, answer.document) == ({"count": 1}, {}, None)


@pytest.mark.parametrize("said", [[], None], ids=["empty_array", "null"])
async def test_no_classification_is_an_empty_array_and_leaves_two_nulls(said: object) -> None:
    (item,) = await data_of(v3(BUILDER, answering(CONTRACT, [{**ITEM, "classification": said}])))
    assert item["qualification"]["classification"] == {"code": None, "label": None}


async def test_moments_are_days_in_paris_in_summer_too() -> None:
    (item,) = await data_of(v3(BUILDER, answering(CONTRACT, [{**ITEM, "start_date": 1666130400, "end_date": 0}])))
    assert (item["date_debut"], item["date_fin"]) == ("2022-10-19", "1970-01-01")


@pytest.mark.parametrize("said", [10**15, -(10**15), 10**16, "1767222000", True, [1]], ids=str)
async def test_a_moment_that_no_calendar_has_is_an_unknown_answer(said: object) -> None:
    assert await outcome(v3(BUILDER, answering(CONTRACT, [{**ITEM, "start_date": said}]))) == "999"


@pytest.mark.parametrize(
    ("status", "body", "suffix"),
    [
        (404, {"code": 404, "message": "Siret inconnu"}, "003"),
        (404, b"", "003"),
        (200, [], "003"),
        (200, {}, "999"),
        (200, None, "999"),
        (200, ["x"], "999"),
        (200, b"<html></html>", "999"),
        (200, b"", "999"),
        (200, b"[" * 100_000, "999"),
        (200, [{}] * 1001, "999"),
        (200, [{**ITEM, "classification": [1]}], "999"),
        (200, [{**ITEM, "indexes": {}}], "999"),
        (401, [ITEM], "999"),
        (500, [ITEM], "999"),
        (502, b"", "001"),
        (504, b"", "002"),
        (308, b"", "000"),
    ],
    ids=[
        "404_003", "404_without_words_003", "no_certificate_003", "object_999", "null_999", "text_999", "page_999",
        "empty_999", "nested_999", "too_many_999", "bad_class_999", "bad_indexes_999", "401_999", "500_999", "502_001",
        "504_002", "redirect_000",
    ],
)  # fmt: skip
async def test_every_other_row_of_the_sheet_is_an_error(status: int, body: object, suffix: str) -> None:
    assert await outcome(v3(BUILDER, answering(CONTRACT, body, status))) == suffix


async def test_known_and_without_a_certificate_is_a_not_found_in_its_own_words() -> None:
    with pytest.raises(RegistryRefusal) as caught:
        await v3(BRANCH, at_simulator())
    assert (caught.value.suffix, caught.value.status) == ("003", 404)
    assert "connaît cet établissement" in caught.value.detail


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_the_builder_and_the_electricians_are_certified(persona: Persona) -> None:
    door = at_simulator()
    end = await outcome(v3(Siret(persona.siret), door))
    assert [asked.path for asked in door.asked] == [f"/{persona.siret}"]
    if persona.siret not in (BUILDER, "99910176900019"):
        assert end == "003"
        return
    assert isinstance(end, Answer)
    assert mismatches(CONTRACT, "certificats", 3, end) == []
    assert [item["rge"] for item in end.data] == [False, True]
    assert all(item["date_debut"] <= "2026-03-17" <= item["date_fin"] for item in end.data)


def test_the_login_gives_a_token_that_tells_its_own_end() -> None:
    now = [NOW]
    handler = simulator(WORLD, lambda: now[0])
    token = logged_in(handler)
    payload = token.split(".")[1]
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["exp"] == int(NOW.timestamp()) + 3600
    question = Asked("GET", f"/{BUILDER}", {}, {"authorization": f"Bearer {token}"})
    assert handler(question).status == 200
    assert handler(Asked("GET", f"/{BUILDER}")).status == 401
    now[0] += timedelta(hours=1)
    assert handler(question).status == 401
    assert handler(Asked("GET", "/ailleurs")).status == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"username":"u"}', b'{"username":"","password":"p"}'], ids=str)
def test_the_login_wants_a_name_and_a_password(body: bytes) -> None:
    assert simulator(WORLD, lambda: NOW)(Asked("POST", "/token", body=body)).status == 401


async def test_ping_accepts_a_stranger_one_without_certificate_and_a_certificate_as_signs_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].path == "/13002526500013"
    for body in ([], [ITEM]):
        door = answering(CONTRACT, body)
        await ping(door)
        assert len(door.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(401, b""), (500, b""), (503, b""), (200, b"<html>")], ids=str)
async def test_ping_fails_on_anything_else(status: int, body: bytes) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(answering(CONTRACT, body, status))
    assert not isinstance(caught.value, NotFound | RegistryRefusal)


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["qualifelec/certificats"]
    access = CONTRACT.access
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("Qualifelec", "32")
    assert (CONTRACT.base_url, access.token_url) == ("QUALIFELEC_CERTIFICATS_URL", "QUALIFELEC_AUTH_URL")
    assert (access.kind, access.token_field, access.life) == ("json_login", "token", "jwt")
    assert CONTRACT.pings == ("qualifelec/certificats",)
    assert product.scopes == {"open_data"}
    assert (product.open_data, product.pool) == (True, "json_resources_entreprise")
    assert product.freshness.seconds(NOW) == 0


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(body=(damaged([ITEM], KEYS) | json_values(*KEYS)).map(as_json) | st.binary(max_size=32), status=STATUSES)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    for code in (200, status):
        end = await outcome(v3(BUILDER, answering(CONTRACT, body, code)))
        if isinstance(end, Answer):
            assert mismatches(CONTRACT, "certificats", 3, end) == []
        else:
            assert len(end) == 3


@pytest.mark.parametrize(
    "fixture", [one for one in recorded("qualifelec").values() if one.name != "auth_token"], ids=lambda one: one.name
)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    end = await outcome(v3(BUILDER, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(end, Answer):
        assert fixture.expected == "200, 2 items"
        assert end.meta == {"count": 2}
        assert mismatches(CONTRACT, "certificats", 3, end) == []
        assert [item["qualification"]["classification"]["code"] for item in end.data] == [4, None]
    else:
        assert f"32{end}" in fixture.expected
