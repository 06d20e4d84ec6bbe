# SPDX-License-Identifier: EUPL-1.2
"""The address base: its fields, every persona's address, refusals, hostile answers, the ping, a real answer."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.ban.adresses import v1
from connectors.ban.ping import ping
from connectors.ban.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryRefusal, RegistryThrottled, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, SHARED, STATUSES, answering, damaged, data_of, mismatches, outcome

CONTRACT = load("ban")
WORLD = load_world()
FEATURE: dict[str, Any] = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [-1.677, 48.117]},
    "properties": {
        "label": "12 rue des charpentiers 35000 Rennes",
        "score": 0.97,
        "housenumber": "12",
        "id": "35238_9991_00012",
        "banId": "b-1",
        "name": "12 rue des charpentiers",
        "postcode": "35000",
        "citycode": "35238",
        "x": 352000.5,
        "y": 6789000,
        "city": "Rennes",
        "context": "35, Ille-et-Vilaine",
        "type": "housenumber",
        "street": "rue des charpentiers",
    },
}


def body_of(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def changed(**properties: Any) -> dict[str, Any]:
    return FEATURE | {"properties": FEATURE["properties"] | properties}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_field_comes_from_the_field_of_the_base() -> None:
    answer = await v1("12 rue des charpentiers", None, None, answering(CONTRACT, body_of(FEATURE)))
    assert mismatches(CONTRACT, "adresses", 1, answer) == []
    assert answer.meta == {"count": 1}
    assert answer.data == [
        {
            "libelle": "12 rue des charpentiers 35000 Rennes",
            "score": 0.97,
            "type": "housenumber",
            "identifiant": "35238_9991_00012",
            "identifiant_ban": "b-1",
            "numero": "12",
            "voie": "rue des charpentiers",
            "code_postal": "35000",
            "code_commune": "35238",
            "commune": "Rennes",
            "contexte": "35, Ille-et-Vilaine",
            "longitude": -1.677,
            "latitude": 48.117,
            "x": 352000.5,
            "y": 6789000,
        }
    ]


async def test_a_street_without_number_gives_its_own_name_and_no_place_is_null() -> None:
    street = changed(type="street", street=None, name="rue Neuve", housenumber=None) | {"geometry": None}
    (found,) = await data_of(v1("rue neuve", None, None, answering(CONTRACT, body_of(street))))
    assert (found["voie"], found["numero"], found["longitude"], found["latitude"]) == ("rue Neuve", None, None, None)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (body_of(), 200, NotFound),
        ({"message": "x"}, 400, RegistryRefusal),
        ({"message": "x"}, 429, RegistryThrottled),
        ({"message": "x"}, 404, UnknownAnswer),
        ({"type": "FeatureCollection"}, 200, UnknownAnswer),
        (body_of(*[FEATURE] * 6), 200, UnknownAnswer),
        (body_of(changed(label=None)), 200, UnknownAnswer),
        (body_of(changed(score="0.9")), 200, UnknownAnswer),
        (body_of(FEATURE | {"geometry": {"coordinates": [1]}}), 200, UnknownAnswer),
        (body_of(FEATURE | {"geometry": {"coordinates": [190, 48]}}), 200, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
    ],
    ids=[
        "none", "refused_400", "429", "404", "no_features", "too_many", "no_label", "score_text", "half_a_point",
        "off_the_earth", "page",
    ],
)  # fmt: skip
async def test_no_address_is_not_found_and_the_rest_is_an_error(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(kind) as caught:
        await v1("rue", None, None, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_s_address_is_found(persona: Persona) -> None:
    place, door = persona.adresse, at_simulator()
    answer = await v1(f"{place.numero} {place.type_voie} {place.voie}", place.code_postal, place.code_commune, door)
    assert mismatches(CONTRACT, "adresses", 1, answer) == []
    assert (answer.data[0]["code_commune"], answer.data[0]["numero"]) == (place.code_commune, place.numero)
    asked = dict(door.asked[0].query)
    assert (asked["postcode"], asked["citycode"], asked["limit"]) == (place.code_postal, place.code_commune, "5")


async def test_words_that_mean_nothing_are_not_found_and_too_few_are_refused() -> None:
    assert await outcome(v1("allée imaginaire", None, None, at_simulator())) == "003"
    with pytest.raises(RegistryRefusal) as caught:
        await v1("ru", None, None, at_simulator())
    assert (caught.value.suffix, caught.value.status) == ("501", 422)
    assert simulator(WORLD, lambda: NOW)(Asked("GET", "/autre")).status == 404


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40)
    | damaged(body_of(FEATURE), ("features", "properties", "coordinates")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v1("rue", None, None, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "adresses", 1, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_any_list_for_a_sign_of_life() -> None:
    await ping(at_simulator())
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, {"message": "x"}, 200))


async def test_the_addresses_of_a_real_answer_are_read_when_one_is_at_hand() -> None:
    path = SHARED / "open" / "fixtures" / "ban_search.json"
    body = orjson.loads(path.read_bytes()) if path.exists() else body_of(changed(type="street"))
    answer = await v1("rue", None, None, answering(CONTRACT, body))
    assert mismatches(CONTRACT, "adresses", 1, answer) == []
    assert str(answer.data[0]["voie"]).startswith("rue")
