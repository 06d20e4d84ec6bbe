# SPDX-License-Identifier: EUPL-1.2
"""The conversation with the MSA: every letter, every failure, every persona, and whatever else may come."""

import json
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import RegistryError, RegistryTimeout, RegistryUnavailable, Siret, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.msa.conformite_cotisations import v3
from connectors.msa.ping import ping
from connectors.msa.simulator import simulator
from tests.connectors.kit.doors import (
    NOW,
    STATUSES,
    Recorded,
    answering,
    damaged,
    json_values,
    mismatches,
    outcome,
    recorded,
)

CONTRACT = load("msa")
WORLD = load_world()
HANDLER = simulator(WORLD, lambda: NOW)
SIRET = Siret("99910088600012")
KNOWN = {"refus_urssaf": "outdated", "analyse_urssaf": "under_investigation"} | dict.fromkeys(
    ("association", "agriculture", "grand_constructeur"), "up_to_date"
)


def letter(written: object) -> dict[str, object]:
    return {"TopRMPResponse": {"identifiantDebiteur": SIRET, "topRegMarchePublic": written}}


def broken(message: object) -> dict[str, object]:
    return {"Erreur": {"Code": "soap:Server", "Message": message}}


@pytest.mark.parametrize(
    ("written", "status"), [("O", "up_to_date"), ("N", "outdated"), ("A", "under_investigation")], ids=str
)
async def test_a_letter_says_where_an_establishment_stands(written: str, status: str) -> None:
    answer = await v3(SIRET, answering(CONTRACT, letter(written)))
    assert answer.data == {"status": status}
    assert mismatches(CONTRACT, "conformite_cotisations", 3, answer) == []


@pytest.mark.parametrize(
    ("body", "status", "suffix"),
    [
        (letter("S"), 200, "003"),
        (letter("X"), 200, "999"),
        (letter("o"), 200, "999"),
        (letter(""), 200, "999"),
        (letter(None), 200, "999"),
        (letter(["O"]), 200, "999"),
        ({"TopRMPResponse": "O"}, 200, "999"),
        ({}, 200, "999"),
        ([], 200, "999"),
        (b"O", 200, "999"),
        (b"", 200, "999"),
        (b"<html></html>", 500, "000"),
        (letter("O"), 500, "000"),
        (broken("502 Bad Gateway"), 400, "000"),
        (broken("504 Gateway Timeout"), 404, "000"),
        (broken("500 Internal Server Error"), 400, "999"),
        (broken(["502 Bad Gateway"]), 400, "999"),
        ({"Erreur": "502 Bad Gateway"}, 400, "999"),
        (broken("502 Bad Gateway"), 200, "999"),
        (letter("O"), 404, "999"),
        (letter("O"), 204, "999"),
        (b"", 401, "999"),
    ],
    ids=[
        "S_is_unknown_to_the_MSA", "other_letter", "lower_case", "no_letter", "null", "list", "bare", "empty_object",
        "array", "not_json", "nothing", "500", "500_with_a_letter", "502_in_the_body", "504_in_the_body",
        "other_message", "message_list", "error_text", "error_with_200", "404", "204", "401",
    ],
)  # fmt: skip
async def test_the_rest_of_the_table(body: object, status: int, suffix: str) -> None:
    assert await outcome(v3(SIRET, answering(CONTRACT, body, status))) == suffix


@pytest.mark.parametrize(
    ("status", "kind"), [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout)], ids=str
)
async def test_gateway_statuses_come_before_what_the_body_says(status: int, kind: type[RegistryError]) -> None:
    with pytest.raises(kind):
        await v3(SIRET, answering(CONTRACT, broken("504 Gateway Timeout"), status))


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    door = SimulatedDoor(CONTRACT, HANDLER, NOW)
    end = await outcome(v3(Siret(persona.siret), door))
    expected = next((KNOWN[trait] for trait in persona.traits if trait in KNOWN), "003")
    assert (end if isinstance(end, str) else end.data["status"]) == expected
    (asked,) = door.asked
    assert (asked.method, asked.path, asked.query) == ("GET", f"/{persona.siret}", {})


async def test_a_second_establishment_is_known_and_a_stranger_is_not() -> None:
    door = SimulatedDoor(CONTRACT, HANDLER, NOW)
    assert (await v3(Siret("99910088600129"), door)).data == {"status": "up_to_date"}
    assert await outcome(v3(Siret("13002526500013"), door)) == "003"


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/999100886"), ("POST", f"/{SIRET}")])
def test_other_addresses_are_unknown_to_the_simulator(method: str, path: str) -> None:
    assert HANDLER(Asked(method, path)).status == 404


async def test_ping_takes_any_letter_as_a_sign_of_life() -> None:
    door = SimulatedDoor(CONTRACT, HANDLER, NOW)
    await ping(door)
    await ping(answering(CONTRACT, letter("O")))
    assert [asked.path for asked in door.asked] == ["/13002526500013"]


async def test_ping_fails_on_anything_else() -> None:
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, letter("?")))
    with pytest.raises(RegistryUnavailable):
        await ping(answering(CONTRACT, b"", 503))


HOSTILE = (
    json_values("TopRMPResponse", "topRegMarchePublic", "Erreur", "Message")
    | damaged(letter("O"), ("topRegMarchePublic",))
    | damaged(broken("502 Bad Gateway"), ("Message",))
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=32) | HOSTILE.map(lambda value: json.dumps(value).encode()),
    status=STATUSES,
)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    end = await outcome(v3(SIRET, answering(CONTRACT, body, status)))
    if isinstance(end, str):
        assert len(end) == 3
    else:
        assert mismatches(CONTRACT, "conformite_cotisations", 3, end) == []


async def test_nesting_without_end_is_unknown() -> None:
    assert await outcome(v3(SIRET, answering(CONTRACT, b'{"TopRMPResponse":' * 100_000))) == "999"


@pytest.mark.parametrize("fixture", recorded("msa").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    end = await outcome(v3(SIRET, answering(CONTRACT, fixture.body, fixture.status)))
    expected = f"10{end}" if isinstance(end, str) else f"200 status {end.data['status']}"
    assert expected in fixture.expected


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["msa/conformite_cotisations"]
    assert (CONTRACT.provider, CONTRACT.error_prefix, CONTRACT.access.kind) == ("MSA", "10", "none")
    assert CONTRACT.pings == ("msa/conformite_cotisations",)
    assert (CONTRACT.connect_timeout_s, CONTRACT.timeout_s) == (10, 10)
    assert [(window.start, window.end, window.weekday) for window in CONTRACT.maintenance] == [
        (time(3), time(3, 30), None)
    ]
    assert product.scopes == {"msa_cotisations", "cotisations_msa"}
    assert (product.pool, product.cache_key) == ("json_resources_entreprise", ("siret",))
    assert product.freshness.seconds(NOW) == 0
    assert not product.open_data
