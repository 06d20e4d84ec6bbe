# SPDX-License-Identifier: EUPL-1.2
"""The order of the checks is part of the contract: of two faults, the caller hears of the earlier one."""

from typing import Any

COMPANY = "/v4/insee/sirene/unites_legales/999100118"
BAD_SIREN = "/v4/insee/sirene/unites_legales/999100119"
BAD_VERSION = "/v9/insee/sirene/unites_legales/999100119"
GOOD = {"context": "Essai", "object": "essai", "recipient": "13002526500013"}
BAD_RECIPIENT = {**GOOD, "recipient": "1"}


def code(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_a_revoked_token_comes_before_the_address_it_calls_from(get: Any, sandbox: Any) -> None:
    token = sandbox.token(allowed_ips=("192.0.2.0/24",))
    sandbox.register.close_habilitation(token.habilitation_id, 1)
    assert code(get(COMPANY, token=token)) == "00105"


def test_the_address_comes_before_the_limit(get: Any, sandbox: Any) -> None:
    token = sandbox.token(allowed_ips=("192.0.2.0/24",), rate_limit=1)
    assert {code(get(COMPANY, token=token)) for _ in range(4)} == {"00107"}


def test_the_limit_comes_before_expiry(get: Any, sandbox: Any) -> None:
    token = sandbox.token(days=-0.5, rate_limit=1)
    assert {code(get(COMPANY, token=token)) for _ in range(5)} == {"00103", "00429"}


def test_expiry_comes_before_rights(get: Any, sandbox: Any) -> None:
    assert code(get(COMPANY, token=sandbox.token(days=-0.5, scopes=frozenset({"qualibat"})))) == "00103"


def test_rights_come_before_what_is_stated(get: Any, sandbox: Any) -> None:
    assert code(get(COMPANY, {}, token=sandbox.token(scopes=frozenset({"qualibat"})))) == "00100"


def test_what_is_stated_comes_before_the_version(get: Any) -> None:
    assert code(get(BAD_VERSION, {})) == "00201"


def test_the_version_comes_before_the_recipient(get: Any) -> None:
    assert code(get(BAD_VERSION, BAD_RECIPIENT)) == "00402"


def test_the_recipient_comes_before_the_identifier(get: Any) -> None:
    assert code(get(BAD_SIREN, BAD_RECIPIENT)) == "00210"


def test_the_identifier_comes_before_the_registry(get: Any) -> None:
    assert code(get(BAD_SIREN, GOOD, {"X-Sandbox-Fault": "insee=down", "Cache-Control": "no-cache"})) == "00301"


def test_what_is_kept_comes_before_the_registry(get: Any) -> None:
    assert get(COMPANY).status_code == 200
    kept = get(COMPANY, headers={"X-Sandbox-Fault": "insee=down"})
    assert (kept.status_code, kept.headers["x-response-cached"]) == (200, "true")
