# SPDX-License-Identifier: EUPL-1.2
"""Chiffres d'affaires: every row of Adélie's table of answers, and the values as they are read."""

from collections.abc import Callable

import pytest

from connectors.dgfip.chiffres_affaires import v3
from connectors.kit import Caller, NotFound, RegistryError, RegistryPassing, RegistryUnavailable, Siret, UnknownAnswer
from connectors.kit.simulation.door import SimulatedDoor

Build = Callable[..., SimulatedDoor]
SIRET = Siret("99910011800010")
YEAR = {"ca": "4180500", "dateFinExercice": "2024-12-31T00:00:00+01:00"}
RUNTIME = {"erreur": {"code": 0, "message": "Runtime Error"}}


async def fails(door: SimulatedDoor, caller: Caller) -> type[RegistryError]:
    with pytest.raises(RegistryError) as caught:
        await v3(SIRET, caller, door)
    return type(caught.value)


async def test_a_list_keeps_its_order_and_is_counted(answering: Build, caller: Caller) -> None:
    older = {"ca": "3920100", "dateFinExercice": "2023-06-30T00:00:00+02:00"}
    answer = await v3(SIRET, caller, answering({"liste_ca": [YEAR, older]}))
    assert answer.data == [
        {"chiffre_affaires": 4180500, "date_fin_exercice": "2024-12-31"},
        {"chiffre_affaires": 3920100, "date_fin_exercice": "2023-06-30"},
    ]
    assert answer.meta == {"count": 2}
    assert answer.document is None


async def test_a_single_object_is_a_list_of_one(answering: Build, caller: Caller) -> None:
    answer = await v3(SIRET, caller, answering({"liste_ca": YEAR}))
    assert answer.data == [{"chiffre_affaires": 4180500, "date_fin_exercice": "2024-12-31"}]
    assert answer.meta == {"count": 1}


@pytest.mark.parametrize(
    ("written", "euros"), [("0", 0), ("-1200", -1200), ("007", 7), ("1250.99", 1250), (42, 42), (-7, -7)], ids=str
)
async def test_amounts_are_whole_euros(written: object, euros: int, answering: Build, caller: Caller) -> None:
    answer = await v3(SIRET, caller, answering({"liste_ca": YEAR | {"ca": written}}))
    assert answer.data[0]["chiffre_affaires"] == euros


@pytest.mark.parametrize(
    "written",
    ["2024-12-31", "2024-12-31T23:30:00Z", "2024-12-31T00:00:00+14:00", "2024-12-31+01:00"],
    ids=["day", "evening", "far_east", "no_time"],
)
async def test_the_day_is_the_one_that_is_written_whatever_the_offset(
    written: str, answering: Build, caller: Caller
) -> None:
    answer = await v3(SIRET, caller, answering({"liste_ca": YEAR | {"dateFinExercice": written}}))
    assert answer.data[0]["date_fin_exercice"] == "2024-12-31"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 404),
        ({"liste_ca": [YEAR]}, 404),
        (b"", 204),
        (b"", 200),
        (b'""', 200),
        (b"null", 200),
        ({"liste_ca": []}, 200),
        ({"liste_ca": {}}, 200),
        ({"liste_ca": ""}, 200),
        ({"liste_ca": None}, 200),
    ],
    ids=["404", "404_body", "204", "empty", "empty_text", "null", "no_item", "no_key", "no_text", "null_list"],
)
async def test_nothing_declared_is_a_not_found(body: object, status: int, answering: Build, caller: Caller) -> None:
    assert await fails(answering(body, status), caller) is NotFound


async def test_a_runtime_error_passes_whatever_its_code(answering: Build, caller: Caller) -> None:
    assert await fails(answering(RUNTIME, 500), caller) is RegistryPassing


@pytest.mark.parametrize("body", [b"", b"Runtime Error", b"null", {"erreur": {}}], ids=str)
async def test_another_500_is_unknown(body: object, answering: Build, caller: Caller) -> None:
    assert await fails(answering(body, 500), caller) is UnknownAnswer


@pytest.mark.parametrize("status", [201, 400, 401, 403, 429], ids=str)
async def test_any_other_status_is_unknown(status: int, answering: Build, caller: Caller) -> None:
    assert await fails(answering({"liste_ca": [YEAR]}, status), caller) is UnknownAnswer


@pytest.mark.parametrize("body", [b"{", b"<html></html>", {}, {"LISTE_CA": [YEAR]}, [YEAR], 12, True, "texte"], ids=str)
async def test_invalid_json_or_no_list_is_unknown(body: object, answering: Build, caller: Caller) -> None:
    assert await fails(answering(body), caller) is UnknownAnswer


@pytest.mark.parametrize("items", [12, "texte", True, [None], [[YEAR]], [YEAR, "texte"]], ids=str)
async def test_a_list_of_something_else_is_unknown(items: object, answering: Build, caller: Caller) -> None:
    assert await fails(answering({"liste_ca": items}), caller) is UnknownAnswer


@pytest.mark.parametrize(
    "changed",
    [
        {"ca": None},
        {"ca": ""},
        {"ca": "beaucoup"},
        {"ca": "12 000"},
        {"ca": "1e9"},
        {"ca": "9" * 40},
        {"ca": 1.5},
        {"ca": True},
        {"ca": []},
        {"ca": "１２"},
        {"dateFinExercice": None},
        {"dateFinExercice": ""},
        {"dateFinExercice": "31/12/2024"},
        {"dateFinExercice": "2024-02-30T00:00:00+01:00"},
        {"dateFinExercice": "2024-12-311"},
        {"dateFinExercice": 20241231},
        {"dateFinExercice": {}},
    ],
    ids=str,
)
async def test_a_value_that_cannot_be_read_is_never_invented(
    changed: dict[str, object], answering: Build, caller: Caller
) -> None:
    assert await fails(answering({"liste_ca": YEAR | changed}), caller) is UnknownAnswer


async def test_a_number_beyond_measure_is_unknown(answering: Build, caller: Caller) -> None:
    body = b'{"liste_ca":{"ca":' + b"9" * 5000 + b',"dateFinExercice":"2024-12-31"}}'
    assert await fails(answering(body), caller) is UnknownAnswer


@pytest.mark.parametrize("missing", ["ca", "dateFinExercice"])
async def test_a_missing_value_is_never_invented(missing: str, answering: Build, caller: Caller) -> None:
    item = {key: value for key, value in YEAR.items() if key != missing}
    assert await fails(answering({"liste_ca": [item]}), caller) is UnknownAnswer


async def test_unavailability_comes_before_any_rule(answering: Build, caller: Caller) -> None:
    assert await fails(answering(RUNTIME, 503), caller) is RegistryUnavailable
