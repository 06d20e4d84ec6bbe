# SPDX-License-Identifier: EUPL-1.2
"""Tokens of the service before this one work where its secret was put beside our keys, and nowhere else."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.identity.bearer import Bearer, issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import LEGACY, Keys, KeysMissing, create_missing, load
from gateway.identity.register import Register
from gateway.problems import Problem
from tests.gateway.identity.conftest import NOW, TOKEN, Clock, Request, deterministic

SECRET = b"un-secret-d-essai-assez-long-pour-hs256"
HEADER = {"alg": "HS256"}
CLAIMS: dict[str, Any] = {
    "uid": TOKEN, "jti": TOKEN, "scopes": ["attestations_sociales"], "sub": "Portail", "iat": NOW - 9_000,
    "version": "1.0", "exp": NOW - 1,
}  # fmt: skip
"""As the former service wrote them; the string has expired, and its token was prolonged in the register."""


def written(header: object = HEADER, claims: object = CLAIMS, secret: bytes = SECRET) -> str:
    """A token signed as that service signed them."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signed = b".".join(parts)
    return (signed + b"." + urlsafe_b64encode(hmac.digest(secret, signed, sha256)).rstrip(b"=")).decode()


@pytest.fixture
def migrated(keys: Keys) -> Keys:
    return replace(keys, legacy=SECRET)


@pytest.fixture
def gate(
    migrated: Keys, register: Register, habilitation: Habilitation, entry: Token, wall: Clock, stopwatch: Clock
) -> Bearer:
    """A gateway that accepts them, where one is registered."""
    register.create(habilitation)
    register.issue(replace(entry, adopted=True))
    return Bearer(migrated, register, wall, stopwatch)


def code(gate: Bearer, token: str) -> str:
    with pytest.raises(Problem) as caught:
        gate.identify(Request(token))
    return caught.value.code


@pytest.mark.parametrize("header", [HEADER, {"typ": "JWT", "alg": "HS256"}])
@pytest.mark.parametrize("more", [{}, {"extra_info": {"x": 1}, "mcp": False}, {"scopes": None, "roles": ["a"]}])
def test_a_registered_token_opens_as_the_register_says(
    gate: Bearer, habilitation: Habilitation, entry: Token, header: object, more: dict[str, object]
) -> None:
    consumer = gate.identify(Request(written(header, CLAIMS | more)))
    gate.confirm(consumer)
    assert (consumer.token_id, consumer.habilitation_id) == (TOKEN, habilitation.id)
    assert consumer.expires_at == entry.expires_at, "the string's own end does not count: it was prolonged"


def test_without_the_secret_none_is_accepted(gate: Bearer, keys: Keys, register: Register, wall: Clock) -> None:
    assert code(Bearer(keys, register, wall, wall), written()) == "00101"


def test_our_own_tokens_go_on_as_before(gate: Bearer, keys: Keys, habilitation: Habilitation, entry: Token) -> None:
    assert gate.identify(Request(issue(entry, habilitation, keys))).token_id == TOKEN


def test_a_token_nobody_registered_is_unknown(gate: Bearer) -> None:
    other = "33333333-3333-4333-8333-333333333333"
    assert code(gate, written(claims=CLAIMS | {"jti": other, "uid": other})) == "00106"
    zeros = "00000000-0000-0000-0000-000000000000"
    assert code(gate, written(claims=CLAIMS | {"jti": zeros, "uid": zeros})) == "00106", "not even the test token"


def test_the_old_secret_vouches_for_no_token_of_ours(
    gate: Bearer, keys: Keys, register: Register, habilitation: Habilitation, entry: Token
) -> None:
    """Whoever holds it knows identifiers of our tokens from records and receipts: that opens nothing."""
    ours = replace(entry, id="44444444-4444-4444-8444-444444444444")
    register.issue(ours)
    assert code(gate, written(claims=CLAIMS | {"jti": ours.id, "uid": ours.id})) == "00106"
    assert gate.identify(Request(issue(ours, habilitation, keys))).token_id == ours.id
    assert gate.identify(Request(written())).token_id == TOKEN, "one that was adopted goes on"


def test_a_revoked_one_is_refused(gate: Bearer, register: Register, wall: Clock, stopwatch: Clock) -> None:
    gate.identify(Request(written()))
    register.revoke(TOKEN, NOW - 1)
    stopwatch.now += 1
    assert code(gate, written()) == "00105"


