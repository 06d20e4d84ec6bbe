# SPDX-License-Identifier: EUPL-1.2
"""ADEME: every row of its tables of answers and of fields, its simulator, its fixtures, answers nobody expects."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.ademe.certification_rge import v3
from connectors.ademe.ping import ping
from connectors.ademe.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, Siret
from connectors.kit.contract import load
from connectors.kit.door import as_json
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
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

CONTRACT = load("ademe")
WORLD = load_world()
BUILDER = Siret("99910088600012")
CREDENTIALS = {"x-apikey": "sandbox-x-apiKey", "referer": "sandbox-referer"}
ROW: dict[str, Any] = {
    "siret": "99910088600012",
    "url_qualification": "https://qualibat.example/fichier?fn=2026\\1.pdf",
    "nom_certificat": "QUALIBAT-RGE",
    "domaine": "Fenêtres de toit",
    "meta_domaine": "Rénovation globale",
    "code_qualification": "3511",
    "nom_qualification": "Menuiseries (3511)",
    "organisme": "qualibat",
    "lien_date_debut": "2024-01-24",
    "lien_date_fin": "2028-02-04",
    "date_debut": "2025-03-30",
    "date_fin": "2029-03-30",
    "_id": "Q1-3511-2026-03-16",
    "traitement_termine": False,
    "_updatedAt": "2026-03-16T23:11:53.153Z",
    "email": "contact@entreprise.example",
    "telephone": "00 00 00 00 00",
    "adresse": "1 RUE DE L EXEMPLE",
}
WHOLE = {"total": 1, "next": "https://ademe.example/suite", "results": [ROW]}
KEYS = (*ROW, "results", "total", "next")
COUNTS = {"999100118": 1, "999100886": 3, "999101546": 1, "999101769": 1}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW, CREDENTIALS)


async def test_every_field_of_the_sheet_is_read_and_nothing_else_leaves() -> None:
    answer = await v3(BUILDER, None, answering(CONTRACT, WHOLE))
    assert answer.data == [
        {
            "url": "https://qualibat.example/fichier?fn=2026\\1.pdf",
            "nom_certificat": "QUALIBAT-RGE",
            "domaine": "Fenêtres de toit",
            "meta_domaine": "Rénovation globale",
            "qualification": {"code": "3511", "nom": "Menuiseries (3511)"},
            "organisme": "qualibat",
            "date_attribution": "2024-01-24",
            "date_expiration": "2028-02-04",
            "meta": {"internal_id": "Q1-3511-2026-03-16", "updated_at": "2026-03-16", "archived": False},
        }
    ]
    assert (answer.links, answer.meta, answer.document) == ({}, {}, None)


async def test_what_a_line_lacks_is_null() -> None:
    answer = await v3(BUILDER, None, answering(CONTRACT, {"results": [{}]}))
    assert mismatches(CONTRACT, "certification_rge", 3, answer) == []
    assert answer.data[0]["url"] is None
    assert answer.data[0]["meta"]["archived"] is None


@pytest.mark.parametrize(
    ("status", "body", "suffix"),
    [
        (200, {"total": 0, "results": []}, "003"),
        (200, {"total": 3}, "999"),
        (200, {"results": None}, "999"),
        (200, {"results": ["x"]}, "999"),
        (200, {"results": [{**ROW, "lien_date_fin": "bientôt"}]}, "999"),
        (200, {"results": [{**ROW, "siret": "99910011800010"}]}, "999"),
        (200, [], "999"),
        (200, b"<html></html>", "999"),
        (200, b"", "999"),
        (200, b'{"results":' + b"[" * 100_000, "999"),
        (404, b"", "999"),
        (401, WHOLE, "999"),
        (429, WHOLE, "999"),
        (500, WHOLE, "999"),
        (502, b"", "001"),
        (504, b"", "002"),
        (307, b"", "000"),
    ],
    ids=[
        "no_line_003", "no_results_999", "null_999", "text_999", "bad_date_999", "somebody_else_999", "array_999",
        "page_999", "empty_999", "nested_999", "404_999", "401_999", "429_999", "500_999", "502_001", "504_002",
        "redirect_000",
    ],
)  # fmt: skip
async def test_every_other_row_of_the_sheet_is_an_error(status: int, body: object, suffix: str) -> None:
    assert await outcome(v3(BUILDER, None, answering(CONTRACT, body, status))) == suffix


@pytest.mark.parametrize(("limit", "size"), [(None, "1000"), ("1", "1"), ("0012", "12"), ("1000", "1000")])
async def test_the_question_names_the_establishment_current_lines_only_and_how_many(
    limit: str | None, size: str
) -> None:
    door = at_simulator()
    await v3(BUILDER, limit, door)
    (asked,) = door.asked
    assert (asked.method, asked.path) == ("GET", "")
    assert asked.query == {"size": size, "qs": "siret:99910088600012 AND traitement_termine:false"}


async def test_no_more_lines_leave_than_were_asked_for_and_the_next_page_is_left_alone() -> None:
    rows = [{**ROW, "_id": str(rank)} for rank in range(5)]
    door = answering(CONTRACT, {**WHOLE, "results": rows})
    data = await data_of(v3(BUILDER, "2", door))
    assert [item["meta"]["internal_id"] for item in data] == ["0", "1"]
    assert len(door.asked) == 1


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_personas_have_the_certificates_that_are_current(persona: Persona) -> None:
    end = await outcome(v3(Siret(persona.siret), None, at_simulator()))
    if persona.siren not in COUNTS:
        assert end == "003"
        return
    assert isinstance(end, Answer)
    assert len(end.data) == COUNTS[persona.siren]
    assert mismatches(CONTRACT, "certification_rge", 3, end) == []
    for item in end.data:
        assert item["date_attribution"] < "2026-03-17" < item["date_expiration"]
        assert item["meta"]["archived"] is False


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({"qs": "siret:99910088600012 AND traitement_termine:false", "size": "2"}, CREDENTIALS, 200),
        ({"qs": "siret:99910088600012 AND traitement_termine:false", "size": "2"}, {"referer": "r"}, 401),
        ({"qs": "siret:99910088600012 AND traitement_termine:false", "size": "2"}, {"x-apikey": "k"}, 401),
        ({"qs": "siret:99910088600012 AND traitement_termine:false"}, CREDENTIALS, 400),
        ({"qs": "siret:99910088600012", "size": "2"}, CREDENTIALS, 400),
    ],
    ids=["complete", "no_key", "no_referer", "no_size", "other_question"],
)
def test_the_simulator_wants_a_key_a_referer_and_this_question(
    query: dict[str, str], headers: dict[str, str], status: int
) -> None:
    handler = simulator(WORLD, lambda: NOW)
    said = handler(Asked("GET", "/", query, headers))
    assert said.status == status
    if status == 200:
        assert len(orjson.loads(said.body)["results"]) == 2
    assert handler(Asked("GET", "/ailleurs", query, headers)).status == 404


async def test_ping_accepts_an_unknown_establishment_and_a_certificate_as_signs_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].query == {"size": "1", "qs": "siret:13002526500013 AND traitement_termine:false"}
    door = answering(CONTRACT, {"results": [{}]})
    await ping(door)
    assert len(door.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(401, b""), (404, b""), (503, b""), (200, b"<html>")], ids=str)
async def test_ping_fails_on_anything_else(status: int, body: bytes) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(answering(CONTRACT, body, status))
    assert not isinstance(caught.value, NotFound)


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["ademe/certification_rge"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("ADEME", "19")
    assert CONTRACT.pings == ("ademe/certification_rge",)
    assert (CONTRACT.access.kind, {name.lower() for name in CONTRACT.access.secrets}) == ("headers", set(CREDENTIALS))
    assert (product.kinds["limit"], product.query, product.cache_key) == ("limit", ("limit",), ("siret", "limit"))
    assert product.scopes == {"certificat_rge_ademe", "open_data"}
    assert (product.open_data, product.pool) == (True, "json_resources_entreprise")
    assert product.freshness.seconds(NOW) == 0
    assert not any(leaf.withholdable for leaf in product.versions[3].fields.values())


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(body=(damaged(WHOLE, KEYS) | json_values(*KEYS)).map(as_json) | st.binary(max_size=32), status=STATUSES)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    for code in (200, status):
        end = await outcome(v3(BUILDER, None, answering(CONTRACT, body, code)))
        if isinstance(end, Answer):
            assert mismatches(CONTRACT, "certification_rge", 3, end) == []
        else:
            assert len(end) == 3


@pytest.mark.parametrize("fixture", recorded("ademe").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    siret = Siret(fixture.url.partition("siret:")[2][:14])
    end = await outcome(v3(siret, None, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(end, Answer):
        assert fixture.expected.startswith("200; 9 items")
        assert len(end.data) == 9
        assert mismatches(CONTRACT, "certification_rge", 3, end) == []
        assert (end.meta, end.links) == ({}, {})
    else:
        assert f"19{end}" in fixture.expected
