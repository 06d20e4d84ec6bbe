# SPDX-License-Identifier: EUPL-1.2
"""The conversation with the simulated Urssaf: every persona, the login, the demand as it is sent, the ping."""

import base64
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import orjson
import pytest

from connectors.kit import (
    Answer,
    Caller,
    NotFound,
    RegistryError,
    RegistryRefusal,
    RegistryUnavailable,
    Siren,
    UnknownAnswer,
)
from connectors.kit.contract import Contract
from connectors.kit.simulation import Asked, Handler, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.urssaf.attestation_vigilance import AttestationV4, v3, v4
from connectors.urssaf.ping import ping
from connectors.urssaf.simulator import simulator

PERSONAS = load_world().personas
DEMAND = "/attn/entreprise/v1/demandes/api_entreprise"


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: object, door: SimulatedDoor, caller: Caller) -> None:
    known = next(one for one in PERSONAS if one is persona)
    expected = "inconnu" if known.redirige_vers else known.urssaf
    outcome: Answer[AttestationV4] | RegistryError
    try:
        outcome = await v4(Siren(known.siren), caller, door)
    except RegistryError as error:
        outcome = error
    match expected, outcome:
        case "a_jour", Answer(data=data):
            assert data["entity_status"]["code"] == "ok"
            assert data["date_debut_validite"] == "2026-02-28"
            assert data["date_fin_validite"] == "2026-08-31"
            assert len(data["code_securite"] or "") == 15
        case "refus", Answer(data=data):
            assert data["entity_status"]["code"] == "refus_de_delivrance"
        case "analyse", RegistryRefusal(suffix="501", retry_in=172800):
            pass
        case "inconnu", NotFound(provider_errors=[{"code": "FUNC517"}]):
            pass
        case _:
            pytest.fail(f"{expected}: {outcome!r}")


async def test_v3_gives_the_same_document(door: SimulatedDoor, caller: Caller) -> None:
    old, new = await v3(Siren("999100118"), caller, door), await v4(Siren("999100118"), caller, door)
    assert old.document == new.document
    assert old.data == {"document_url": None, "expires_in": None}


async def test_the_urssaf_is_told_the_token_and_the_recipient(door: SimulatedDoor, caller: Caller) -> None:
    await v4(Siren("999100118"), caller, door)
    (asked,) = door.asked
    assert (asked.method, asked.path) == ("POST", DEMAND)
    assert orjson.loads(asked.body) == {
        "typeAttestation": "AVG_UR",
        "siren": "999100118",
        "idClient": caller.token_id,
        "beneficiaire": caller.recipient,
    }


def test_a_certificate_comes_as_bare_base64_announced_as_json(door: SimulatedDoor, handler: Handler) -> None:
    body = {"typeAttestation": "AVG_UR", "siren": "999100118", "idClient": "u" * 36, "beneficiaire": "1" * 14}
    said = handler(Asked("POST", DEMAND, {}, door.headers, orjson.dumps(body)))
    assert said.content_type == "application/json;charset=UTF-8"
    assert base64.b64decode(said.body, validate=True).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"typeAttestation":"AVG_UR","siren":"999100118"}', b'{"typeAttestation":"X"}'],
    ids=["nothing", "empty", "array", "incomplete", "other_type"],
)
def test_a_malformed_demand_is_refused_by_the_simulator(body: bytes, door: SimulatedDoor, handler: Handler) -> None:
    said = handler(Asked("POST", DEMAND, {}, door.headers, body))
    assert said.status == 400
    assert [item["code"] for item in orjson.loads(said.body)] == ["FUNC510"]


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"scope": "autre"}, 400, "invalid_scope"),
        ({"scope": ""}, 400, "invalid_scope"),
    ],
    ids=["grant", "id", "secret", "other_scope", "no_scope"],
)
def test_the_login_is_checked(
    changed: dict[str, str], status: int, error: str, login: dict[str, str], handler: Handler
) -> None:
    said = handler(Asked("POST", "/api/oauth/v1/token", body=urlencode(login | changed).encode()))
    assert (said.status, orjson.loads(said.body)) == (status, {"error": error})


def test_a_token_lives_an_hour_and_none_is_a_401(login: dict[str, str], door: SimulatedDoor) -> None:
    now = [door.now()]
    handler = simulator(load_world(), lambda: now[0])
    given = orjson.loads(handler(Asked("POST", "/api/oauth/v1/token", body=urlencode(login).encode())).body)
    assert given["expires_in"] == 3600
    demand = Asked("POST", DEMAND, {}, {"authorization": f"Bearer {given['access_token']}"}, b"{}")
    assert handler(demand).status == 400
    assert handler(Asked("POST", DEMAND, {}, {"authorization": "Bearer autre"}, b"{}")).status == 401
    assert handler(Asked("POST", DEMAND)).status == 401
    now[0] += timedelta(hours=1)
    assert handler(demand).status == 401


def test_other_addresses_are_unknown(handler: Handler) -> None:
    assert handler(Asked("GET", "/")).status == 404


async def test_ping_accepts_an_unknown_company_as_a_sign_of_life(door: SimulatedDoor) -> None:
    await ping(door)
    assert orjson.loads(door.asked[0].body) == {
        "typeAttestation": "AVG_UR",
        "siren": "130025265",
        "idClient": "00000000-0000-0000-0000-000000000000",
        "beneficiaire": "13002526500013",
    }


async def test_ping_accepts_a_certificate(answering: Callable[..., SimulatedDoor]) -> None:
    door = answering(base64.b64encode(b"%PDF-1.7"))
    await ping(door)
    assert len(door.asked) == 1


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 200, UnknownAnswer),
        (b"[]", 200, UnknownAnswer),
        (b"{}", 200, UnknownAnswer),
        (b"null", 200, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
        (b"Service Unavailable", 503, RegistryUnavailable),
    ],
    ids=["empty", "no_codes", "object", "null", "page", "down"],
)
async def test_ping_fails_on_anything_else(
    body: bytes, status: int, kind: type[RegistryError], answering: Callable[..., SimulatedDoor]
) -> None:
    with pytest.raises(kind):
        await ping(answering(body, status))


def test_the_contract_says_what_the_sheet_says(contract: Contract) -> None:
    product = contract.products["urssaf/attestation_vigilance"]
    assert (contract.provider, contract.error_prefix, contract.pings) == (
        "ACOSS",
        "04",
        ("urssaf/attestation_sociale",),
    )
    assert product.cache_key == ("siren", "recipient")
    assert product.scopes == {"attestations_sociales", "attestation_sociale_urssaf"}
    assert {number: version.deprecated for number, version in product.versions.items()} == {3: True, 4: False}
    assert not product.versions[3].fields["document_url"].withholdable
    assert product.versions[4].fields["document_url"].withholdable
    assert product.fields_of("document", 4) == ("document_url", "document_url_expires_in")
