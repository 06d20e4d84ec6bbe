# SPDX-License-Identifier: EUPL-1.2
"""Data.Subvention: every persona, the login, hostile answers, the ping, the contract, the recorded exchanges."""

import json
from datetime import timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.data_subvention.ping import ping
from connectors.data_subvention.simulator import simulator
from connectors.data_subvention.subventions import v3
from connectors.kit import Answer, UnknownAnswer
from connectors.kit.simulation import Asked, Persona
from tests.connectors.data_subvention.data_subvention_answers import (
    APPLICATION,
    CONTRACT,
    PAYMENT,
    WORLD,
    at_simulator,
    body_of,
)
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

LOGIN = Asked("POST", "/auth/login", body=b'{"email":"nous@example.org","password":"p"}')
GRANTS = "/association/999100449/grants"


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v3(persona.siren, at_simulator()))
    if persona.siren != "999100449":
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "subventions", 3, got) == []
    assert [item["demande_subvention"] is not None for item in got.data] == [True, True, False]


@pytest.mark.parametrize("number", ["999100449", "99910044900019", "W999104404"])
async def test_the_association_is_known_by_its_three_numbers(number: str) -> None:
    first = (await data_of(v3(number, at_simulator())))[0]
    key = first["demande_subvention"]["jointure_demandes_et_versements"]
    assert first["paiements"][0]["jointure_demandes_et_versements"] == key
    assert first["demande_subvention"]["annee_exercice_demande"] == 2025


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"email":"nous@example.org"}'], ids=str)
def test_a_bad_login_is_refused(body: bytes) -> None:
    assert simulator(WORLD, lambda: NOW)(Asked("POST", "/auth/login", body=body)).status == 401


def test_a_token_lives_until_the_date_it_came_with_and_none_is_a_401() -> None:
    now = [NOW]
    handler = simulator(WORLD, lambda: now[0])
    jwt = orjson.loads(handler(LOGIN).body)["user"]["jwt"]
    assert jwt["expirateDate"] == "2026-03-17T10:30:00.000Z"  # an hour after 10:30 in Paris, in winter time
    asked = Asked("GET", GRANTS, {}, {"x-access-token": jwt["token"]})
    assert handler(asked).status == 200
    assert handler(Asked("GET", GRANTS)).status == 401
    now[0] += timedelta(hours=1)
    assert handler(asked).status == 401
    assert handler(Asked("GET", "/autre", {}, {"x-access-token": jwt["token"]})).status == 404


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40)
    | damaged(body_of(APPLICATION, [PAYMENT]), ("value", "subventions")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v3("999100449", answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "subventions", 3, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_its_own_words_for_a_sign_of_life() -> None:
    await ping(at_simulator())
    await ping(answering(CONTRACT, {"subventions": []}))
    await ping(answering(CONTRACT, {"message": "x", "code": 0}, 400))


@pytest.mark.parametrize(("body", "status"), [(b"", 404), ({}, 404), (b"", 200), ({"message": "x"}, 401)], ids=str)
async def test_ping_fails_on_anything_else(body: object, status: int) -> None:
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, body, status))


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["data_subvention/subventions"]
    access = CONTRACT.access
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("DataSubvention", "52")
    assert (access.kind, access.token_url, access.token_header) == ("json_login", "/auth/login", "x-access-token")
    assert (access.token_field, access.life) == ("user.jwt.token", "date:user.jwt.expirateDate")
    assert dict(access.secrets) == {"email": "DATA_SUBVENTION_EMAIL", "password": "DATA_SUBVENTION_PASSWORD"}
    assert (product.scopes, product.open_data) == ({"data_subvention_subventions"}, False)


@pytest.mark.parametrize(
    "fixture",
    [one for one in recorded("data_subvention").values() if one.name != "auth_login"],
    ids=lambda fixture: fixture.name,
)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    number = fixture.url.split("/")[-2]
    got = await outcome(v3(number, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(got, Answer):
        assert fixture.expected == f"200, {len(got.data)} items"
        assert mismatches(CONTRACT, "subventions", 3, got) == []
    else:
        assert fixture.expected == f"404 52{got}"
