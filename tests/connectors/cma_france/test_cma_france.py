# SPDX-License-Identifier: EUPL-1.2
"""The register of crafts: every row of the sheet, every persona, hostile answers, the recorded exchanges."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.cma_france.entreprise_artisanale import v3
from connectors.cma_france.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryUnavailable, Siren, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, STATUSES, Recorded, answering, damaged, mismatches, outcome, recorded

CONTRACT = load("cma_france")
WORLD = load_world()
SIREN = Siren("999100118")
ROW = {"id": 19139, "ent_id_siren": SIREN, "ent_act_modalite_exercice": "P", "ent_act_non_sedentaire": "0"}
CRAFTS = {"999100118", "999100225", "999100555", "999100662", "999100886", "999101322",
          "999101546", "999101769"}  # fmt: skip


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("P", "0")),
        ({"ent_act_modalite_exercice": "S", "ent_act_non_sedentaire": "1"}, ("S", "1")),
        ({"ent_act_modalite_exercice": "NR", "id": "19139"}, ("NR", "0")),
        ({"ent_act_modalite_exercice": None, "ent_act_non_sedentaire": ""}, (None, None)),
    ],
    ids=["permanent", "seasonal_itinerant", "not_told_number_as_text", "lacking"],
)
async def test_the_two_fields_are_given_as_texts(changed: dict[str, Any], expected: tuple[object, object]) -> None:
    answer = await v3(SIREN, answering(CONTRACT, ROW | changed))
    assert answer == Answer({"modalite_exercice": expected[0], "non_sedentaire": expected[1]})


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("<html>404 - répertoire introuvable</html>".encode("latin-1"), 404, NotFound),
        (ROW, 500, UnknownAnswer),
        ({**ROW, "id": None}, 200, UnknownAnswer),
        ({**ROW, "id": ""}, 200, UnknownAnswer),
        ({**ROW, "id": False}, 200, UnknownAnswer),
        ({}, 200, UnknownAnswer),
        ([ROW], 200, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
        ({**ROW, "ent_act_non_sedentaire": 0}, 200, UnknownAnswer),
        (ROW, 502, RegistryUnavailable),
    ],
    ids=[
        "latin_page_404", "500", "null_id", "empty_id", "false_id", "no_id", "array", "not_json", "number",
        "unavailable",
    ],
)  # fmt: skip
async def test_everything_but_a_200_with_an_id_is_an_error(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(kind) as caught:
        await v3(SIREN, answering(CONTRACT, body, status, "text/html"))
    assert type(caught.value) is kind


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v3(Siren(persona.siren), at_simulator()))
    if persona.siren not in CRAFTS:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "entreprise_artisanale", 3, got) == []
    assert got.data == {"modalite_exercice": "P", "non_sedentaire": "1" if persona.natural_person else "0"}


async def test_the_register_is_asked_for_json() -> None:
    door = at_simulator()
    await v3(SIREN, door)
    assert [(asked.path, dict(asked.query)) for asked in door.asked] == [
        ("/v2/entreprises/999100118", {"format": "json"})
    ]


def test_the_simulator_s_not_found_is_a_page_in_latin_1() -> None:
    said = simulator(WORLD, lambda: NOW)(Asked("GET", "/v2/entreprises/999100449"))
    assert (said.status, said.content_type) == (404, "text/html")
    assert "trouvée" in said.body.decode("latin-1")


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(ROW, tuple(ROW)).map(lambda value: json.dumps(value).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v3(SIREN, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "entreprise_artisanale", 3, got) == [] if isinstance(got, Answer) else len(got) == 3


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["cma_france/entreprise_artisanale"]
    assert (CONTRACT.provider, CONTRACT.error_prefix, CONTRACT.pings) == ("CMA France", "15", ())
    assert product.scopes == {"entreprises_artisanales", "open_data"}
    assert (product.open_data, product.versions[3].deprecated, product.freshness.hours) == (True, True, None)


@pytest.mark.parametrize("fixture", recorded("cma_france").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    siren = Siren(fixture.url.split("/")[-1].partition("?")[0])
    got = await outcome(v3(siren, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(got, Answer):
        mode, itinerant = got.data["modalite_exercice"], got.data["non_sedentaire"]
        assert fixture.expected == f'200 modalite_exercice {mode}, non_sedentaire "{itinerant}"'
    else:
        assert fixture.expected == f"404 15{got}"
