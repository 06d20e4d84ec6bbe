# SPDX-License-Identifier: EUPL-1.2
"""The conversation with simulated Adélie: every persona, the login, the questions as they are sent, the ping."""

from collections.abc import Callable
from urllib.parse import urlencode

import orjson
import pytest

from connectors.dgfip import attestation_fiscale, chiffres_affaires
from connectors.dgfip.ping import ping
from connectors.kit import Caller, NotFound, RegistryError, RegistryUnavailable, Siren, Siret, UnknownAnswer
from connectors.kit.contract import Contract
from connectors.kit.pdf import pages
from connectors.kit.simulation import Asked, Handler, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor

PERSONAS = load_world().personas
PERSONA = pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.siren)


@PERSONA
async def test_only_a_company_in_order_gets_a_certificate(
    persona: Persona, door: SimulatedDoor, caller: Caller
) -> None:
    asking = attestation_fiscale.v4(Siren(persona.siren), caller, door)
    if persona.dgfip == "a_jour" and not persona.redirige_vers:
        answer = await asking
        assert answer.document is not None
        (text,) = await pages(answer.document.content, 1)
        assert persona.siren in text
        assert "17/03/2026" in text
    else:
        with pytest.raises(NotFound):
            await asking


@PERSONA
async def test_turnovers_are_those_of_the_persona(persona: Persona, door: SimulatedDoor, caller: Caller) -> None:
    asking = chiffres_affaires.v3(Siret(persona.siret), caller, door)
    if persona.ca:
        answer = await asking
        assert [item["chiffre_affaires"] for item in answer.data] == [euros for _, euros in persona.ca]
        assert [item["date_fin_exercice"] for item in answer.data] == [f"{year}-12-31" for year, _ in persona.ca]
        assert answer.meta == {"count": len(persona.ca)}
    else:
        with pytest.raises(NotFound):
            await asking


async def test_an_unknown_company_is_a_not_found(door: SimulatedDoor, caller: Caller) -> None:
    with pytest.raises(NotFound):
        await attestation_fiscale.v3(Siren("130025265"), caller, door)
    with pytest.raises(NotFound):
        await chiffres_affaires.v3(Siret("13002526500013"), caller, door)


async def test_adelie_is_told_who_asks_and_under_which_number(door: SimulatedDoor, caller: Caller) -> None:
    await attestation_fiscale.v4(Siren("999100118"), caller, door)
    await chiffres_affaires.v3(Siret("99910011800010"), caller, door)
    certificate, turnovers = door.asked
    assert (certificate.method, certificate.path) == ("GET", "/adelie/v1/attestationFiscale")
    assert certificate.query == {
        "userId": caller.token_id,
        "siren": "999100118",
        "groupeIS": "NON",
        "groupeTVA": "NON",
    }
    assert (turnovers.method, turnovers.path) == ("GET", "/adelie/v1/chiffreAffaires")
    assert turnovers.query == {"userId": caller.token_id, "siret": "99910011800010"}
    for asked in door.asked:
        assert asked.headers["x-correlation-id"] == caller.request_id
        assert asked.headers["x-request-id"] == caller.request_id


def question(path: str, query: dict[str, str], door: SimulatedDoor, caller: Caller) -> Asked:
    headers = {**door.headers, "x-correlation-id": caller.request_id, "x-request-id": caller.request_id}
    return Asked("GET", path, {"userId": caller.token_id, **query}, headers)


@pytest.mark.parametrize(
    ("siret", "shape"),
    [("99910011800010", list), ("99910055500013", dict), ("99910033200017", type(None))],
    ids=["array", "object", "null"],
)
def test_turnovers_come_in_three_shapes(
    siret: str, shape: type, door: SimulatedDoor, caller: Caller, handler: Handler
) -> None:
    said = handler(question("/adelie/v1/chiffreAffaires", {"siret": siret}, door, caller))
    body = orjson.loads(said.body)
    assert said.status == 200
    assert isinstance(body and body["liste_ca"], shape)