def test_our_public_key_is_no_secret_and_their_secret_is_no_key_of_ours(gate: Bearer, keys: Keys) -> None:
    public = keys.token.public_key()
    for encoding, form in (
        (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        (Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        (Encoding.X962, PublicFormat.UncompressedPoint),
    ):
        assert code(gate, written(secret=public.public_bytes(encoding, form))) == "00101"
    ours = {"typ": "JWT", "alg": "ES256", "kid": keys.kid}
    assert code(gate, written(ours)) == "00101"
    assert code(gate, written(ours | {"alg": "HS256"})) == "00101"


@pytest.mark.parametrize("secret", [b"", SECRET + b"\n", SECRET[:-1], SECRET.upper()])
def test_another_secret_is_not_theirs(gate: Bearer, secret: bytes) -> None:
    assert code(gate, written(secret=secret)) == "00101"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"}, {"alg": "HS384"}, {"alg": "HS512"}, {"alg": "hs256"}, {"alg": ["HS256"]}, {}, [], "HS256",
        HEADER | {"kid": "x"}, HEADER | {"crit": ["b64"], "b64": False}, HEADER | {"typ": "at+jwt"},
        HEADER | {"jwk": {"kty": "oct", "k": "AA"}},
    ],
)  # fmt: skip
def test_no_other_header_is_read(gate: Bearer, header: object) -> None:
    assert code(gate, written(header)) == "00101"


@pytest.mark.parametrize(
    "claims",
    [
        {}, [], "x", CLAIMS | {"jti": "x"}, CLAIMS | {"jti": None},
        CLAIMS | {"jti": "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"},
        CLAIMS | {"uid": 3}, CLAIMS | {"iat": True}, CLAIMS | {"iat": "1"}, CLAIMS | {"iat": 1.5},
    ],
)  # fmt: skip
def test_claims_that_they_never_wrote_are_refused(gate: Bearer, claims: object) -> None:
    assert code(gate, written(claims=claims)) == "00101"


@pytest.mark.parametrize("content", [SECRET, SECRET + b"\n", SECRET + b"\r\n"])
def test_the_secret_is_a_file_beside_the_keys(tmp_path: Path, content: bytes) -> None:
    create_missing(tmp_path, deterministic("ours"))
    assert load(tmp_path).legacy == b""
    (tmp_path / LEGACY).write_bytes(content)
    found = load(tmp_path)
    assert found.legacy == SECRET
    assert SECRET.decode() not in repr(found)


@pytest.mark.parametrize(
    "content", [b"", b"court", b"x" * 31, b"x" * 1025, b"-----BEGIN PUBLIC KEY-----\n" + b"A" * 60]
)
def test_a_secret_that_protects_nothing_refuses_to_start(tmp_path: Path, content: bytes) -> None:
    create_missing(tmp_path, deterministic("ours"))
    (tmp_path / LEGACY).write_bytes(content)
    with pytest.raises(KeysMissing) as caught:
        load(tmp_path)
    assert set(caught.value.faults) == {LEGACY}
    assert content.decode() not in str(caught.value) or not content


def test_forged_claims_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, gate: Bearer) -> None:
    """The comparison is the standard library's for secrets, and each forgery goes through it."""
    compared: list[int] = []
    real: Callable[[bytes, bytes], bool] = hmac.compare_digest

    def spying(one: bytes, other: bytes) -> bool:
        compared.append(len(one))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", spying)
    assert code(gate, written(secret=b"x" * 40)) == "00101"
    assert compared == [32]


@pytest.mark.parametrize("claim", [True, False, 1, "true", None])
def test_an_adopted_token_opens_mcp_when_its_own_claim_says_so(
    migrated: Keys, register: Register, habilitation: Habilitation, entry: Token, wall: Clock, stopwatch: Clock,
    claim: object,
) -> None:  # fmt: skip
    register.create(habilitation)
    register.issue(replace(entry, mcp=True, adopted=True))
    gate = Bearer(migrated, register, wall, stopwatch)
    assert gate.identify(Request(written(claims=CLAIMS | {"mcp": claim}))).mcp is (claim is True)
    assert gate.identify(Request(written())).mcp is False


def test_one_that_the_register_does_not_give_mcp_cannot_claim_it(gate: Bearer) -> None:
    assert gate.identify(Request(written(claims=CLAIMS | {"mcp": True}))).mcp is False
