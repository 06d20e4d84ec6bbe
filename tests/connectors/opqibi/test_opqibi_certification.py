# SPDX-License-Identifier: EUPL-1.2
"""OPQIBI: every row of its tables of answers and of fields, its simulator, its fixtures, answers nobody expects."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer, NotFound, RegistryError, Siren
from connectors.kit.contract import load
from connectors.kit.door import as_json
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.opqibi.certification_ingenierie import v3
from connectors.opqibi.ping import ping
from connectors.opqibi.simulator import simulator
from tests.connectors.kit.doors import (
    NOW,
    STATUSES,
    Recorded,
    answering,
    damaged,
    data_of,
    json_values,
    mismatches,
    outcome,
    recorded,
)

CONTRACT = load("opqibi")
WORLD = load_world()
BUILDER = Siren("999100886")
ROW: dict[str, Any] = {
    "numero_certificat": "26 01 0886",
    "date_de_delivrance_du_certificat": "05/01/2026",
    "duree_de_validite_du_certificat": "valable un an",
    "assurance": "MUTUELLE D'ESSAI",
    "url": "https://opqibi.example/fiche/1",
    "qualifications": [
        {"CodeQualification": "1202", "Nom": "Structures", "Definition": "Gros œuvre", "rge": "0"},
        {"CodeQualification": "1905", "Nom": "Audit", "Definition": "Énergie", "rge": "1"},
    ],
    "date_de_validite_des_qualification": "31/12/2028",
    "qualifications_probatoires": [{"CodeQualification": "2012", "Nom": "Solaire", "Definition": "S", "rge": "2"}],
    "date_de_validite_des_qualifications_probatoires": "31/12/2026",
}
KEYS = (*ROW, "CodeQualification", "Nom", "Definition", "rge")


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_field_of_the_sheet_is_read() -> None:
    assert await data_of(v3(BUILDER, answering(CONTRACT, ROW))) == {
        "numero_certificat": "26 01 0886",
        "url": "https://opqibi.example/fiche/1",
        "date_delivrance_certificat": "2026-01-05",
        "duree_validite_certificat": "valable un an",
        "assurances": "MUTUELLE D'ESSAI",
        "qualifications": [
            {"nom": "Structures", "code_qualification": "1202", "definition": "Gros œuvre", "rge": False},
            {"nom": "Audit", "code_qualification": "1905", "definition": "Énergie", "rge": True},
        ],
        "date_validite_qualifications": "2028-12-31",
        "qualifications_probatoires": [
            {"nom": "Solaire", "code_qualification": "2012", "definition": "S", "rge": None},
        ],
        "date_validite_qualifications_probatoires": "2026-12-31",
    }


@pytest.mark.parametrize(
    ("said", "expected"), [("1", True), ("0", False), ("", None), ("oui", None), (None, None), (1, None), ([], None)]
)
async def test_rge_is_a_digit_written_as_text_and_anything_else_is_null(said: object, expected: bool | None) -> None:
    row = {**ROW, "qualifications": [{**ROW["qualifications"][0], "rge": said}]}
    assert (await data_of(v3(BUILDER, answering(CONTRACT, row))))["qualifications"][0]["rge"] is expected


@pytest.mark.parametrize(
    ("upstream", "ours"),
    [
        ("date_de_delivrance_du_certificat", "date_delivrance_certificat"),
        ("date_de_validite_des_qualification", "date_validite_qualifications"),
        ("date_de_validite_des_qualifications_probatoires", "date_validite_qualifications_probatoires"),
    ],
)
@pytest.mark.parametrize("said", ["", None], ids=["empty", "null"])
async def test_an_empty_date_is_null(upstream: str, ours: str, said: str | None) -> None:
    assert (await data_of(v3(BUILDER, answering(CONTRACT, {**ROW, upstream: said}))))[ours] is None


@pytest.mark.parametrize("said", ["2026-01-05", "31/02/2026", "00/00/0000", "5/1/2026", "31/12/20266", 20260105])
async def test_a_date_that_cannot_be_read_is_an_unknown_answer(said: object) -> None:
    row = {**ROW, "date_de_delivrance_du_certificat": said}
    assert await outcome(v3(BUILDER, answering(CONTRACT, row))) == "999"


async def test_a_certificate_without_qualifications_has_empty_lists() -> None:
    row = {**ROW, "qualifications": None}
    del row["qualifications_probatoires"]
    data = await data_of(v3(BUILDER, answering(CONTRACT, row)))
    assert (data["qualifications"], data["qualifications_probatoires"]) == ([], [])


@pytest.mark.parametrize(
    ("status", "body", "suffix"),
    [
        (404, "requête incorrecte".encode(), "003"),
        (404, ROW, "003"),
        (200, b"<html></html>", "999"),
        (200, b"", "999"),
        (200, [], "999"),
        (200, None, "999"),
        (200, b"[" * 100_000, "999"),
        (204, b"", "999"),
        (401, ROW, "999"),
        (500, ROW, "999"),
        (503, b"", "001"),
        (504, b"", "002"),
        (301, b"", "000"),
    ],
    ids=[
        "text_404_003", "404_003", "page_999", "empty_999", "array_999", "null_999", "nested_999", "204_999", "401_999",
        "500_999", "503_001", "504_002", "redirect_000",
    ],
)  # fmt: skip
async def test_every_other_row_of_the_sheet_is_an_error(status: int, body: object, suffix: str) -> None:
    assert await outcome(v3(BUILDER, answering(CONTRACT, body, status, "text/html"))) == suffix


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_the_builder_and_the_engineers_are_certified(persona: Persona) -> None:
    door = at_simulator()
    end = await outcome(v3(Siren(persona.siren), door))
    assert [asked.path for asked in door.asked] == [f"/certificats/{persona.siren}"]
    if persona.siren not in (BUILDER, "999101876"):
        assert end == "003"
        return
    assert isinstance(end, Answer)
    assert mismatches(CONTRACT, "certification_ingenierie", 3, end) == []
    assert end.data["date_validite_qualifications"] == "2028-12-31"
    assert [one["rge"] for one in end.data["qualifications"]] == [False, True]


def test_the_simulator_does_not_know_in_plain_text_labelled_as_a_page() -> None:
    said = simulator(WORLD, lambda: NOW)(Asked("GET", "/certificats/130025265"))
    assert (said.status, said.content_type) == (404, "text/html; charset=UTF-8")
    assert b"<" not in said.body


async def test_ping_accepts_an_unknown_company_and_a_certificate_as_signs_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].path == "/certificats/130025265"
    door = answering(CONTRACT, ROW)
    await ping(door)
    assert len(door.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(403, b""), (500, b""), (503, b""), (200, b"<html>")], ids=str)
async def test_ping_fails_on_anything_else(status: int, body: bytes) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(answering(CONTRACT, body, status))
    assert not isinstance(caught.value, NotFound)


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["opqibi/certification_ingenierie"]
    fields = product.versions[3].fields
    assert (CONTRACT.provider, CONTRACT.error_prefix, CONTRACT.access.kind) == ("OPQIBI", "11", "none")
    assert CONTRACT.pings == ("opqibi/certification_ingenierie",)
    assert product.scopes == {"certificat_opqibi", "certification_opqibi", "open_data"}
    assert (product.open_data, product.pool) == (True, "json_resources_entreprise")
    assert product.freshness.seconds(NOW) == 0
    assert [name for name, leaf in fields.items() if leaf.withholdable] == ["date_validite_qualifications_probatoires"]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(body=(damaged(ROW, KEYS) | json_values(*KEYS)).map(as_json) | st.binary(max_size=32), status=STATUSES)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    for code in (200, status):
        end = await outcome(v3(BUILDER, answering(CONTRACT, body, code)))
        if isinstance(end, Answer):
            assert mismatches(CONTRACT, "certification_ingenierie", 3, end) == []
        else:
            assert len(end) == 3


@pytest.mark.parametrize("fixture", recorded("opqibi").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    end = await outcome(v3(BUILDER, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(end, Answer):
        assert fixture.expected == "200"
        assert mismatches(CONTRACT, "certification_ingenierie", 3, end) == []
        assert end.data["date_validite_qualifications"] == "2024-06-15"
        assert [one["rge"] for one in end.data["qualifications"]] == [False, False]
    else:
        assert f"11{end}" in fixture.expected
