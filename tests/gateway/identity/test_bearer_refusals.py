# SPDX-License-Identifier: EUPL-1.2
"""Every way not to be recognised, and the code each one gives; and what a recognised consumer is."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.identity.bearer import Bearer, issue
from gateway.identity.habilitation import Habilitation, Token, networks
from gateway.identity.keys import Keys
from gateway.identity.register import Register
from gateway.identity.scopes import expand
from gateway.identity.signed import NotOurs, read
from gateway.problems import Problem

Refused = Callable[..., Problem]
Forge = Callable[..., str]
Claims = dict[str, Any]

NO_TOKEN = [{"parameter": "token"}]


def sources(problem: Problem) -> list[object]:
    return [fault.source for fault in problem.faults]


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_valid_token_gives_what_the_register_says(
    bearer: Bearer, token: str, habilitation: Habilitation, entry: Token, show: Callable[..., Any]
) -> None:
    consumer = bearer.identify(show(token))
    assert (consumer.token_id, consumer.habilitation_id) == (entry.id, habilitation.id)
    assert (consumer.siret, consumer.name) == (habilitation.siret, habilitation.name)
    assert (consumer.purpose, consumer.recipients) == ("marches-publics", None)
    assert consumer.scopes == expand(habilitation.scopes)
    assert consumer.expires_at == entry.expires_at
    assert bearer.identify(show(token)) is consumer, "the second time it is remembered"


def test_no_token(refused: Refused) -> None:
    for absent in (None, ""):
        problem = refused(absent)
        assert (problem.status, problem.code, sources(problem)) == (401, "00101", NO_TOKEN)


def test_a_token_in_the_address_is_refused_even_beside_a_good_one(refused: Refused, token: str) -> None:
    problem = refused(token, token_in_url=True)
    assert (problem.status, problem.code, sources(problem)) == (401, "00101", NO_TOKEN)
    assert "Authorization" in problem.faults[0].detail
    assert "divulgué" in problem.faults[0].detail


@pytest.mark.parametrize("cut", [1, 10, 90, 200])
def test_a_truncated_token(refused: Refused, token: str, cut: int) -> None:
    assert refused(token[:-cut]).code == "00101"


@pytest.mark.parametrize(
    "text",
    [".", "..", "...", "a.b", "a.b.c.d", "a.b.c", " ", "é.é.é", "\ud800", "a\n.b.c", "null.null.null", "W10.W10.W10"],
)
def test_what_is_no_token_at_all(refused: Refused, text: str) -> None:
    assert refused(text).code == "00101"


def test_a_huge_token(refused: Refused, token: str) -> None:
    assert refused(token + "A" * 8192).code == "00101"
    assert refused("A" * 10_000_000).code == "00101"


def test_nested_beyond_reason(refused: Refused, forge: Forge, payload: Claims) -> None:
    assert refused(forge(b"[" * 3000, payload)).code == "00101"


def test_a_padded_token(refused: Refused, token: str) -> None:
    header, payload, signature = token.split(".")
    for padded in (f"{header}.{payload}.{signature}==", f"{header}=.{payload}.{signature}", f"{token}="):
        assert refused(padded).code == "00101"


def test_standard_base64_instead_of_base64url(refused: Refused, token: str) -> None:
    assert refused(token.replace("-", "+").replace("_", "/") + "+/").code == "00101"


def test_base64_with_stray_bits(bearer: Bearer, refused: Refused, token: str, show: Callable[..., Any]) -> None:
    # 64 bytes take 86 characters, and the last one carries 2 bits: the 4 others must be zero.
    bearer.identify(show(token))
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(token[-1])
    assert last % 16 == 0
    for stray in range(1, 16):
        twin = token[:-1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last + stray]
        assert urlsafe_b64decode(twin.split(".")[2] + "==") == urlsafe_b64decode(token.split(".")[2] + "==")
        assert refused(twin).code == "00101"


@pytest.mark.parametrize("place", [0, 1])
def test_a_key_that_comes_twice(refused: Refused, forge: Forge, header: Claims, payload: Claims, place: int) -> None:
    parts = [json.dumps(header), json.dumps(payload)]
    name, value = [("alg", "ES256"), ("jti", payload["jti"])][place]
    parts[place] = parts[place][:-1] + f', "{name}": "{value}"}}'
    assert refused(forge(parts[0].encode(), parts[1].encode())).code == "00101"


@pytest.mark.parametrize(
    "content", [b"[]", b"null", b'"text"', b"{", b"", b"\xff\xfe", b"\xef\xbb\xbf{}", b"NaN", b"{}"]
)
@pytest.mark.parametrize("place", [0, 1])
def test_header_or_payload_is_no_json_object(
    refused: Refused, forge: Forge, header: Claims, payload: Claims, place: int, content: bytes
) -> None:
    parts: list[Claims | bytes] = [header, payload]
    parts[place] = content
    assert refused(forge(*parts)).code == "00101"


@pytest.mark.parametrize("name", ["none", "None", "nOnE", "NONE", ""])
def test_alg_none(refused: Refused, header: Claims, payload: Claims, name: str) -> None:
    parts = [b64(json.dumps(part).encode()) for part in (header | {"alg": name}, payload)]
    assert refused(".".join([*parts, ""])).code == "00101"
    assert refused(".".join([*parts, "AA"])).code == "00101"


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.UncompressedPoint])
def test_hs256_keyed_with_our_public_key(
    refused: Refused, keys: Keys, header: Claims, payload: Claims, form: PublicFormat
) -> None:
    encoding = Encoding.PEM if form is PublicFormat.SubjectPublicKeyInfo else Encoding.X962
    secret = keys.token.public_key().public_bytes(encoding, form)
    signed = ".".join(b64(json.dumps(part).encode()) for part in (header | {"alg": "HS256"}, payload))
    signature = b64(hmac.digest(secret, signed.encode(), sha256))
    assert refused(f"{signed}.{signature}").code == "00101"


@pytest.mark.parametrize("name", ["HS256", "RS256", "ES384", "ES512", "PS256", "EdDSA", "es256", None, 256, ["ES256"]])
def test_another_algorithm_named_over_our_own_signature(
    refused: Refused, forge: Forge, header: Claims, payload: Claims, name: object
) -> None:
    assert refused(forge(header | {"alg": name}, payload)).code == "00101"


def test_the_key_of_another_gateway(
    refused: Refused, forge: Forge, header: Claims, payload: Claims, other_keys: Keys
) -> None:
    assert refused(forge(header, payload, other_keys)).code == "00101", "their key under our name"
    assert refused(forge(header | {"kid": other_keys.kid}, payload, other_keys)).code == "00101"


def test_an_all_zero_signature(refused: Refused, token: str) -> None:
    signed = token.rpartition(".")[0]
    assert refused(f"{signed}.{b64(bytes(64))}").code == "00101"
    assert refused(f"{signed}.{b64(bytes(63))}").code == "00101"


def test_a_der_signature(refused: Refused, token: str, keys: Keys) -> None:
    signed = token.rpartition(".")[0]
    der = keys.token.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    assert refused(f"{signed}.{b64(der)}").code == "00101"


@pytest.mark.parametrize(
    "change",
    [
        {"kid": "another"},
        {"kid": None},
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False},
        {"jwk": {"kty": "EC"}},
        {"jku": "https://keys.example/"},
        {"x5u": "https://keys.example/"},
        {"typ": "at+jwt"},
        {"typ": None},
        {"zip": "DEF"},
    ],
)
def test_a_header_that_is_not_ours(
    refused: Refused, forge: Forge, header: Claims, payload: Claims, change: Claims
) -> None:
    assert refused(forge(header | change, payload)).code == "00101"


@pytest.mark.parametrize("name", ["typ", "alg", "kid"])
def test_a_header_that_lacks_something(
    refused: Refused, forge: Forge, header: Claims, payload: Claims, name: str
) -> None:
    del header[name]
    assert refused(forge(header, payload)).code == "00101"


@pytest.mark.parametrize("name", ["uid", "jti", "scopes", "sub", "iat", "exp", "version", "iss"])
def test_a_claim_that_is_missing(refused: Refused, forge: Forge, header: Claims, payload: Claims, name: str) -> None:
    del payload[name]
    assert refused(forge(header, payload)).code == "00101"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uid", "33333333-3333-4333-8333-333333333333"),
        ("jti", "not-a-uuid"),
        ("jti", 12),
        ("scopes", "open_data"),
        ("scopes", []),
        ("scopes", ["open_data", 3]),
        ("sub", None),
        ("sub", ["title"]),
        ("iat", True),
        ("iat", "1800000000"),
        ("exp", True),
        ("exp", 1.9e9),
        ("exp", None),
        ("version", 1.0),
        ("version", "2.0"),
        ("iss", "somebody"),
    ],
)
def test_a_claim_of_the_wrong_kind(
    refused: Refused, forge: Forge, header: Claims, payload: Claims, name: str, value: object
) -> None:
    changed = payload | {name: value}
    if name == "jti":
        changed["uid"] = value
    assert refused(forge(header, changed)).code == "00101"


def test_the_forger_of_these_tests_can_write_a_good_token(
    bearer: Bearer, forge: Forge, header: Claims, payload: Claims, show: Callable[..., Any]
) -> None:
    assert bearer.identify(show(forge(header, payload))).token_id == payload["jti"]


def test_a_token_of_ours_that_no_habilitation_knows(
    refused: Refused, forge: Forge, header: Claims, payload: Claims
) -> None:
    unknown = "99999999-9999-4999-8999-999999999999"
    problem = refused(forge(header, payload | {"jti": unknown, "uid": unknown}))
    assert (problem.status, problem.code, sources(problem)) == (401, "00106", NO_TOKEN)


def test_a_revoked_token(refused: Refused, register: Register, token: str, entry: Token, wall: Any) -> None:
    register.revoke(entry.id, int(wall.now))
    problem = refused(token)
    assert (problem.status, problem.code, sources(problem)) == (401, "00105", NO_TOKEN)


def test_a_revocation_to_come_leaves_time_to_change(
    bearer: Bearer, refused: Refused, register: Register, token: str, entry: Token, wall: Any, show: Callable[..., Any]
) -> None:
    register.revoke(entry.id, int(wall.now) + 60)
    bearer.identify(show(token))
    wall.now += 59.9
    bearer.identify(show(token))
    wall.now += 0.1
    assert refused(token).code == "00105", "although it was remembered as good"


def test_a_closed_habilitation(
    refused: Refused, register: Register, token: str, habilitation: Habilitation, wall: Any
) -> None:
    register.close_habilitation(habilitation.id, int(wall.now))
    assert refused(token).code == "00105"


def test_a_revoked_token_is_told_so_wherever_it_comes_from(
    refused: Refused, register: Register, habilitation: Habilitation, entry: Token, keys: Keys, wall: Any
) -> None:
    narrow = replace(habilitation, allowed_ips=networks(["198.51.100.0/24"]))
    register.create(narrow)
    register.issue(replace(entry, revoked_at=int(wall.now)))
    assert refused(issue(entry, narrow, keys)).code == "00105"


@pytest.mark.parametrize(
    ("allowed", "address", "passes"),
    [
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7"], "192.0.2.8", False),
        (["198.51.100.0/24", "192.0.2.0/24"], "192.0.2.1", True),
        (["192.0.2.0/24"], "::ffff:192.0.2.1", True),
        (["192.0.2.0/24"], "::ffff:192.0.3.1", False),
        (["2001:db8::/32"], "2001:db8:1::9", True),
        (["2001:db8::/32"], "2001:db9::9", False),
        (["2001:db8::/32"], "192.0.2.1", False),
        (["192.0.2.0/24"], "2001:db8::1", False),
        (["0.0.0.0/0"], "203.0.113.1", True),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["192.0.2.0/24"], "", False),
        (["192.0.2.0/24"], "192.0.2.1, 203.0.113.1", False),
        (["192.0.2.0/24"], "192.0.2.01", False),
        ([], "203.0.113.1", True),
        ([], "", True),
    ],
)
def test_only_from_the_addresses_of_the_habilitation(
    bearer: Bearer,
    register: Register,
    habilitation: Habilitation,
    entry: Token,
    keys: Keys,
    show: Callable[..., Any],
    allowed: list[str],
    address: str,
    passes: bool,
) -> None:
    narrow = replace(habilitation, allowed_ips=networks(allowed))
    register.create(narrow)
    register.issue(entry)
    request = show(issue(entry, narrow, keys), address=address)
    for _ in ("asked of the register", "remembered"):
        if passes:
            assert bearer.identify(request).token_id == entry.id
        else:
            with pytest.raises(Problem) as caught:
                bearer.identify(request)
            problem = caught.value
            assert (problem.status, problem.code, sources(problem)) == (403, "00107", [{"header": "X-Forwarded-For"}])


def test_an_expired_token_is_recognised_then_refused(
    bearer: Bearer, token: str, entry: Token, wall: Any, show: Callable[..., Any]
) -> None:
    wall.now = entry.expires_at - 0.5
    consumer = bearer.identify(show(token))
    bearer.confirm(consumer)
    wall.now = entry.expires_at
    consumer = bearer.identify(show(token))
    with pytest.raises(Problem) as caught:
        bearer.confirm(consumer)
    assert (caught.value.status, caught.value.code, sources(caught.value)) == (401, "00103", NO_TOKEN)
    bearer.confirm(consumer, entry.expires_at - 1)
    with pytest.raises(Problem):
        bearer.confirm(consumer, entry.expires_at)


def test_the_earliest_expiry_counts(
    bearer: Bearer,
    register: Register,
    habilitation: Habilitation,
    entry: Token,
    forge: Forge,
    header: Claims,
    payload: Claims,
    show: Callable[..., Any],
) -> None:
    sooner, later = entry.expires_at - 50, entry.expires_at + 50
    assert bearer.identify(show(forge(header, payload | {"exp": sooner}))).expires_at == sooner
    assert bearer.identify(show(forge(header, payload | {"exp": later}))).expires_at == entry.expires_at
    short = replace(habilitation, id="44444444-4444-4444-8444-444444444444", valid_until=sooner)
    other = replace(entry, id="55555555-5555-4555-8555-555555555555", habilitation_id=short.id)
    register.create(short)
    register.issue(other)
    claims = payload | {"jti": other.id, "uid": other.id}
    assert bearer.identify(show(forge(header, claims))).expires_at == sooner


def test_reading_is_one_call_that_checks_everything(keys: Keys, token: str, forge: Forge, header: Claims) -> None:
    assert read(token, keys).subject == "Portail des achats"
    with pytest.raises(NotOurs):
        read(forge(header, {"jti": "22222222-2222-4222-8222-222222222222"}), keys)


@pytest.mark.parametrize("registered", [False, True])
@pytest.mark.parametrize("claimed", [False, True])
def test_mcp_takes_the_claim_and_the_register(
    bearer: Bearer, register: Register, habilitation: Habilitation, entry: Token, keys: Keys, show: Callable[..., Any],
    registered: bool, claimed: bool,
) -> None:  # fmt: skip
    register.create(habilitation)
    register.issue(replace(entry, mcp=registered))
    text = issue(replace(entry, mcp=claimed), habilitation, keys)
    assert ("mcp" in json.loads(urlsafe_b64decode(text.split(".")[1] + "=="))) is claimed
    assert bearer.identify(show(text)).mcp is (registered and claimed)
    assert bearer.recall(entry.id).mcp is False, "work in the background is no program of a language model"


@pytest.mark.parametrize("claim", [1, "true", "", None, [], {}, False])
def test_a_claim_that_is_anything_but_true_opens_nothing(
    bearer: Bearer, register: Register, habilitation: Habilitation, entry: Token, keys: Keys, show: Callable[..., Any],
    forge: Forge, header: Claims, claim: object,
) -> None:  # fmt: skip
    register.create(habilitation)
    register.issue(replace(entry, mcp=True))
    whole = json.loads(urlsafe_b64decode(issue(replace(entry, mcp=True), habilitation, keys).split(".")[1] + "=="))
    assert bearer.identify(show(forge(header, whole))).mcp is True
    assert bearer.identify(show(forge(header, whole | {"mcp": claim}))).mcp is False
