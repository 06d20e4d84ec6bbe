# SPDX-License-Identifier: EUPL-1.2
"""Signing in with an identity provider: the way there, the way back, the way out. OpenID Connect, authorization code.

What ties the way back to the way there (state, nonce, PKCE verifier) travels in a cookie sealed by us, so that nothing
is stored for those who never come back; coming back is possible once, within ten minutes, in the same browser.
"""

import asyncio
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.kit import Siret
from gateway.people.client import Client
from gateway.people.people import Identity, People
from gateway.people.provider import Description, Provider, ProviderDown
from gateway.people.tokens import BadToken, id_token, userinfo

AWAY_S = 600
RANDOM_BYTES = 32
CODE_CHARS = 2048
_SEALED_FOR = b"dlnuf departure"


class SignInRefused(Exception):
    """The way back proves nothing. `code`: one word for the record; `text`: for the page; `known`: we sent them."""

    def __init__(self, code: str, text: str, *, known: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.known = known


STRANGE = "Cette réponse ne correspond à aucune connexion commencée dans ce navigateur, ou elle a déjà servi."
UNPROVED = "Le fournisseur d'identité a répondu, mais sa réponse n'a pas pu être vérifiée. Recommencez."
TOO_WEAK = "Le fournisseur d'identité n'a pas pu vérifier ce qui est demandé (second facteur, ou qualité de dirigeant)."
GIVEN_UP = "La connexion a été abandonnée chez le fournisseur d'identité."
TELLS = {"access_denied": GIVEN_UP, "unmet_authentication_requirements": TOO_WEAK}


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send a browser, and the cookie it takes along."""

    url: str
    cookie: str


class OpenId:
    """Sign-in with one provider. `seal`: 32 bytes, for the cookie. `address`: our public one."""

    def __init__(
        self,
        client: Client,
        provider: Provider,
        people: People,
        address: str,
        seal: bytes,
        now: Callable[[], float],
        random: Callable[[int], bytes],
    ) -> None:
        self.client = client
        self._provider = provider
        self._people = people
        self._back = f"{address}/connexion/retour"
        self._out = f"{address}/deconnexion"
        self._seal = AESGCM(hmac.new(seal, _SEALED_FOR, sha256).digest())
        self._now = now
        self._random = random

    async def close(self) -> None:
        """Let go of the connections."""
        await self._provider.close()

    async def depart(self, profile: str, onward: str) -> Departure:
        """Begin. `onward`: where to go in the end, one of our own paths. Raises ProviderDown."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        described = await self._provider.description()
        state, nonce, verifier = (self._text() for _ in range(3))
        more: dict[str, str] = self._level(profile)
        if described.pkce:
            more |= {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
        url = prepare_grant_uri(
            described.authorization,
            self.client.id,
            "code",
            redirect_uri=self._back,
            scope=self.client.scopes,
            state=state,
            nonce=nonce,
            **more,
        )
        kept = {"s": state, "n": nonce, "v": verifier if described.pkce else "", "o": onward, "u": self._now() + AWAY_S}
        return Departure(url, self._sealed(kept))

    async def come_back(self, given: Mapping[str, str], cookie: str) -> tuple[Identity, str]:
        """Who came back, proved, and where they wanted to go. Raises SignInRefused, ProviderDown."""
        kept = self._opened(cookie)
        state = given.get("state", "")
        if kept is None or not hmac.compare_digest(kept["s"].encode(), state.encode()):
            raise SignInRefused("etat", STRANGE, known=False)
        spend = self._people.sessions.spend_state
        if not await asyncio.to_thread(spend, state, int(kept["u"]), int(self._now())):
            raise SignInRefused("etat_rejoue", STRANGE)
        described = await self._provider.description()
        named = given.get("iss")
        if (named is None and described.names_itself) or (named is not None and named != self.client.issuer):
            raise SignInRefused("iss", UNPROVED)
        if "error" in given:
            raise SignInRefused("fournisseur", TELLS.get(given["error"], UNPROVED))
        code = given.get("code", "")
        if not 0 < len(code) <= CODE_CHARS:
            raise SignInRefused("code", UNPROVED)
        try:
            return await self._proved(described, code, kept), kept["o"]
        except BadToken as error:
            raise SignInRefused(error.code, UNPROVED) from None

    async def way_out(self, token: str) -> str:
        """Where a browser ends its session at the provider; empty when it has no such place, or cannot be asked."""
        try:
            described = await self._provider.description()
        except ProviderDown:
            return ""
        if not described.end_session or not token:
            return ""
        query = {"id_token_hint": token, "post_logout_redirect_uri": self._out, "state": self._text()}
        return f"{described.end_session}?{urlencode(query)}"

    async def _proved(self, described: Description, code: str, kept: Mapping[str, str]) -> Identity:
        answer = await self._provider.json("POST", described.token, **self._exchange(described, code, kept["v"]))
        access = answer.get("access_token")
        if not isinstance(access, str) or str(answer.get("token_type", "")).lower() != "bearer":
            raise BadToken("jeton_d_acces")
        raw = answer.get("id_token")
        claims = await id_token(raw, self._provider, self.client, nonce=kept["n"], access_token=access, now=self._now())
        media_type, body = await self._provider.ask(
            "GET", described.userinfo, headers={"authorization": f"Bearer {access}"}
        )
        told = await userinfo(media_type, body, self._provider, self.client, sub=claims["sub"])
        names = [told.get(self.client.given_name), told.get(self.client.family_name)]
        siret = Siret.parse(str(told.get(self.client.siret, "")))
        acr = claims.get("acr")
        return Identity(
            issuer=self.client.issuer,
            sub=claims["sub"],
            name=" ".join(name for name in names if isinstance(name, str) and name.isprintable()),
            acr=acr if isinstance(acr, str) and len(acr) <= 200 else "",
            siret=siret or "",
            token=str(raw),
        )

    def _exchange(self, described: Description, code: str, verifier: str) -> dict[str, object]:
        """The request that exchanges a code: its form, and our credentials where the provider wants them."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back}
        if verifier:
            form["code_verifier"] = verifier
        if described.secret_in_body:
            return {"data": form | {"client_id": self.client.id, "client_secret": self.client.secret}}
        return {"data": form, "auth": (self.client.id, self.client.secret)}

    def _level(self, profile: str) -> dict[str, str]:
        """How the level is asked for."""
        levels = self.client.levels(profile)
        if self.client.acr_request == "claims":
            wanted: object = {"essential": True, "values": list(levels)} if levels else None
            return {"claims": json.dumps({"id_token": {"acr": wanted}}, separators=(",", ":"))}
        if self.client.acr_request == "acr_values" and levels:
            return {"acr_values": " ".join(levels)}
        return {}

    def _sealed(self, kept: Mapping[str, object]) -> str:
        nonce = self._random(12)
        return _text(nonce + self._seal.encrypt(nonce, json.dumps(kept).encode(), _SEALED_FOR))

    def _opened(self, cookie: str) -> dict[str, str] | None:
        try:
            sealed = urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
            kept = json.loads(self._seal.decrypt(sealed[:12], sealed[12:], _SEALED_FOR))
        except (InvalidTag, ValueError):
            return None
        return kept if kept["u"] > self._now() else None

    def _text(self) -> str:
        return _text(self._random(RANDOM_BYTES))


def _text(found: bytes) -> str:
    return urlsafe_b64encode(found).rstrip(b"=").decode()
