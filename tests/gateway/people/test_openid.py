# SPDX-License-Identifier: EUPL-1.2
"""Signing in with an identity provider that may lie, break, or be somebody else: the only way in is the true one."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from gateway.people.client import Client
from gateway.people.openid import AWAY_S, OpenId, SignInRefused
from gateway.people.people import Identity, People
from gateway.people.person import Assurance
from gateway.people.provider import ANSWER_BYTES, KEYS_AGAIN_S, Provider, ProviderDown
from tests.gateway.people.handmade import CLIENT_ID, ISSUER, KEY, SECRET, STRANGER, HandMade, none_token, unpadded

NOW = 1_795_000_000


class Silent:
    """A log that takes everything."""

    async def event(self, name: str, **facts: object) -> None:
        """Nothing."""

    def person(self, account_id: str) -> str:
        """The id itself."""
        return account_id

    def company(self, siren: str) -> str:
        """The number itself."""
        return siren


@dataclass
class World:
    """The gateway's side, and the provider's."""

    openid: OpenId
    provider: HandMade
    clock: list[float]

    async def sign_in(self, **changed: str | None) -> tuple[Identity, str]:
        """There and back; `changed`: what the browser brings back differently."""
        departure = await self.openid.depart("agent", "/console")
        given = {**self.provider.authorize(departure.url), **changed}
        return await self.openid.come_back({k: v for k, v in given.items() if v is not None}, departure.cookie)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Both sides, a clock, and no network."""
    clock = [float(NOW)]
    counter = iter(range(1, 10_000))
    client = Client(ISSUER, CLIENT_ID, SECRET)
    handmade = HandMade(lambda: clock[0])
    provider = Provider(client, lambda: clock[0], httpx.MockTransport(handmade))

    def random(size: int) -> bytes:
        return next(counter).to_bytes(size)

    people = People(tmp_path / "people.db", Silent(), Assurance(), lambda: clock[0], random)
    openid = OpenId(client, provider, people, "https://passerelle.example", b"k" * 32, lambda: clock[0], random)
    yield World(openid, handmade, clock)
    await openid.close()
    people.close()


async def test_a_true_sign_in_says_who_it_is_and_how_surely(world: World) -> None:
    identity, onward = await world.sign_in()
    assert (identity.issuer, identity.sub, identity.name) == (ISSUER, "sub-1", "Noé Vasseur")
    assert (identity.acr, identity.siret, onward) == ("eidas2", "99910011800010", "/console")
    query = world.provider.query
    assert query["redirect_uri"] == "https://passerelle.example/connexion/retour"
    assert query["code_challenge_method"] == "S256"
    assert min(len(query["state"]), len(query["nonce"])) >= 32
    wanted = json.loads(query["claims"])["id_token"]["acr"]
    assert wanted["essential"] is True
    assert "eidas2" in wanted["values"]
    assert "eidas1" not in wanted["values"]


def claim(**changed: Any) -> Callable[[HandMade], None]:
    """A lie in the claims; None takes one away."""
    return lambda provider: provider.id_claims.update(changed)


def whole(make: Callable[[HandMade], str]) -> Callable[[HandMade], None]:
    """A token of its own making."""

    def change(provider: HandMade) -> None:
        provider.whole_id_token = make(provider)

    return change


def usual(provider: HandMade) -> dict[str, Any]:
    """Claims that would be believed if they were signed."""
    return {"iss": ISSUER, "aud": CLIENT_ID, "sub": "sub-1", "iat": NOW, "exp": NOW + 60, "nonce": provider.nonce}


def set_to(**attributes: Any) -> Callable[[HandMade], None]:
    """Another way of being wrong."""

    def change(provider: HandMade) -> None:
        for name, value in attributes.items():
            setattr(provider, name, value)

    return change


