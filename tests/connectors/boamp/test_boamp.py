# SPDX-License-Identifier: EUPL-1.2
"""BOAMP: its fields, numbers that would change the question, both simulated notices, hostile answers, the ping."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.boamp.avis import v1
from connectors.boamp.ping import ping
from connectors.boamp.simulator import PATH, simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryThrottled, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.kit.simulation.personas import world_of
from tests.connectors.kit.doors import NOW, STATUSES, answering, damaged, data_of, mismatches, outcome

CONTRACT = load("boamp")
WORLD = load_world()
NUMBER = "26-99127"
ROW: dict[str, Any] = {
    "idweb": NUMBER,
    "id": "26-99127-A",
    "objet": "Réservoir",
    "nomacheteur": "SYNDICAT",
    "dateparution": "2026-03-11",
    "datelimitereponse": "2026-04-16T12:00:00+00:00",
    "code_departement": ["63", "43"],
    "type_marche": "TRAVAUX",
    "nature": "APPEL_OFFRE",
    "titulaire": None,
    "etat": "INITIAL",
    "annonce_lie": ["25-1"],
    "url_avis": "https://www.boamp.fr/x",
}


def body_of(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"total_count": len(rows), "results": list(rows)}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_field_comes_from_the_field_of_the_portal_and_lists_are_lists() -> None:
    assert await data_of(v1(NUMBER, answering(CONTRACT, body_of(ROW)))) == {
        "idweb": NUMBER,
        "identifiant": "26-99127-A",
        "objet": "Réservoir",
        "acheteur": "SYNDICAT",
        "date_parution": "2026-03-11",
        "date_limite_reponse": "2026-04-16T12:00:00+00:00",
        "departements": ["63", "43"],
        "types_marche": ["TRAVAUX"],
        "nature": "APPEL_OFFRE",
        "etat": "INITIAL",
        "titulaires": [],
        "annonces_liees": ["25-1"],
        "url": "https://www.boamp.fr/x",
    }


@pytest.mark.parametrize("number", ["x' OR '1'='1", "26 99127", "26-99127;", "", "a" * 200, "26--1"])
async def test_what_cannot_be_a_number_is_never_asked_for(number: str) -> None:
    door = at_simulator()
    with pytest.raises(NotFound):
        await v1(number, door)
    assert door.asked == []


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (body_of(), 200, NotFound),
        (body_of(ROW | {"idweb": "26-1"}), 200, UnknownAnswer),
        (body_of(ROW | {"type_marche": [1]}), 200, UnknownAnswer),
        (body_of(ROW | {"dateparution": "demain"}), 200, UnknownAnswer),
        ({"error_code": "ODSQLError"}, 400, UnknownAnswer),
        ({"error_code": "quota"}, 429, RegistryThrottled),
        (b"<html></html>", 200, UnknownAnswer),
    ],
    ids=["none", "another", "number", "no_date", "400", "429", "page"],
)
async def test_no_notice_is_not_found_and_the_rest_is_an_error(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(kind) as caught:
        await v1(NUMBER, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


async def test_the_syndicate_s_call_is_open_and_the_builder_won_an_earlier_one() -> None:
    call = await v1("26-99127", at_simulator())
    assert mismatches(CONTRACT, "avis", 1, call) == []
    assert str(call.data["date_limite_reponse"]) > "2026-03-17"
    award = await data_of(v1("25-99886", at_simulator()))
    assert (award["nature"], award["titulaires"]) == ("ATTRIBUTION", ["CONSTRUCTIONS HAUTERIVE"])
    assert await outcome(v1("26-1", at_simulator())) == "003"


def test_the_simulator_refuses_other_questions_and_needs_its_two_personas() -> None:
    handler = simulator(WORLD, lambda: NOW)
    assert handler(Asked("GET", "/autre")).status == 404
    assert handler(Asked("GET", PATH, {"where": "1=1"})).status == 400
    empty = simulator(world_of(()), lambda: NOW)
    assert json.loads(empty(Asked("GET", PATH, {"where": "idweb='26-99127'"})).body)["total_count"] == 0


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(body_of(ROW), ("results", "idweb")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v1(NUMBER, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "avis", 1, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_an_empty_list_for_a_sign_of_life() -> None:
    await ping(at_simulator())
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, {}, 404))


def test_the_contract_is_open() -> None:
    product = CONTRACT.products["boamp/avis"]
    assert (CONTRACT.error_prefix, product.open_data, product.scopes) == ("91", True, {"open_data"})
