# SPDX-License-Identifier: EUPL-1.2
"""The string of a bearer token: a JSON Web Token signed with ES256, written in one way only and read in that way only.

Sources: RFC 7515 (compact form), RFC 7518 §3.2 and §3.4 (HS256, ES256), RFC 7519 (claims), RFC 8725 (what to refuse).
Claims are those that existing API Entreprise clients decode. Reading is one call, which checks the form, the signature
and the claims.

The tokens of the service that came before are read too, HS256, where an operator put its secret beside our keys. Each
algorithm has a key of its own and is chosen by the whole header, so that neither key ever checks the other's tokens.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from gateway.identity.habilitation import Refused, is_uuid
from gateway.identity.keys import Keys

ALGORITHM = "ES256"
LEGACY_ALGORITHM = "HS256"
ISSUER = "dlnuf"
CLAIMS_VERSION = "1.0"
MAX_LENGTH = 8192
"""Characters. Every scope that exists, in both vocabularies, takes less than a third of it."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)


class NotOurs(Exception):
    """This string is not a token that this gateway wrote. Says why for developers, and never quotes the string."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `id`: its UUID. `subject`: its title. `issued_at`, `expires_at`: epoch seconds.

    `expires_at` is None for a token of the service before ours: there, the register alone said when a token ended, and
    strings that were handed out long ago still work after a renewal. `mcp`: whether it is meant for `/mcp`.
    """

    id: str
    scopes: tuple[str, ...]
    subject: str
    issued_at: int
    expires_at: int | None
    mcp: bool = False

    @property
    def legacy(self) -> bool:
        """Whether the service before ours signed it."""
        return self.expires_at is None


def sign(claims: Claims, keys: Keys) -> str:
    """The token's string. Raises Refused when it would be too long to be read back."""
    payload: dict[str, Any] = {
        "uid": claims.id,
        "jti": claims.id,
        "scopes": list(claims.scopes),
        "sub": claims.subject,
        "iat": claims.issued_at,
        "exp": claims.expires_at,
        "version": CLAIMS_VERSION,
        "iss": ISSUER,
    }
    if claims.mcp:
        payload["mcp"] = True
    token = jwt.encode(payload, keys.token, algorithm=ALGORITHM, headers={"kid": keys.kid})
    if len(token) > MAX_LENGTH:
        raise Refused("Le jeton serait trop long : abrégez son intitulé ou donnez moins de droits.")
    return token


def read(token: str, keys: Keys) -> Claims:
    """What a token of ours says. Raises NotOurs for every other string, whatever is wrong with it.

    Whether it has expired is not looked at here: the register may have a word to say about that.
    """
    if len(token) > MAX_LENGTH:
        raise NotOurs("too long")
    segments = _COMPACT.fullmatch(token)
    if segments is None:
        raise NotOurs("not three base64url segments without padding")
    # PyJWT tolerates padding and stray bits, which would let one token be written in several ways.
    header, *_ = (_canonical(segment) for segment in segments.groups())
    # Equality leaves room for no other algorithm or key, and none for `crit`, `jwk`, `jku` or `b64` either.
    said = _object(header)
    if said == {"typ": "JWT", "alg": ALGORITHM, "kid": keys.kid}:
        return _claims(_payload(token, keys.token.public_key(), ALGORITHM))
    if keys.legacy and said in ({"alg": LEGACY_ALGORITHM}, {"typ": "JWT", "alg": LEGACY_ALGORITHM}):
        return _legacy_claims(_payload(token, keys.legacy, LEGACY_ALGORITHM))
    raise NotOurs("not our header")


def _payload(token: str, key: EllipticCurvePublicKey | bytes, algorithm: str) -> dict[str, Any]:
    """What was signed with this key by this algorithm."""
    try:
        return _object(jwt.PyJWS().decode(token, key, algorithms=[algorithm]))
    except jwt.PyJWTError:
        # The cause is cut off: it could carry parts of the token into a log.
        raise NotOurs("bad signature") from None


def _canonical(segment: str) -> bytes:
    try:
        content = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise NotOurs("not base64url") from None
    if urlsafe_b64encode(content).rstrip(b"=") != segment.encode():
        raise NotOurs("base64url with stray bits")
    return content


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotOurs("not JSON") from None
    if not isinstance(found, dict):
        raise NotOurs("not a JSON object")
    return found


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError("not a JSON number")


def _claims(payload: dict[str, Any]) -> Claims:
    token_id, scopes, subject = payload.get("jti"), payload.get("scopes"), payload.get("sub")
    issued_at, expires_at = payload.get("iat"), payload.get("exp")
    if payload.get("iss") != ISSUER or payload.get("version") != CLAIMS_VERSION:
        raise NotOurs("claims of another issuer or version")
    if not isinstance(token_id, str) or not is_uuid(token_id) or payload.get("uid") != token_id:
        raise NotOurs("`jti` and `uid` are not one UUID")
    if not isinstance(scopes, list) or not scopes or not all(isinstance(scope, str) for scope in scopes):
        raise NotOurs("`scopes` is not a list of names")
    if not isinstance(subject, str):
        raise NotOurs("`sub` is not a text")
    # `True` is an int for Python, and 1.5 is a date for RFC 7519; we write neither.
    if type(issued_at) is not int or type(expires_at) is not int:
        raise NotOurs("`iat` or `exp` is not a whole number of seconds")
    # Anything but `true` opens nothing; a token without the claim is as it always was.
    return Claims(token_id, tuple(scopes), subject, issued_at, expires_at, payload.get("mcp") is True)


def _legacy_claims(payload: dict[str, Any]) -> Claims:
    """Rights are the register's affair, so `scopes` (`roles` in the oldest tokens) are not looked at."""
    token_id, subject, issued_at = payload.get("jti"), payload.get("sub"), payload.get("iat")
    if not is_uuid(token_id) or not is_uuid(payload.get("uid")):
        raise NotOurs("`jti` and `uid` are not UUIDs")
    if type(issued_at) is not int:
        raise NotOurs("`iat` is not a whole number of seconds")
    return Claims(
        str(token_id), (), subject if isinstance(subject, str) else "", issued_at, None, payload.get("mcp") is True
    )
