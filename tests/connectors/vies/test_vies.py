# SPDX-License-Identifier: EUPL-1.2
"""VIES: every rule of its sheet in order, every persona, hostile answers, the ping, the recorded exchanges."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import (
    Answer,
    KnownAbsent,
    RegistryError,
    RegistryInternal,
    RegistryThrottled,
    RegistryTimeout,
    RegistryUnavailable,
    Siren,
    UnknownAnswer,
)
from connectors.kit.contract import load
from connectors.kit.identifiers import vat_number
from connectors.kit.simulation import Asked, Persona, Said, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.vies.numero_tva import v3
from connectors.vies.ping import ping
from connectors.vies.simulator import simulator
from tests.connectors.kit.doors import NOW, STATUSES, Recorded, answering, json_values, mismatches, outcome, recorded

CONTRACT = load("vies")
WORLD = load_world()
SIREN = Siren("999100118")
VALID = {"isValid": True, "userError": "VALID", "vatNumber": "00999100118", "name": "X", "address": "Y"}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


@pytest.mark.parametrize(
    ("siren", "number"),
    [("130025265", "FR07130025265"), ("552032534", "FR27552032534"), ("672039971", "FR48672039971")],
    ids=str,
)
def test_the_number_is_computed_with_a_key_of_two_digits(siren: str, number: str) -> None:
    assert vat_number(Siren(siren)) == number


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>Please contact your network\n Support team.</html>", RegistryUnavailable),
        (b"<html>autre page</html>", UnknownAnswer),
        (b"", UnknownAnswer),
        (b"[]", UnknownAnswer),
        ({"userError": "IP_BLOCKED", "isValid": True}, RegistryThrottled),
        ({"userError": "MS_MAX_CONCURRENT_REQ", "isValid": False}, RegistryThrottled),
        ({"userError": "MS_UNAVAILABLE", "isValid": False}, RegistryUnavailable),
        ({"userError": "INVALID_INPUT", "isValid": False}, UnknownAnswer),
        ({"userError": "", "isValid": True}, UnknownAnswer),
        ({"isValid": True}, UnknownAnswer),
        ({"userError": "VALID", "isValid": None}, UnknownAnswer),
        ({"userError": "VALID", "isValid": "true"}, UnknownAnswer),
        ({"userError": 1, "isValid": True}, UnknownAnswer),
        ({"userError": "INVALID", "isValid": False}, KnownAbsent),
        ({"userError": "VALID", "isValid": False}, KnownAbsent),
    ],
    ids=[
        "network_proxy", "not_json", "nothing", "array", "blocked_address", "too_many_at_once", "member_state_down",
        "bad_input", "empty_error", "no_error", "valid_null", "valid_text", "error_number", "invalid", "not_valid",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 400, 500], ids=str)
async def test_the_body_decides_whatever_the_status(body: object, kind: type[RegistryError], status: int) -> None:
    with pytest.raises(kind) as caught:
        await v3(SIREN, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


@pytest.mark.parametrize("status", [200, 400, 500], ids=str)
async def test_a_valid_number_is_the_answer_and_nothing_else_of_vies_is(status: int) -> None:
    answer = await v3(SIREN, answering(CONTRACT, VALID, status))
    assert answer == Answer({"tva_number": vat_number(SIREN)})


@pytest.mark.parametrize(
    ("status", "kind"),
    [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout), (301, RegistryInternal)],
    ids=str,
)
async def test_transport_rules_come_before_the_body(status: int, kind: type[RegistryError]) -> None:
    with pytest.raises(kind):
        await v3(SIREN, answering(CONTRACT, VALID, status))


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v3(Siren(persona.siren), at_simulator()))
    taxed = persona.dgfip in ("a_jour", "refus") and not persona.redirige_vers and not persona.interdite
    if not taxed:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "numero_tva", 3, got) == []
    assert got.data["tva_number"].endswith(persona.siren)


async def test_the_large_builder_has_a_number_and_the_association_none() -> None:
    door = at_simulator()
    assert await outcome(v3(Siren("999100886"), door)) == Answer({"tva_number": vat_number(Siren("999100886"))})
    assert [asked.path for asked in door.asked] == [f"/{vat_number(Siren('999100886'))[2:]}"]
    assert await outcome(v3(Siren("999100449"), door)) == "003"


def test_the_simulator_refuses_a_wrong_key_and_hides_natural_persons() -> None:
    handler = simulator(WORLD, lambda: NOW)

    def said(path: str) -> dict[str, object]:
        found: dict[str, object] = orjson.loads(handler(Asked("GET", path)).body)
        return found

    assert said("/00999100886")["userError"] == "INVALID"
    assert said("/abc")["userError"] == "INVALID_INPUT"
    assert said(f"/{vat_number(Siren('999100555'))[2:]}")["name"] == "---"
    assert handler(Asked("POST", "/")) == Said(405)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | json_values("isValid", "userError").map(lambda value: json.dumps(value).encode()),
    status=STATUSES,
)
async def test_a_hostile_answer_is_an_answer_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v3(SIREN, answering(CONTRACT, body, status)))
    assert isinstance(got, Answer) or len(got) == 3


async def test_ping_takes_yes_and_no_for_signs_of_life() -> None:
    await ping(at_simulator())
    await ping(answering(CONTRACT, VALID))
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, b"<html></html>"))


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["vies/numero_tva"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("Commission Européenne", "28")
    assert (product.scopes, product.open_data, product.freshness.hours) == (frozenset(), True, 24)
    assert CONTRACT.pings == ("european_commission/numero_tva",)


@pytest.mark.parametrize("fixture", recorded("vies").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    got = await outcome(v3(Siren(fixture.url[-9:]), answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(got, Answer):
        assert fixture.expected == f"200 tva_number {got.data['tva_number']}"
    else:
        assert f"28{got}" in fixture.expected
