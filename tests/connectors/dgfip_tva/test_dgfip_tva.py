# SPDX-License-Identifier: EUPL-1.2
"""The DGFiP's open register of VAT numbers: a row, no row, no file, no date, and whatever else may come."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from connectors.dgfip_tva.numero_tva import v3
from connectors.dgfip_tva.reading import RESOURCE
from connectors.dgfip_tva.simulator import simulator
from connectors.kit import (
    Answer,
    KnownAbsent,
    RegistryError,
    RegistryUnavailable,
    Siren,
    UnknownAnswer,
)
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Said, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, STATUSES, answering, json_values, mismatches, outcome

CONTRACT = load("dgfip_tva")
WORLD = load_world()
SIREN = Siren("999100118")
NUMBER = "FR75999100118"


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_a_listed_number_is_given_with_the_day_of_the_file() -> None:
    door = at_simulator()
    answer = await v3(SIREN, door)
    assert answer == Answer({"numero_tva": NUMBER}, meta={"date_derniere_mise_a_jour": "2026-03-01"})
    assert mismatches(CONTRACT, "numero_tva", 3, answer) == []
    row, dated = door.asked
    assert (row.path, row.query) == (
        f"/api/resources/{RESOURCE}/data/",
        {"vat_no__exact": NUMBER[2:], "page_size": "1"},
    )
    assert dated.path == f"/catalogue/api/2/datasets/resources/{RESOURCE}/"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"data": []}, 200, KnownAbsent),
        ({"data": {}}, 200, UnknownAnswer),
        ({}, 200, UnknownAnswer),
        ([], 200, UnknownAnswer),
        (b"<html>", 200, UnknownAnswer),
        ({"message": "?"}, 404, RegistryUnavailable),
        ({"data": [{}]}, 400, UnknownAnswer),
        ({"data": [{}]}, 500, UnknownAnswer),
    ],
)
async def test_each_answer_has_its_meaning(body: object, status: int, kind: type[RegistryError]) -> None:
    with pytest.raises(kind) as raised:
        await v3(SIREN, answering(CONTRACT, body, status))
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    "said",
    [Said(404), Said(500), Said(503), Said(200, b"<html>"), Said(200, b'{"resource":{"last_modified":"hier"}}')],
    ids=["404", "500", "closed", "page", "no_date"],
)
async def test_an_answer_does_not_need_the_catalogue(said: Said) -> None:
    def handle(asked: Asked) -> Said:
        return said if asked.path.startswith("/catalogue") else Said(200, b'{"data":[{}]}')

    answer = await v3(SIREN, SimulatedDoor(CONTRACT, handle, NOW))
    assert answer.meta == {"date_derniere_mise_a_jour": None}


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_personas_that_are_taxed_have_a_number_and_the_others_none(persona: Any) -> None:
    got = await outcome(v3(Siren(persona.siren), at_simulator()))
    taxed = persona.dgfip in ("a_jour", "refus") and not persona.redirige_vers and not persona.interdite
    assert (got == "003") is not taxed


@given(
    body=json_values("data", "resource", "last_modified").map(lambda value: json.dumps(value).encode()), status=STATUSES
)
@settings(derandomize=True, database=None, deadline=None)
async def test_whatever_it_says_is_an_answer_or_an_error_of_the_kit(body: bytes, status: int) -> None:
    got = await outcome(v3(SIREN, answering(CONTRACT, body, status)))
    assert isinstance(got, str) or mismatches(CONTRACT, "numero_tva", 3, got) == []
