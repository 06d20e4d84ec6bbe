# SPDX-License-Identifier: EUPL-1.2
"""An identity provider made by hand for tests: RSA keys, another JOSE library than ours, and lies on demand."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://identite.example/api/v2"
CLIENT_ID, SECRET = "passerelle", "un secret partagé"
OFFICER = "https://proconnect.gouv.fr/assurance/certification-dirigeant"
KEY = generate_private_key(65537, 2048)
STRANGER = generate_private_key(65537, 2048)

Change = Callable[[dict[str, Any]], None]


def unpadded(found: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode()


class HandMade:
    """One provider. What tests change: the claims, the header, the key, the whole answer of any address."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.key: RSAPrivateKey = KEY
        self.published: dict[str, RSAPrivateKey] = {"clef-1": KEY}
        self.kid: str | None = "clef-1"
        self.algorithm = "RS256"
        self.id_claims: dict[str, Any] = {}
        self.told: dict[str, Any] = {"given_name": "Noé", "usual_name": "Vasseur", "siret": "99910011800010"}
        self.told_key: RSAPrivateKey = KEY
        self.acr = "eidas2"
        self.describes: dict[str, Any] = {}
        self.answers: dict[str, httpx.Response] = {}
        self.whole_id_token: str | None = None
        self.asked: list[str] = []
        self.nonce = ""
        self.challenge = ""

    def authorize(self, url: str) -> dict[str, str]:
        """What a browser would bring back: as if somebody had signed in."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.nonce, self.challenge = query["nonce"], query.get("code_challenge", "")
        self.query = query
        return {"state": query["state"], "code": "un-code", "iss": ISSUER}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer the gateway."""
        path = request.url.path.removeprefix("/api/v2")
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self.description() | self.describes)
        if path == "/jwks":
            keys = [
                RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}
                for kid, key in self.published.items()
            ]
            return httpx.Response(200, json={"keys": keys})
        if path == "/token":
            return self.token(request)
        if path == "/userinfo":
            assert request.headers["authorization"] == "Bearer acces-1"
            claims = {"iss": ISSUER, "aud": CLIENT_ID, "sub": "sub-1", **self.told}
            text = jwt.encode(claims, self.told_key, "RS256", headers={"kid": "clef-1"})
            return httpx.Response(200, text=text, headers={"content-type": "application/jwt"})
        return httpx.Response(404)

    def description(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/jwks",
            "end_session_endpoint": f"{ISSUER}/session/end",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "userinfo_signing_alg_values_supported": ["RS256", "HS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }

    def token(self, request: httpx.Request) -> httpx.Response:
        """The exchange of a code, as strict as a real one."""
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        challenge = unpadded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        right = form.get("client_secret") == SECRET and form["code"] == "un-code" and challenge == self.challenge
        if not right:
            return httpx.Response(400, json={"error": "invalid_grant"})
        answer = {"access_token": "acces-1", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token()}
        return httpx.Response(200, json=answer)

    def id_token(self) -> str:
        """The ID token: true, unless told otherwise."""
        if self.whole_id_token is not None:
            return self.whole_id_token
        now = int(self.now())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": "sub-1",
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce,
            "acr": self.acr,
            "at_hash": unpadded(hashlib.sha256(b"acces-1").digest()[:16]),
        } | self.id_claims
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.key, self.algorithm, headers={"kid": self.kid} if self.kid else {})


def none_token(claims: dict[str, Any], algorithm: str = "none") -> str:
    """A token with a header and claims, and no signature that anybody made."""
    parts = ({"alg": algorithm, "typ": "JWT", "kid": "clef-1"}, claims)
    return ".".join(unpadded(json.dumps(part).encode()) for part in parts) + "."
