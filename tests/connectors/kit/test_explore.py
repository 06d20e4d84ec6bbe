# SPDX-License-Identifier: EUPL-1.2
"""An open data portal is asked safely, and its fields of several texts or of JSON inside a text are read safely."""

import pytest

from connectors.bodacc.simulator import simulator
from connectors.kit import UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.explore import records, texts, written
from connectors.kit.simulation import load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW


async def test_a_value_that_would_change_the_question_is_never_put() -> None:
    door = SimulatedDoor(load("bodacc"), simulator(load_world(), lambda: NOW), NOW)
    for value in ("x' OR '1'='1", "x\\"):
        with pytest.raises(ValueError, match="no quote"):
            await records(door, "annonces-commerciales", "registre", value)
    assert door.asked == []


@pytest.mark.parametrize(
    ("value", "expected"), [(["a", "", "b"], ["a", "b"]), ("a", ["a"]), ("", []), (None, []), ([], [])], ids=str
)
def test_several_texts_come_as_an_array_a_text_or_null(value: object, expected: list[str]) -> None:
    assert texts({"cle": value}, "cle") == expected


@pytest.mark.parametrize("value", [[1], ["a", None], 1, {}], ids=str)
def test_several_texts_are_nothing_but_texts(value: object) -> None:
    with pytest.raises(UnknownAnswer):
        texts({"cle": value}, "cle")


def test_json_inside_a_text_is_read_or_unknown() -> None:
    assert written({"cle": '{"a": [1]}'}, "cle") == {"a": [1]}
    assert written({}, "cle") is None
    for junk in ("{", '"\\ud800"', "NaN"):
        with pytest.raises(UnknownAnswer):
            written({"cle": junk}, "cle")
