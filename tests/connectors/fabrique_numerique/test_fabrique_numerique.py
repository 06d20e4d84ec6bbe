# SPDX-License-Identifier: EUPL-1.2
"""Collective agreements: every row of the sheet, every persona, hostile answers, the ping, the recorded exchanges."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.fabrique_numerique.conventions_collectives import v3
from connectors.fabrique_numerique.ping import ping
from connectors.fabrique_numerique.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryUnavailable, Siret, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
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

CONTRACT = load("fabrique_numerique")
WORLD = load_world()
SIRET = Siret("99910011800010")
ROW = {
    "active": True,
    "date_publi": "1990-10-08T00:00:00.000Z",
    "effectif": 12,
    "etat": "vigueur",
    "id": "KALICONT000000001597",
    "num": 1597,
    "shortTitle": " Bâtiment (ouvriers)",
    "title": "Convention du bâtiment, ouvriers ",
    "url": "https://www.legifrance.gouv.fr/affichIDCC.do?idConvention=KALICONT000000001597",
    "synonymes": ["bâtiment"],
}


def body_of(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"siret": SIRET, "conventions": list(rows)}]


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_field_comes_from_the_field_the_sheet_names_outer_spaces_removed() -> None:
    answer = await v3(SIRET, answering(CONTRACT, body_of(ROW)))
    (item,) = answer.data
    assert item["meta"] == {"internal_id": "KALICONT000000001597"}
    assert item["data"] == (
        {
            "type": "convention_collective",
            "titre": "Convention du bâtiment, ouvriers",
            "titre_court": "Bâtiment (ouvriers)",
            "numero_idcc": 1597,
            "active": True,
            "etat": "vigueur",
            "synonymes": ["bâtiment"],
            "url": ROW["url"],
            "date_publication": "1990-10-08",
        }
    )
    assert answer.meta == {}


@pytest.mark.parametrize(
    ("changed", "key", "expected"),
    [
        ({"etat": "VIGUEUR"}, "etat", "vigueur"),
        ({"etat": "VIGUEUR_ETEN"}, "etat", "vigueur_etendue"),
        ({"etat": "vigueur_etendue"}, "etat", "vigueur_etendue"),
        ({"etat": "DENONCE"}, "etat", "DENONCE"),
        ({"etat": None}, "etat", None),
        ({"synonymes": None}, "synonymes", []),
        ({"date_publi": ""}, "date_publication", None),
        ({"date_publi": None}, "date_publication", None),
        ({"active": False}, "active", False),
        ({"num": None}, "numero_idcc", None),
        ({"shortTitle": None}, "titre_court", None),
    ],
    ids=[
        "vigueur", "vigueur_eten", "already_lower_case", "another_state_as_is", "no_state", "synonyms_by_default",
        "empty_date", "no_date", "inactive", "no_number", "no_short_title",
    ],
)  # fmt: skip
async def test_each_rule_of_the_mapping(changed: dict[str, Any], key: str, expected: object) -> None:
    assert (await data_of(v3(SIRET, answering(CONTRACT, body_of(ROW | changed)))))[0]["data"][key] == expected


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 404, NotFound),
        (body_of(), 200, NotFound),
        ([], 200, NotFound),
        (body_of(ROW), 500, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
        (b"null", 200, UnknownAnswer),
        ({"conventions": [ROW]}, 200, UnknownAnswer),
        ([{"siret": SIRET}], 200, UnknownAnswer),
        ([{"conventions": [None]}], 200, UnknownAnswer),
        (body_of({**ROW, "num": "1597"}), 200, UnknownAnswer),
        (body_of({**ROW, "synonymes": [1]}), 200, UnknownAnswer),
        (body_of({**ROW, "synonymes": "bâtiment"}), 200, UnknownAnswer),
        (body_of(ROW), 503, RegistryUnavailable),
    ],
    ids=[
        "404", "no_conventions", "empty_outer_array", "500", "page", "null", "object", "no_key", "null_item",
        "number_as_text", "synonym_number", "synonyms_text", "unavailable",
    ],
)  # fmt: skip
async def test_no_agreement_is_not_found_and_the_rest_is_unknown(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(kind) as caught:
        await v3(SIRET, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


KNOWN = {
    "999100118": [1597],
    "999100225": [1597],
    "999100332": [1486],
    "999100449": [1518],
    "999100886": [1597, 1702, 2420, 2609],
    "999101215": [16],
    "999101322": [3043],
    "999101546": [1597],
    "999101652": [1702],
    "999101769": [1597],
    "999101876": [1486],
    "999101983": [1516],
}


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v3(Siret(persona.siret), at_simulator()))
    if persona.siren not in KNOWN:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "conventions_collectives", 3, got) == []
    assert [item["data"]["numero_idcc"] for item in got.data] == KNOWN[persona.siren]
    assert {item["data"]["etat"] for item in got.data} == {"vigueur_etendue"}


def test_the_simulator_knows_no_other_address() -> None:
    handler = simulator(WORLD, lambda: NOW)
    assert handler(Asked("GET", "/999100118")).status == 404
    assert handler(Asked("POST", f"/{SIRET}")).status == 404


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(body_of(ROW), ("conventions", "num")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v3(SIRET, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "conventions_collectives", 3, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_an_establishment_without_agreements_for_a_sign_of_life() -> None:
    await ping(at_simulator())


@pytest.mark.parametrize(("body", "status"), [(b"", 404), ({}, 200), (b"", 200), ([], 500)], ids=str)
async def test_ping_fails_on_anything_else(body: object, status: int) -> None:
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, body, status))


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["fabrique_numerique/conventions_collectives"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("Fabrique numérique des Ministères Sociaux", "14")
    assert product.scopes == {"conventions_collectives", "open_data"}
    assert (product.open_data, product.versions[3].deprecated, product.versions[3].collection) == (True, True, True)


@pytest.mark.parametrize("fixture", recorded("fabrique_numerique").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    got = await outcome(v3(Siret(fixture.url[-14:]), answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(got, Answer):
        assert fixture.expected == f"200, {len(got.data)} item"
        assert not got.data[0]["data"]["titre"].endswith(" ")
    else:
        assert f"14{got}" in fixture.expected
