# SPDX-License-Identifier: EUPL-1.2
"""EORI registrations: every row of the sheet, every persona, hostile answers, the ping, the recorded exchanges."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.douanes.immatriculations_eori import v3
from connectors.douanes.ping import ping
from connectors.douanes.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryUnavailable, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, Said, json_said, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import (
    NOW,
    STATUSES,
    Recorded,
    answering,
    damaged,
    data_of,
    mismatches,
    outcome,
    recorded,
)

CONTRACT = load("douanes")
WORLD = load_world()
SIRET = "99910011800010"
ROW = {
    "identifiant": "FR99910011800010",
    "actif": True,
    "libelle": "ATELIERS DU GRAND CHENE",
    "rue": "12 RUE DES CHARPENTIERS",
    "codePostal": "35000",
    "ville": "RENNES",
    "pays": "FRANCE",
    "codePays": "FR",
}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW, query={"idClient": "nous"})


async def test_every_field_comes_from_the_field_the_sheet_names() -> None:
    assert await data_of(v3(SIRET, answering(CONTRACT, {"EORI": ROW}))) == {
        "id": "FR99910011800010",
        "actif": True,
        "code_pays": "FR",
        "code_postal": "35000",
        "libelle": "ATELIERS DU GRAND CHENE",
        "pays": "FRANCE",
        "rue": "12 RUE DES CHARPENTIERS",
        "ville": "RENNES",
    }


async def test_what_the_customs_lack_is_null_but_number_and_state_must_be_there() -> None:
    bare = {"EORI": {"identifiant": "DE1", "actif": False, "rue": None}}
    data = await data_of(v3("DE1", answering(CONTRACT, bare)))
    assert (data["id"], data["actif"], data["rue"], data["ville"]) == ("DE1", False, None, None)
    for key in ("identifiant", "actif"):
        with pytest.raises(UnknownAnswer):
            await v3(SIRET, answering(CONTRACT, {"EORI": ROW | {key: None}}))


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"erreur": {"code": "FONC001"}}, 404, NotFound),
        (b"", 404, NotFound),
        ({"erreur": {"code": "TECH002"}}, 400, UnknownAnswer),
        ({"EORI": ROW}, 201, UnknownAnswer),
        ({"erreur": {}}, 500, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
        ({"EORI": None}, 200, UnknownAnswer),
        ([ROW], 200, UnknownAnswer),
        ({"EORI": ROW}, 503, RegistryUnavailable),
    ],
    ids=["unknown_404", "empty_404", "bad_format_400", "201", "500", "page", "null", "array", "unavailable"],
)
async def test_everything_but_a_200_in_shape_is_an_error(body: object, status: int, kind: type[RegistryError]) -> None:
    with pytest.raises(kind) as caught:
        await v3(SIRET, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (SIRET, f"/{SIRET}"),
        (f"FR{SIRET}", f"/FR{SIRET}"),
        ("BE0999100886", "/BE0999100886"),
        ("XI/../a?b#c%d", "/XI%2F..%2Fa%3Fb%23c%25d"),
    ],
    ids=["bare_siret", "prefixed", "foreign", "hostile"],
)
async def test_the_number_is_asked_for_as_given_and_cannot_change_the_address(number: str, path: str) -> None:
    asked: list[Asked] = []

    def handler(one: Asked) -> Said:
        asked.append(one)
        return json_said({"EORI": ROW})

    await v3(number, SimulatedDoor(CONTRACT, handler, NOW, query={"idClient": "nous"}))
    assert [(one.path, dict(one.query)) for one in asked] == [(path, {"idClient": "nous"})]


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v3(persona.siret, at_simulator()))
    if persona.natural_person or not persona.ca:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "immatriculations_eori", 3, got) == []
    assert (got.data["id"], got.data["actif"]) == (f"FR{persona.siret}", persona.etat == "A")


async def test_the_large_builder_is_registered_at_both_places_and_abroad() -> None:
    door = at_simulator()
    assert (await data_of(v3("FR99910088600012", door)))["ville"] == "LYON"
    assert (await data_of(v3("99910088600129", door)))["ville"] == "LE HAVRE"
    assert (await data_of(v3("BE0999100886", door)))["code_pays"] == "BE"


async def test_a_closed_company_s_number_is_inactive_which_is_an_answer() -> None:
    assert (await data_of(v3("99910066200017", at_simulator())))["actif"] is False


async def test_the_simulator_refuses_strangers_and_bad_numbers() -> None:
    handler = simulator(WORLD, lambda: NOW)
    assert handler(Asked("GET", f"/{SIRET}")).status == 401
    assert handler(Asked("GET", "/Z", {"idClient": "nous"})).status == 400
    assert handler(Asked("POST", f"/{SIRET}", {"idClient": "nous"})).status == 405
    assert await outcome(v3("DE%", at_simulator())) == "999"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40)
    | damaged({"EORI": ROW}, ("EORI", "actif")).map(lambda value: json.dumps(value).encode()),
    status=STATUSES,
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v3(SIRET, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "immatriculations_eori", 3, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_known_and_unknown_for_signs_of_life() -> None:
    await ping(at_simulator())
    await ping(answering(CONTRACT, {"EORI": ROW}))


@pytest.mark.parametrize(("body", "status"), [(b"", 404), ({"erreur": {}}, 400), ({"erreur": {}}, 200), (b"[]", 200)])
async def test_ping_fails_on_anything_else(body: object, status: int) -> None:
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, body, status))


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["douanes/immatriculations_eori"]
    assert (CONTRACT.provider, CONTRACT.error_prefix, CONTRACT.access.kind) == ("DGDDI", "16", "query")
    assert product.scopes == {"eori_douanes", "open_data"}
    assert (product.open_data, product.freshness.hours) == (True, None)
    assert product.kinds == {"siret_or_eori": "siret_or_eori"}
    assert CONTRACT.pings == ("douanes/immatriculations_eori",)


@pytest.mark.parametrize("fixture", recorded("douanes").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    number = fixture.url.split("/")[-1].partition("?")[0]
    got = await outcome(v3(number, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(got, Answer):
        assert (fixture.expected, got.data["id"]) == ("200", number)
    else:
        assert f"16{got}" in fixture.expected
