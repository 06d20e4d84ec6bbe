# SPDX-License-Identifier: EUPL-1.2
"""How each kind of login is written on the wire, and how long the token it brings is said to live."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.facts import LOGINS, Access
from gateway.source.doors import door
from gateway.source.login import Login, life_of, login, value_at
from tests.gateway.source.loopback import contract, http, registry, says, wire

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECRETS = {
    "oauth2_client_credentials": {"client_id": "nous", "client_secret": "é&=+ secret"},
    "oauth2_password": {"client_id": "nous", "client_secret": "s", "username": "u", "password": "mot de passe"},
    "json_login": {"username": "nous", "password": 'mot "de" passé'},
    "basic_login": {"username": "nous", "password": "mot:de:passé"},
}


def jwt_of(claims: object) -> str:
    """A token of this form with these claims; nobody verifies it."""
    parts = [b"{}", json.dumps(claims).encode(), b"signature"]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("kind", sorted(LOGINS))
async def test_each_kind_of_login_is_written_as_its_registry_expects_it(kind: str) -> None:
    fields = SECRETS[kind]
    access = Access(kind, "/token", {name: name.upper() for name in fields}, {"scope": "essai"})
    token = http(b'{"access_token":"jeton","expires_in":3600}')
    bent = contract(access)
    async with registry(says(token, http(b"{}"))) as there, wire(bent) as opened:
        settings = {name.upper(): value for name, value in fields.items()} | {bent.base_url: there.address + "/"}
        made = door(bent, settings, opened, lambda *_: "", lambda: NOW, lambda: 0.0)
        await made.get("/fiche")
    asked, question = there.received
    assert (asked.method, asked.target) == ("POST", "/token")
    assert asked.values("accept") == ["application/json"]
    assert question.values("authorization") == ["Bearer jeton"]
    if kind == "json_login":
        assert asked.values("content-type") == ["application/json"]
        assert json.loads(asked.body) == {**fields, "scope": "essai"}
    elif kind == "basic_login":
        scheme, _, pair = asked.values("authorization")[0].partition(" ")
        assert (scheme, base64.b64decode(pair).decode()) == ("Basic", "nous:mot:de:passé")
        assert asked.body == b""
    else:
        assert asked.values("content-type") == ["application/x-www-form-urlencoded"]
        grant = {"oauth2_client_credentials": "client_credentials", "oauth2_password": "password"}[kind]
        sent = parse_qs(asked.body.decode("ascii"), strict_parsing=True)
        assert sent == {"grant_type": [grant], "scope": ["essai"]} | {name: [value] for name, value in fields.items()}


async def test_a_login_elsewhere_is_at_the_address_its_setting_gives() -> None:
    bent = contract(Access("json_login", "ESSAI_LOGIN_URL", {"username": "U"}))
    script = says(http(b'{"access_token":"jeton","expires_in":60}'), http(b"{}"))
    async with registry(script) as there, wire(bent) as opened:
        settings = {"U": "nous", "ESSAI_LOGIN_URL": f"{there.address}/sso/login", bent.base_url: f"{there.address}/api"}
        await door(bent, settings, opened, lambda *_: "", lambda: NOW, lambda: 0.0).get("/fiche")
    assert [request.target for request in there.received] == ["/sso/login", "/api/fiche"]


@pytest.mark.parametrize(
    ("how", "said", "token", "life"),
    [
        ("expires_in", {"expires_in": 3600}, "", 3600),
        ("expires_in", {"expires_in": 1800.5}, "", 1800.5),
        ("data.expires_in", {"data": {"expires_in": 60}}, "", 60),
        ("expires_in", {}, "", 0),
        ("expires_in", {"expires_in": "3600"}, "", 0),
        ("expires_in", {"expires_in": True}, "", 0),
        ("expires_in", {"expires_in": -5}, "", 0),
        ("expires_in", {"expires_in": 1e300}, "", 0),
        ("expires_in", ["expires_in"], "", 0),
        ("jwt", {}, jwt_of({"exp": NOW.timestamp() + 900}), 900),
        ("jwt", {}, jwt_of({"exp": "demain"}), 0),
        ("jwt", {}, jwt_of(["exp"]), 0),
        ("jwt", {}, jwt_of({}), 0),
        ("jwt", {}, "pas.un.jwt", 0),
        ("jwt", {}, "opaque", 0),
        ("date:fin", {"fin": "2026-11-22T10:10:00Z"}, "", 600),
        ("date:fin", {"fin": "2026-11-22T11:10:00+01:00"}, "", 600),
        ("date:fin", {"fin": "2026-11-22T10:10:00"}, "", 600),
        ("date:jeton.fin", {"jeton": {"fin": "2026-11-22 10:01:00"}}, "", 60),
        ("date:fin", {"fin": "bientôt"}, "", 0),
        ("date:fin", {"fin": 1763805600}, "", 0),
    ],
)
def test_a_token_s_life_is_read_where_the_contract_says(how: str, said: Any, token: str, life: float) -> None:
    assert life_of(how, said, token, NOW.timestamp()) == pytest.approx(life)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(said=JSON | st.dictionaries(st.sampled_from(["expires_in", "fin", "jeton"]), JSON), token=st.text(max_size=40))
def test_no_answer_to_a_login_breaks_the_reading_of_its_life(said: Any, token: str) -> None:
    for how in ("expires_in", "jeton.expires_in", "jwt", "date:fin"):
        assert isinstance(life_of(how, said, token, 0.0), float | int)


@given(claims=JSON)
def test_no_claims_break_the_reading_of_a_jwt_s_end(claims: Any) -> None:
    assert life_of("jwt", {}, jwt_of(claims), 0.0) >= 0


def test_a_dotted_path_leads_into_objects_and_nowhere_else() -> None:
    assert value_at({"a": {"b": 1}}, "a.b") == 1
    elsewhere: tuple[object, ...] = ({"a": [1]}, {"a": None}, {}, [], None, "a")
    assert [value_at(said, "a.b") for said in elsewhere] == [None] * 6


@pytest.mark.parametrize("kind", sorted(LOGINS))
def test_a_login_never_shows_its_secrets(kind: str) -> None:
    shown = repr(login(Access(kind), "https://registre.test/token", SECRETS[kind]))
    assert shown == repr(Login("https://registre.test/token", {}, None))
