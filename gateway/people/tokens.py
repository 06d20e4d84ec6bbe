# SPDX-License-Identifier: EUPL-1.2
"""Signed tokens of the identity provider, believed only after every check: form, algorithm, key, then each claim.

OpenID Connect Core 1.0 §3.1.3.7. Authlib checks the claims of the standard; what it leaves to its caller (that a nonce
is there at all, that there is one audience, that the token is recent) is checked here.
"""

import binascii
import hmac
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from gateway.people.client import Client
from gateway.people.provider import Description, Provider

TOKEN_CHARS = 32_768
SKEW_S = 60
RECENT_S = 600
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class BadToken(Exception):
    """A token that proves nothing. `code`: one word, which check refused it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def id_token(
    text: object, provider: Provider, client: Client, *, nonce: str, access_token: str, now: float
) -> Mapping[str, Any]:
    """The claims of an ID token. Raises BadToken, ProviderDown."""
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    described = await provider.description()
    header, claims = await _signed(text, provider, described.id_token_algorithms)
    checked = CodeIDToken(
        claims,
        header,
        {"iss": {"essential": True, "value": client.issuer}, "aud": {"essential": True, "value": client.id}},
        {"nonce": nonce, "client_id": client.id, "access_token": access_token},
    )
    try:
        checked.validate(int(now), SKEW_S)
    except (JoseError, TypeError, ValueError, AttributeError):
        raise BadToken("id_token") from None
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise BadToken("nonce")
    if claims["aud"] not in (client.id, [client.id]):
        raise BadToken("aud")
    _recent(claims, now)
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise BadToken("sub")
    return claims


async def userinfo(media_type: str, body: bytes, provider: Provider, client: Client, *, sub: str) -> Mapping[str, Any]:
    """What the provider says of this person. Raises BadToken, ProviderDown."""
    described: Description = await provider.description()
    if media_type == "application/jwt":
        _, claims = await _signed(_ascii(body), provider, described.userinfo_algorithms)
        audience = claims.get("aud", client.id)
        if claims.get("iss", client.issuer) != client.issuer or audience not in (client.id, [client.id]):
            raise BadToken("userinfo")
    elif client.signed_userinfo:
        raise BadToken("userinfo_non_signe")
    else:
        claims = _object(body)
    if claims.get("sub") != sub:
        raise BadToken("userinfo_sub")
    return claims


async def _signed(
    text: object, provider: Provider, algorithms: frozenset[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token whose signature is the provider's. Raises BadToken."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    # Padding and blanks would be tolerated further on: one token has one spelling.
    if not isinstance(text, str) or len(text) > TOKEN_CHARS or not _FORM.fullmatch(text):
        raise BadToken("forme")
    header = _header(text)
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in algorithms:
        raise BadToken("alg")
    if kid is not None and not isinstance(kid, str):
        raise BadToken("kid")
    candidates = await provider.keys(kid)
    usable = [key for key in candidates if key.get("alg", algorithm) == algorithm]
    if len(usable) != 1:  # none, or several that a token without a key id could mean
        raise BadToken("cle")
    try:
        token = jwt.decode(text, import_key(usable[0]), algorithms=[str(algorithm)])
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise BadToken("signature") from None
    return dict(token.header), dict(token.claims)


def _recent(claims: Mapping[str, Any], now: float) -> None:
    issued, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or not isinstance(ends, int | float):
        raise BadToken("dates")
    if issued > now + SKEW_S or issued < now - RECENT_S or ends <= now - SKEW_S:
        raise BadToken("dates")


def _ascii(body: bytes) -> str:
    try:
        return body.decode("ascii").strip()
    except UnicodeDecodeError:
        raise BadToken("forme") from None


def _header(text: str) -> dict[str, Any]:
    try:
        return _object(urlsafe_b64decode(text.partition(".")[0] + "=="))
    except binascii.Error:
        raise BadToken("forme") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise BadToken("forme") from None
    if not isinstance(found, dict):
        raise BadToken("forme")
    return found