def test_a_refusal_is_a_pdf_with_status_200(door: SimulatedDoor, caller: Caller, handler: Handler) -> None:
    query = {"siren": "999101322", "groupeIS": "NON", "groupeTVA": "NON"}
    said = handler(question("/adelie/v1/attestationFiscale", query, door, caller))
    assert (said.status, said.content_type) == (200, "application/pdf")
    assert said.body.startswith(b"%PDF-")


def test_a_question_without_its_identifiers_is_refused(door: SimulatedDoor, caller: Caller, handler: Handler) -> None:
    good = question("/adelie/v1/chiffreAffaires", {"siret": "99910011800010"}, door, caller)
    assert handler(good).status == 200
    assert handler(Asked("GET", good.path, {"siret": "99910011800010"}, good.headers)).status == 400
    assert handler(Asked("GET", good.path, {**good.query, "userId": "moi"}, good.headers)).status == 400
    assert handler(Asked("GET", good.path, good.query, door.headers)).status == 400
    assert handler(question("/adelie/v1/attestationFiscale", {"siren": "999100118"}, door, caller)).status == 400
    assert handler(question("/adelie/v1/autre", {}, door, caller)).status == 404
    assert handler(Asked("GET", "/autre")).status == 404


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"scope": "tout"}, 400, "invalid_scope"),
    ],
    ids=["grant", "id", "secret", "scope"],
)
def test_the_login_is_checked(
    changed: dict[str, str], status: int, error: str, login: dict[str, str], handler: Handler
) -> None:
    said = handler(Asked("POST", "/token", body=urlencode(login | changed).encode()))
    assert (said.status, orjson.loads(said.body)) == (status, {"error": error})


def test_a_token_does_not_say_how_long_it_lives(login: dict[str, str], handler: Handler) -> None:
    given = orjson.loads(handler(Asked("POST", "/token", body=urlencode(login).encode())).body)
    assert "expires_in" not in given
    assert handler(Asked("GET", "/adelie/v1/etatSante", {}, {"authorization": "Bearer autre"})).status == 401
    headers = {"authorization": f"Bearer {given['access_token']}"}
    assert handler(Asked("GET", "/adelie/v1/etatSante", {}, headers)).status == 200


async def test_ping_asks_adelie_how_it_is(door: SimulatedDoor) -> None:
    await ping(door)
    (asked,) = door.asked
    assert (asked.method, asked.path, asked.query) == ("GET", "/adelie/v1/etatSante", {})


@pytest.mark.parametrize(
    ("status", "kind"), [(204, UnknownAnswer), (404, UnknownAnswer), (500, UnknownAnswer), (503, RegistryUnavailable)]
)
async def test_ping_fails_on_anything_but_200(
    status: int, kind: type[RegistryError], answering: Callable[..., SimulatedDoor]
) -> None:
    with pytest.raises(kind):
        await ping(answering(b"{}", status))


def test_the_contract_says_what_the_sheet_says(contract: Contract) -> None:
    certificate, turnovers = (
        contract.products["dgfip/attestation_fiscale"],
        contract.products["dgfip/chiffres_affaires"],
    )
    assert (contract.provider, contract.error_prefix) == ("DGFIP - Adélie", "03")
    assert contract.pings == ("dgfip/attestation_fiscale", "dgfip/chiffre_affaires", "dgfip/liasses_fiscales")
    assert [(window.start.hour, window.end.hour) for window in contract.maintenance] == [(1, 2)]
    assert certificate.scopes == {"attestations_fiscales", "attestation_fiscale_dgfip"}
    assert turnovers.scopes == {"exercices", "chiffre_affaires_dgfip"}
    assert (certificate.pool, turnovers.pool) == ("high_latency_documents", "json_resources_entreprise")
    assert (certificate.cache_key, turnovers.cache_key) == (("siren",), ("siret",))
    assert turnovers.versions[3].collection
    assert not any(leaf.withholdable for leaf in certificate.versions[4].fields.values())
