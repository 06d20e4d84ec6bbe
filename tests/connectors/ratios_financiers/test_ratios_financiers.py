# SPDX-License-Identifier: EUPL-1.2
"""Ratios: their fields, every persona, coherence with turnovers, hostile answers, the ping, a real answer."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer, NotFound, RegistryError, RegistryThrottled, Siren, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.ratios_financiers.ping import ping
from connectors.ratios_financiers.ratios import Exercice, v1
from connectors.ratios_financiers.simulator import PATH, simulator
from tests.connectors.kit.doors import NOW, SHARED, STATUSES, answering, damaged, mismatches, outcome

CONTRACT = load("ratios_financiers")
WORLD = load_world()
SIREN = Siren("999100118")
FIGURES = [key for key in Exercice.__annotations__ if key[:4] not in ("date", "type", "conf")]
ROW: dict[str, Any] = {
    "siren": "999100118",
    "date_cloture_exercice": "2024-12-31",
    "type_bilan": "C",
    "confidentiality": "Public",
    **{key: rank + 0.5 for rank, key in enumerate(FIGURES)},
}


def body_of(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"total_count": len(rows), "results": list(rows)}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_figure_is_given_under_its_own_name() -> None:
    answer = await v1(SIREN, answering(CONTRACT, body_of(ROW)))
    assert mismatches(CONTRACT, "ratios", 1, answer) == []
    assert answer.meta == {"count": 1, "total": 1}
    assert answer.data == [
        {
            "date_cloture_exercice": "2024-12-31",
            "type_bilan": "C",
            "confidentialite": "Public",
            **{key: rank + 0.5 for rank, key in enumerate(FIGURES)},
        }
    ]


async def test_a_figure_that_is_not_there_is_null_and_not_zero() -> None:
    bare = {"siren": SIREN, "date_cloture_exercice": "2024-12-31", "ebit": 0}
    (year,) = (await v1(SIREN, answering(CONTRACT, body_of(bare)))).data
    assert (year["ebit"], year["ratio_de_vetuste"], year["chiffre_d_affaires"]) == (0, None, None)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (body_of(), 200, NotFound),
        (body_of(ROW | {"siren": "999100886"}), 200, UnknownAnswer),
        (body_of(ROW | {"date_cloture_exercice": None}), 200, UnknownAnswer),
        (body_of(ROW | {"ebe": "12"}), 200, UnknownAnswer),
        (body_of(ROW | {"ebe": 10**18}), 200, UnknownAnswer),
        ({"total_count": 1}, 200, UnknownAnswer),
        ({"error_code": "x"}, 404, UnknownAnswer),
        ({"error_code": "quota"}, 429, RegistryThrottled),
    ],
    ids=["none", "somebody_else", "no_date", "text", "too_large", "no_results", "404", "429"],
)
async def test_no_year_is_not_found_and_the_rest_is_an_error(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(kind) as caught:
        await v1(SIREN, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer_with_the_turnover_it_has_elsewhere(persona: Persona) -> None:
    got = await outcome(v1(Siren(persona.siren), at_simulator()))
    if persona.natural_person or not persona.ca:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "ratios", 1, got) == []
    assert [(int(year["date_cloture_exercice"][:4]), year["chiffre_d_affaires"]) for year in got.data] == [*persona.ca]


def test_the_simulator_refuses_other_questions() -> None:
    handler = simulator(WORLD, lambda: NOW)
    assert handler(Asked("GET", "/autre")).status == 404
    assert handler(Asked("GET", PATH, {"where": "1=1"})).status == 400


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(body_of(ROW), ("results", "siren")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v1(SIREN, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "ratios", 1, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_an_empty_list_for_a_sign_of_life() -> None:
    await ping(at_simulator())
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, {}, 404))


async def test_the_years_of_a_real_answer_are_read_when_one_is_at_hand() -> None:
    path = SHARED / "open" / "fixtures" / "ratios_inpi_bce_v1.json"
    fields = [row["fields"] for row in orjson.loads(path.read_bytes())["records"]] if path.exists() else [ROW]
    answer = await v1(Siren(fields[0]["siren"]), answering(CONTRACT, body_of(*fields)))
    assert mismatches(CONTRACT, "ratios", 1, answer) == []
    assert all(year["chiffre_d_affaires"] is not None for year in answer.data)
