# SPDX-License-Identifier: EUPL-1.2
"""Headers clients steer by: pools, cache, request ids; and the pages beside data."""

import time
from typing import Any

import httpx
import jwt
import pytest

from tests.promises.accounts import records

PARAMETERS = {"context": "Essai", "object": "essai", "recipient": "13002526500013"}
BUILDER = "/v4/insee/sirene/unites_legales/999100886"


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        (BUILDER, "250"),
        ("/v4/urssaf/unites_legales/999100886/attestation_vigilance", "100"),
        ("/v4/dgfip/unites_legales/999100886/attestation_fiscale", "5"),
        ("/v3/dgfip/etablissements/99910088600012/chiffres_affaires", "250"),
    ],
)
def test_pools_have_the_limits_clients_recognise_them_by(get: Any, path: str, limit: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["ratelimit-limit"] == limit
    assert int(answer.headers["ratelimit-remaining"]) == int(limit) - 1
    reset = int(answer.headers["ratelimit-reset"])
    assert reset % 60 == 0
    assert time.time() - 1 <= reset <= time.time() + 60


def test_v3_and_v4_share_one_counter_and_products_one_pool(get: Any) -> None:
    paths = (BUILDER, BUILDER.replace("v4", "v3"), "/v3/insee/sirene/etablissements/99910088600012")
    told = [get(path).headers for path in paths]
    while len({one["ratelimit-reset"] for one in told}) > 1:  # the minute turned in between
        told = [get(path).headers for path in paths]
    first, *others = (int(one["ratelimit-remaining"]) for one in told)
    assert others == [first - 1, first - 2]


def test_refusals_carry_the_counters_too(get: Any) -> None:
    answer = get(BUILDER, {})
    assert (answer.status_code, answer.headers["ratelimit-limit"]) == (422, "250")
    assert answer.headers["x-response-cached"] == "false"


def test_a_second_call_is_answered_from_what_is_kept_and_says_for_how_long(get: Any) -> None:
    path = "/v3/insee/sirene/etablissements/99910088600012/adresse"
    first, second = get(path), get(path)
    assert second.headers["x-response-cached"] == "true"
    left = [int(answer.headers["x-cache-expires-in"] or 3600) for answer in (first, second)]
    assert left[0] - 10 <= left[1] <= left[0] <= 3600  # another test may have asked before
    assert second.json()["meta"]["passerelle"]["en_cache"] is True
    assert first.json()["data"] == second.json()["data"]
    fresh = get(path, headers={"Cache-Control": "no-cache"})
    assert (fresh.headers["x-response-cached"], fresh.headers["x-cache-expires-in"]) == ("false", "")


def test_what_urssaf_was_told_for_one_recipient_is_never_served_to_another(get: Any) -> None:
    path = "/v4/urssaf/unites_legales/999100779/attestation_vigilance"
    one, other = ({**PARAMETERS, "recipient": siret} for siret in ("99910022500013", "99910033200017"))
    assert get(path, one).headers["x-response-cached"] == "false"
    assert get(path, one).headers["x-response-cached"] == "true"
    assert get(path, other).headers["x-response-cached"] == "false"


def test_request_ids_are_echoed_when_harmless_and_made_otherwise(get: Any) -> None:
    assert get(BUILDER, headers={"X-Request-Id": "dossier-42"}).headers["x-request-id"] == "dossier-42"
    assert len(get(BUILDER, headers={"X-Request-Id": "x" * 500}).headers["x-request-id"]) == 36
    made = get(BUILDER)
    assert made.headers["x-request-id"] == made.json()["meta"]["passerelle"]["identifiant"]


def test_answers_are_for_the_caller_alone(get: Any) -> None:
    assert get(BUILDER).headers["cache-control"] == "private, no-store"


def test_privileges_list_old_and_new_names_without_audit_parameters(client: httpx.Client, bearer: Any) -> None:
    for path in ("/privileges", "/v2/privileges"):
        scopes = client.get(path, headers=bearer.header).json()["data"]["privileges"]
        assert {"attestations_sociales", "attestation_sociale_urssaf", "attestations_fiscales", "open_data"} <= set(
            scopes
        )
    refused = client.get("/privileges")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (401, "00101")


def test_the_token_can_be_read_by_clients_that_do_not_verify_it(bearer: Any) -> None:
    claims = jwt.decode(bearer.text, options={"verify_signature": False})
    assert {"uid", "jti", "sub", "iat", "exp", "version", "scopes"} <= set(claims)
    assert claims["uid"] == claims["jti"] == bearer.id
    assert {"attestation_sociale_urssaf", "attestations_sociales"} <= set(claims["scopes"])


@pytest.mark.parametrize(
    "name", ["insee/sirene", "urssaf/attestation_sociale", "dgfip/attestation_fiscale", "dgfip/chiffre_affaires"]
)
def test_pings_answer_without_a_token(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/ping/{name}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert set(answer.json()) == {"status", "last_update", "last_ok_status"}


def test_an_unknown_ping_is_an_empty_404(client: httpx.Client) -> None:
    answer = client.get("/ping/nowhere")
    assert (answer.status_code, answer.json()) == (404, {})


def test_all_pings_are_listed_with_their_addresses(client: httpx.Client, sandbox: Any) -> None:
    listed = {ping["name"]: ping["url"] for ping in client.get("/pings").json()}
    assert listed["insee/sirene"] == f"{sandbox.address}/ping/insee/sirene"


@pytest.mark.parametrize("path", ["/v2/ping", "/v3/ping", "/v4/ping", "/health/live", "/health/ready"])
def test_health(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_an_answer_goes_on_with_the_callers_trace_or_begins_one(get: Any) -> None:
    trace, parent = "4b" * 16, "a1" * 8
    told = get(BUILDER, headers={"traceparent": f"00-{trace}-{parent}-00"}).headers["traceresponse"]
    version, went_on, span, flags = told.split("-")
    assert (version, went_on, flags) == ("00", trace, "01")
    assert span not in (parent, "0" * 16)
    begun = [get(BUILDER, headers=head).headers["traceresponse"] for head in ({}, {"traceparent": "00-x-y-01"})]
    assert len({told, *begun}) == 3
    assert all(len(one) == 55 and trace not in one for one in begun)


def test_the_record_says_the_agent_without_naming_it_the_trace_and_how_fresh_the_answer_was(
    sandbox: Any, get: Any, bearer: Any
) -> None:
    path = "/v4/insee/sirene/unites_legales/999100225"
    named = "agent-0f3c9d.essai"
    for more in ({"headers": {"Dlnuf-Agent": named}}, {"parameters": {**PARAMETERS, "user_id": named}}):
        answer = get(path, more.get("parameters"), more.get("headers"))
        assert answer.status_code == 200
        trace = answer.headers["traceresponse"].split("-")[1]
    mine = [record for record in records(sandbox.state) if record.get("token") == bearer.id]
    answered = [record for record in mine if record["event"] == "answered"]
    assert len(answered) == 2
    assert len({record["agent"] for record in mine}) == 1
    assert mine[0]["agent"].startswith("hmac-sha256:")
    assert answered[-1]["trace"] == trace
    meta = answer.json()["meta"]["passerelle"]
    assert answered[-1]["cached"] is meta["en_cache"] is True
    assert answered[0]["obtained_at"] == answered[1]["obtained_at"] <= time.time() <= answered[1]["fresh_until"]
    for stored in sandbox.state.iterdir():
        if stored.is_file():
            assert named.encode() not in stored.read_bytes(), stored.name


def test_an_agent_that_cannot_be_read_is_told_so(get: Any) -> None:
    refused = get(BUILDER, headers={"Dlnuf-Agent": "Jeanne Dupuis"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "00401")
    assert "Dlnuf-Agent" in refused.json()["errors"][0]["detail"]