LIES = {
    "another issuer": claim(iss="https://ailleurs.example"),
    "no issuer": claim(iss=None),
    "another audience": claim(aud="un-autre"),
    "no audience": claim(aud=None),
    "a second audience": claim(aud=[CLIENT_ID, "un-autre"], azp=CLIENT_ID),
    "another authorised party": claim(azp="un-autre"),
    "another nonce": claim(nonce="n" * 43),
    "no nonce": claim(nonce=None),
    "a nonce that is a number": claim(nonce=12),
    "expired": claim(iat=NOW - 300, exp=NOW - 120),
    "no end": claim(exp=None),
    "issued tomorrow": claim(iat=NOW + 86_400, exp=NOW + 90_000),
    "issued long ago, for ever": claim(iat=NOW - 86_400, exp=NOW + 86_400),
    "not yet": claim(nbf=NOW + 3600),
    "an end that is a text": claim(exp="demain"),
    "nobody": claim(sub=None),
    "an empty subject": claim(sub=""),
    "an access token of somebody else": claim(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "signed by a stranger": set_to(key=STRANGER),
    "an unknown key": set_to(kid="clef-9"),
    "no key id, and two keys": set_to(kid=None, published={"clef-1": KEY, "clef-2": STRANGER}),
    "unsigned": whole(lambda provider: none_token(usual(provider))),
    "unsigned, in capitals": whole(lambda provider: none_token(usual(provider), "NONE")),
    "an algorithm nobody announced": set_to(algorithm="RS512"),
    "keyed with our secret": whole(lambda p: jwt.encode(usual(p), SECRET * 4, "HS256", headers={"kid": "clef-1"})),
    "not a token": whole(lambda _: "bonjour"),
    "padded": whole(lambda p: f"{jwt.encode(usual(p), KEY, 'RS256', headers={'kid': 'clef-1'})}="),
    "a header that is no object": whole(lambda _: "W10.e30.AAAA"),
    "a header of one letter": whole(lambda _: "a.b.c"),
    "a header too deep": whole(lambda _: unpadded(b"[" * 20_000) + ".e30.AAAA"),
    "far too long": whole(lambda _: "a" * 40_000 + ".b.c"),
    "other news of somebody else": set_to(told={"sub": "sub-2"}),
    "news for another service": set_to(told={"aud": "un-autre"}),
    "news signed by a stranger": set_to(told_key=STRANGER),
    "news without a signature": set_to(answers={"/userinfo": httpx.Response(200, json={"sub": "sub-1"})}),
    "no access token": set_to(answers={"/token": httpx.Response(200, json={"id_token": "x"})}),
    "a refused code": set_to(answers={"/token": httpx.Response(400, json={"error": "invalid_grant"})}),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_lets_nobody_in(world: World, lie: str) -> None:
    departure = await world.openid.depart("agent", "/console")
    given = world.provider.authorize(departure.url)
    LIES[lie](world.provider)
    with pytest.raises(SignInRefused) as refused:
        await world.openid.come_back(given, departure.cookie)
    assert SECRET not in refused.value.text
    world.provider.__init__(world.provider.now)  # type: ignore[misc]  # the same provider, honest again
    await world.sign_in()


async def test_a_state_serves_once_in_its_own_browser_for_ten_minutes(world: World) -> None:
    first = await world.openid.depart("agent", "/console")
    given = world.provider.authorize(first.url)
    await world.openid.come_back(given, first.cookie)
    with pytest.raises(SignInRefused, match="etat_rejoue"):
        await world.openid.come_back(given, first.cookie)
    other = await world.openid.depart("agent", "/console")
    for cookie in (other.cookie, "", "AAAA", first.cookie[:-4] + "AAAA", "é"):
        with pytest.raises(SignInRefused):
            await world.openid.come_back(given, cookie)
    late = world.provider.authorize(other.url)
    world.clock[0] += AWAY_S
    with pytest.raises(SignInRefused, match="etat"):
        await world.openid.come_back(late, other.cookie)


async def test_the_way_back_is_refused_for_what_it_says(world: World) -> None:
    for changed, code in (
        ({"state": "x" * 43}, "etat"),
        ({"state": None}, "etat"),
        ({"iss": "https://ailleurs.example"}, "iss"),
        ({"code": None}, "code"),
        ({"code": "c" * 3000}, "code"),
        ({"error": "access_denied"}, "fournisseur"),
        ({"error": "<script>"}, "fournisseur"),
    ):
        with pytest.raises(SignInRefused) as refused:
            await world.sign_in(**changed)  # type: ignore[arg-type]  # a dictionary of texts and nothings
        assert refused.value.code == code
        assert "<script>" not in refused.value.text


@pytest.mark.parametrize(
    "describes",
    [
        {"issuer": "https://ailleurs.example"},
        {"issuer": ISSUER + "/"},
        {"token_endpoint": "http://identite.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"userinfo_endpoint": 12},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    ],
)
async def test_a_provider_that_describes_itself_badly_is_not_used(world: World, describes: dict[str, Any]) -> None:
    world.provider.describes = describes
    with pytest.raises(ProviderDown):
        await world.openid.depart("agent", "/console")
    world.provider.describes = {}
    await world.sign_in()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(503),
        httpx.Response(302, headers={"location": "https://ailleurs.example"}),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"[]"),
        httpx.Response(200, content=b"[" * 200_000),
        httpx.Response(200, content=b'"' + b"a" * (ANSWER_BYTES + 1) + b'"'),
    ],
    ids=["down", "elsewhere", "html", "list", "deep", "endless"],
)
@pytest.mark.parametrize("where", ["/.well-known/openid-configuration", "/jwks", "/token"])
async def test_a_broken_provider_is_said_to_be_down(world: World, where: str, answer: httpx.Response) -> None:
    world.provider.answers = {where: answer}
    with pytest.raises(ProviderDown):
        await world.sign_in()


async def test_keys_are_fetched_anew_for_an_unknown_one_and_once_a_minute_at_most(world: World) -> None:
    await world.sign_in()
    world.provider.key, world.provider.kid = STRANGER, "clef-2"
    for _ in range(3):
        with pytest.raises(SignInRefused, match="cle"):
            await world.sign_in()
    assert world.provider.asked.count("/jwks") == 1
    world.provider.published["clef-2"] = STRANGER
    world.clock[0] += KEYS_AGAIN_S
    await world.sign_in()
    assert world.provider.asked.count("/jwks") == 2


async def test_the_way_out_takes_the_token_and_comes_back_here(world: World) -> None:
    url = await world.openid.way_out("jeton")
    assert url.startswith(f"{ISSUER}/session/end?id_token_hint=jeton&")
    assert "post_logout_redirect_uri=https%3A%2F%2Fpasserelle.example%2Fdeconnexion" in url
    assert await world.openid.way_out("") == ""


async def test_a_secret_shows_in_no_repr(world: World) -> None:
    assert SECRET not in repr(world.openid.client)
    assert SECRET in replace(world.openid.client).secret
