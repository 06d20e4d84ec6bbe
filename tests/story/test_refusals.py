# SPDX-License-Identifier: EUPL-1.2
"""Each refusal by its code, through HTTP: status, body shape, media type, and what it tells the caller."""

import json
import sqlite3
import time
from typing import Any

import httpx
import jwt
import pytest

COMPANY = "/v4/insee/sirene/unites_legales/999100118"
VIGILANCE = "/v4/urssaf/unites_legales/999100118/attestation_vigilance"
PARAMETERS = {"context": "Marchés publics", "object": "marche-127", "recipient": "13002526500013"}
JSON, JSON_API = "application/json", "application/vnd.api+json"


def expect(answer: httpx.Response, status: int, *codes: str, media: str = JSON) -> list[dict[str, Any]]:
    """The errors of an answer, after checking everything every error promises."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == media
    body = answer.json()
    assert list(body) == ["errors"]
    assert [error["code"] for error in body["errors"]] == list(codes)
    for error in body["errors"]:
        assert set(error) - {"source"} == {"code", "title", "detail", "meta"}
        assert error["title"]
        assert error["detail"].endswith(".")
    return list(body["errors"])


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PARAMETERS.items() if key != name}


def test_00101_no_token(client: httpx.Client) -> None:
    answer = client.get(COMPANY, params=PARAMETERS)
    (error,) = expect(answer, 401, "00101")
    assert error["source"] == {"parameter": "token"}
    assert answer.headers["www-authenticate"] == "Bearer"


def test_00101_a_token_in_the_address_is_refused_and_told_why(client: httpx.Client, bearer: Any) -> None:
    (error,) = expect(client.get(COMPANY, params={**PARAMETERS, "token": bearer.text}), 401, "00101")
    assert "journaux" in error["detail"]
    assert bearer.text not in str(error)
    expect(client.get(COMPANY, params={**PARAMETERS, "token": bearer.text}, headers=bearer.header), 401, "00101")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text[:-5], id="truncated"),
        pytest.param(lambda text: text + "=", id="padded"),
        pytest.param(lambda text: text[:-2] + ("AA" if text[-2:] != "AA" else "BB"), id="signature changed"),
        pytest.param(lambda text: text.replace(".", "", 1), id="two segments"),
        pytest.param(lambda text: "é" * 20, id="not ascii"),
        pytest.param(lambda text: "a" * 9000, id="huge"),
        pytest.param(lambda text: jwt.encode({"jti": "x"}, "", algorithm="none"), id="alg none"),
        pytest.param(lambda text: jwt.encode({"jti": "x"}, "s" * 32, algorithm="HS256"), id="another algorithm"),
    ],
)
def test_00101_a_token_we_did_not_sign(client: httpx.Client, bearer: Any, spoil: Any) -> None:
    header = {"Authorization": f"Bearer {spoil(bearer.text)}".encode()}
    expect(client.get(COMPANY, params=PARAMETERS, headers=header), 401, "00101")


def test_00103_an_expired_token(get: Any, sandbox: Any) -> None:
    expect(get(COMPANY, token=sandbox.token(days=-0.5)), 401, "00103")


def test_00105_a_revoked_token_is_refused_within_a_second(get: Any, sandbox: Any) -> None:
    token = sandbox.token()
    assert get(COMPANY, token=token).status_code == 200
    sandbox.register.revoke(token.id, int(time.time()))
    time.sleep(1)
    expect(get(COMPANY, token=token), 401, "00105")


def test_00105_a_closed_habilitation(get: Any, sandbox: Any) -> None:
    token = sandbox.token()
    sandbox.register.close_habilitation(token.habilitation_id, int(time.time()))
    expect(get(COMPANY, token=token), 401, "00105")


def test_00107_an_address_the_habilitation_does_not_name(get: Any, sandbox: Any) -> None:
    (error,) = expect(get(COMPANY, token=sandbox.token(allowed_ips=("192.0.2.0/24",))), 403, "00107")
    assert error["source"] == {"header": "X-Forwarded-For"}
    assert get(COMPANY, token=sandbox.token(allowed_ips=("127.0.0.0/8",))).status_code == 200


def test_00107_the_record_names_the_token_that_was_refused(get: Any, sandbox: Any) -> None:
    token = sandbox.token(allowed_ips=("192.0.2.0/24",))
    get(COMPANY, token=token)
    with sqlite3.connect(f"file:{sandbox.state}/audit.db?mode=ro", uri=True) as log:
        (entry,) = log.execute("SELECT CAST(entry AS TEXT) FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    record = json.loads(entry)
    assert (record["event"], record["code"], record["token"]) == ("refused", "00107", token.id)
    assert token.text not in entry


def test_00107_a_forged_forwarded_header_is_not_believed(get: Any, sandbox: Any) -> None:
    token = sandbox.token(allowed_ips=("192.0.2.0/24",))
    expect(get(COMPANY, headers={"X-Forwarded-For": "192.0.2.7"}, token=token), 403, "00107")


def test_x_api_key_is_accepted(client: httpx.Client, bearer: Any) -> None:
    assert client.get(COMPANY, params=PARAMETERS, headers={"X-Api-Key": bearer.text}).status_code == 200


def test_00100_a_product_outside_the_scopes(get: Any, sandbox: Any) -> None:
    token = sandbox.token(scopes=frozenset({"entreprises"}))
    assert get(COMPANY, token=token).status_code == 200
    expect(get(VIGILANCE, token=token), 403, "00100")


def test_00100_open_data_scopes_do_not_open_protected_products(get: Any, sandbox: Any) -> None:
    token = sandbox.token(scopes=frozenset({"open_data"}))
    assert get("/v4/insee/sirene/unites_legales/diffusibles/999100118", token=token).status_code == 200
    expect(get(COMPANY, token=token), 403, "00100")


def test_00100_a_product_the_purpose_forbids(get: Any, sandbox: Any) -> None:
    token = sandbox.token("subventions_associations", scopes=frozenset({"exercices", "attestations_fiscales"}))
    expect(get("/v3/dgfip/etablissements/99910011800010/chiffres_affaires", token=token), 403, "00100")
    assert get("/v4/dgfip/unites_legales/999100118/attestation_fiscale", token=token).status_code == 200


def test_00100_a_purpose_whose_legal_basis_nobody_gave(get: Any, sandbox: Any) -> None:
    expect(get(COMPANY, token=sandbox.token("aides_publiques", basis=())), 403, "00100")
    assert get(COMPANY, token=sandbox.token("aides_publiques")).status_code == 200


@pytest.mark.parametrize(("name", "code"), [("context", "00201"), ("object", "00202"), ("recipient", "00203")])
def test_a_missing_parameter(get: Any, name: str, code: str) -> None:
    (error,) = expect(get(COMPANY, without(name)), 422, code)
    assert error["source"] == {"parameter": name}


def test_all_missing_parameters_come_in_one_answer(get: Any) -> None:
    expect(get(COMPANY, {}), 422, "00201", "00203", "00202")


@pytest.mark.parametrize(("name", "code"), [("context", "00201"), ("object", "00202"), ("recipient", "00203")])
def test_a_repeated_or_empty_parameter(get: Any, name: str, code: str) -> None:
    expect(get(COMPANY, [*PARAMETERS.items(), (name, "13002526500013")]), 422, code)
    expect(get(COMPANY, {**PARAMETERS, name: ""}), 422, code)


def test_00402_a_version_nobody_knows(get: Any) -> None:
    for path in ("/v9/insee/sirene/unites_legales/999100118", "/v4/insee/sirene/etablissements/99910011800010/adresse"):
        expect(get(path), 404, "00402", media=JSON_API)


@pytest.mark.parametrize(
    "recipient", ["13002526500014", "1300252650001", "abc", "130025265", "１３００２５２６５０００１３"]
)
def test_00210_a_recipient_that_is_no_siret(get: Any, recipient: str) -> None:
    (error,) = expect(get(COMPANY, {**PARAMETERS, "recipient": recipient}), 422, "00210", media=JSON_API)
    assert error["source"] == {"parameter": "recipient"}


def test_00213_a_recipient_outside_the_habilitation(get: Any, sandbox: Any) -> None:
    token = sandbox.token(recipients=frozenset({"13002526500013"}))
    assert get(COMPANY, token=token).status_code == 200
    answer = get(COMPANY, {**PARAMETERS, "recipient": "99910077900019"}, token=token)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "00213")


def test_a_recipient_equal_to_the_company_called_is_accepted(get: Any) -> None:
    assert get(COMPANY, {**PARAMETERS, "recipient": "99910011800010"}).status_code == 200


def test_la_poste_is_a_recipient_without_a_check_digit(get: Any) -> None:
    assert get(COMPANY, {**PARAMETERS, "recipient": "35600000012345"}).status_code == 200


@pytest.mark.parametrize(
    "siren", ["999100119", "99910011", "9991001180", "abcdefghi", "999 100 118", "٩٩٩١٠٠١١٨", "%00"]
)
def test_00301_a_malformed_siren(get: Any, siren: str) -> None:
    (error,) = expect(get(f"/v4/insee/sirene/unites_legales/{siren}"), 422, "00301", media=JSON_API)
    assert error["source"] == {"parameter": "siren"}


def test_00302_a_malformed_siret(get: Any) -> None:
    (error,) = expect(get("/v4/insee/sirene/etablissements/99910011800011"), 422, "00302", media=JSON_API)
    assert error["source"] == {"parameter": "siret"}


def test_00429_beyond_the_pool(get: Any, sandbox: Any) -> None:
    path = "/v4/dgfip/unites_legales/999100332/attestation_fiscale"
    answers = [get(path) for _ in range(11)]  # five a minute: eleven calls pass it whenever the minute turns
    refused = next(answer for answer in answers if answer.status_code == 429)
    expect(refused, 429, "00429")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-remaining"] == "0"
    assert {answer.status_code for answer in answers} == {404, 429}


def test_00429_beyond_the_habilitation_s_own_limit(get: Any, sandbox: Any) -> None:
    token = sandbox.token(rate_limit=3)
    answers = [get(COMPANY, token=token) for _ in range(7)]
    assert answers[0].headers["ratelimit-limit"] == "3"
    assert 429 in {answer.status_code for answer in answers}


def test_a_safe_listed_token_is_never_counted(get: Any, sandbox: Any) -> None:
    token = sandbox.token(safe_listed=True)
    answers = [get("/v4/dgfip/unites_legales/999100332/attestation_fiscale", token=token) for _ in range(8)]
    assert {answer.status_code for answer in answers} == {404}
    assert "ratelimit-limit" not in answers[0].headers


def test_unknown_parameters_are_ignored(get: Any) -> None:
    assert get(COMPANY, {**PARAMETERS, "non_diffusables": "true", "user_id": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v4/insee/sirene/unites_legales/999101439", 451, "01005"),
        ("/v4/insee/sirene/unites_legales/999109994", 404, "01003"),
        ("/v4/insee/sirene/unites_legales/diffusibles/999101108", 404, "01003"),
        ("/v3/insee/sirene/etablissements/99910011800010/successions", 404, "01003"),
        ("/v3/urssaf/unites_legales/999100225/attestation_vigilance", 502, "04503"),
        ("/v4/urssaf/unites_legales/999100662/attestation_vigilance", 404, "04003"),
        ("/v4/urssaf/unites_legales/999101215/attestation_vigilance", 502, "04501"),
        ("/v4/dgfip/unites_legales/999101322/attestation_fiscale", 404, "03003"),
        ("/v3/dgfip/etablissements/99910033200017/chiffres_affaires", 404, "03003"),
    ],
)
def test_what_registries_refuse(get: Any, path: str, status: int, code: str) -> None:
    (error,) = expect(get(path), status, code, media=JSON_API)
    assert error["meta"]["provider"] in ("INSEE", "ACOSS", "DGFIP - Adélie")


@pytest.mark.parametrize(
    ("fault", "status", "suffix"), [("down", 502, "001"), ("wrong", 502, "999"), ("limited", 502, "999")]
)
@pytest.mark.parametrize(
    ("registry", "path", "prefix"),
    [
        ("insee", COMPANY, "01"),
        ("dgfip", "/v3/dgfip/etablissements/99910088600012/chiffres_affaires", "03"),
        ("urssaf", VIGILANCE, "04"),
    ],
)
def test_a_fault_asked_for_in_a_header_becomes_the_registry_s_code(
    get: Any, registry: str, path: str, prefix: str, fault: str, status: int, suffix: str
) -> None:
    headers = {"X-Sandbox-Fault": f"{registry}={fault}", "Cache-Control": "no-cache"}
    expect(get(path, headers=headers), status, prefix + suffix, media=JSON_API)


def test_unknown_addresses_are_refused_in_plain_text(client: httpx.Client) -> None:
    for path, status in (("/v3/inconnu", 404), ("/v4", 404), ("/ailleurs", 404), ("/v2/entreprises/1", 410)):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
        assert answer.text.endswith(".\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_get(client: httpx.Client, bearer: Any, method: str) -> None:
    answer = client.request(method, COMPANY, params=PARAMETERS, headers=bearer.header)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
