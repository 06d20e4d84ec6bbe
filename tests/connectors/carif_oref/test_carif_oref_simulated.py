# SPDX-License-Identifier: EUPL-1.2
"""The Carif-Oref's registry: every persona, hostile answers, the ping, the contract, the recorded exchanges."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.carif_oref.ping import ping
from connectors.carif_oref.qualiopi import v3
from connectors.carif_oref.simulator import simulator
from connectors.kit import Answer, Siret, UnknownAnswer
from connectors.kit.simulation import Asked, Persona
from tests.connectors.carif_oref.carif_oref_answers import BODY, CONTRACT, WORLD, at_simulator
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

ORIGINS = {"999100886": False, "999100332": True, "999100449": None, "999101983": False}


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v3(Siret(persona.siret), at_simulator()))
    if persona.siren not in ORIGINS:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "qualiopi", 3, got) == []
    (declaration,) = got.data["declarations_activites_etablissement"]
    assert declaration["certification_qualiopi"]["obtention_via_unite_legale"] is ORIGINS[persona.siren]


async def test_the_large_builder_has_a_label_and_a_right_valid_today() -> None:
    data = await data_of(v3(Siret("99910088600012"), at_simulator()))
    (right,) = data["habilitations_france_competence"]
    assert right["date_actif"] < "2026-03-17" < right["date_fin_enregistrement"]
    assert data["declarations_activites_etablissement"][0]["certification_qualiopi"]["action_formation"] is True


def test_the_simulator_wants_its_token_and_knows_no_other_address() -> None:
    handler = simulator(WORLD, lambda: NOW)
    assert handler(Asked("GET", "/organisme/99910088600012")).status == 401
    assert handler(Asked("GET", "/autre", {}, {"token-connexion": "j"})).status == 404


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(BODY, ("siret_actif", "siret", "nda")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v3(Siret("99910088600012"), answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "qualiopi", 3, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_an_unknown_establishment_for_a_sign_of_life() -> None:
    await ping(at_simulator())


@pytest.mark.parametrize(("body", "status"), [(b"", 404), ({}, 200), (b"", 200), (BODY, 401)], ids=str)
async def test_ping_fails_on_anything_else(body: object, status: int) -> None:
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, body, status))


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["carif_oref/qualiopi"]
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("CARIF-OREF", "33")
    assert dict(CONTRACT.access.secrets) == {"token-connexion": "CARIF_OREF_TOKEN"}
    assert dict(CONTRACT.access.fixed) == {"accept": "application/json"}
    assert (product.scopes, product.open_data) == ({"certifications_qualiopi_france_competences"}, False)


@pytest.mark.parametrize("fixture", recorded("carif_oref").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    got = await outcome(v3(Siret(fixture.url[-14:]), answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(got, Answer):
        assert fixture.expected == "200"
        assert mismatches(CONTRACT, "qualiopi", 3, got) == []
        assert got.data["habilitations_france_competence"][0]["date_fin_enregistrement"] == "2024-01-01"
    else:
        assert fixture.expected == f"404 33{got}"
