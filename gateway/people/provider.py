# SPDX-License-Identifier: EUPL-1.2
"""The identity provider on the wire: what it publishes about itself, its keys, and bounded questions to it.

Everything it says is hostile until checked: sizes, times, redirections (none is followed), addresses (https), the name
it gives itself. Its description is kept an hour; its keys are fetched again for an unknown one, once a minute at most.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.people.client import Client, fit

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport

ANSWER_BYTES = 262_144
TOTAL_S = 8.0
DESCRIBED_S = 3600.0
KEYS_AGAIN_S = 60.0
ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
)
"""The signatures we may accept: asymmetric ones. A provider announces which of them it uses."""


class ProviderDown(Exception):
    """The provider does not answer, or not in a way that can be used. The message is for operators."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a provider says of itself, checked. Empty address: it has none."""

    authorization: str
    token: str
    userinfo: str
    jwks: str
    end_session: str
    id_token_algorithms: frozenset[str]
    userinfo_algorithms: frozenset[str]
    pkce: bool
    secret_in_body: bool
    names_itself: bool


class Provider:
    """One provider. `transport`: the network, or what stands for it."""

    def __init__(
        self, client: Client, monotonic: Callable[[], float], transport: "AsyncBaseTransport | None" = None
    ) -> None:
        import httpx  # only a gateway where people sign in carries it

        self._client = client
        self._monotonic = monotonic
        self._silences = (httpx.HTTPError, httpx.InvalidURL, TimeoutError)
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(5.0, connect=3.0),
            limits=httpx.Limits(max_connections=20),
            follow_redirects=False,
            trust_env=False,
        )
        self._described: Description | None = None
        self._described_at = 0.0
        self._keys: list[dict[str, Any]] = []
        self._keys_at: float | None = None
        self._lock = asyncio.Lock()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def description(self) -> Description:
        """What the provider says of itself. Raises ProviderDown."""
        async with self._lock:
            if self._described is None or self._monotonic() - self._described_at > DESCRIBED_S:
                url = self._client.issuer.rstrip("/") + "/.well-known/openid-configuration"
                self._described = _checked(await self.json("GET", url), self._client.issuer)
                self._described_at = self._monotonic()
            return self._described

    async def keys(self, kid: str | None) -> list[dict[str, Any]]:
        """The provider's signing keys that may have this id. Raises ProviderDown."""
        described = await self.description()
        async with self._lock:
            found = _matching(self._keys, kid)
            recent = self._keys_at is not None and self._monotonic() - self._keys_at < KEYS_AGAIN_S
            stale = self._keys_at is None or self._monotonic() - self._keys_at > DESCRIBED_S
            if stale or (not found and not recent):
                answer = await self.json("GET", described.jwks)
                listed = answer.get("keys")
                if not isinstance(listed, list) or len(listed) > 50:
                    raise ProviderDown("ses clés ne sont pas une liste utilisable")
                self._keys = [key for key in listed if isinstance(key, dict) and _signs(key)]
                self._keys_at = self._monotonic()
                found = _matching(self._keys, kid)
            return found

    async def json(self, method: str, url: str, **sent: Any) -> dict[str, Any]:
        """A JSON object, whatever the status below 500. Raises ProviderDown."""
        _, body = await self.ask(method, url, **sent)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            raise ProviderDown("sa réponse n'est pas du JSON") from None
        if not isinstance(found, dict):
            raise ProviderDown("sa réponse n'est pas un objet JSON")
        return found

    async def ask(self, method: str, url: str, **sent: Any) -> tuple[str, bytes]:
        """The media type and the bytes of an answer, both bounded. Raises ProviderDown."""
        try:
            async with asyncio.timeout(TOTAL_S), self._http.stream(method, url, **sent) as answer:
                if answer.status_code >= 500 or answer.is_redirect:
                    raise ProviderDown(f"il répond {answer.status_code}")
                body = bytearray()
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > ANSWER_BYTES:
                        raise ProviderDown("sa réponse est trop longue")
                media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return media_type, bytes(body)
        except self._silences as error:
            raise ProviderDown(f"il ne répond pas ({type(error).__name__})") from None


def _checked(found: Mapping[str, Any], issuer: str) -> Description:
    """A description that holds together. Raises ProviderDown."""
    if found.get("issuer") != issuer:
        raise ProviderDown("il se donne un autre nom que DLNUF_OIDC_ISSUER")
    addresses = {
        name: _address(found, f"{name}_endpoint", required=name != "end_session")
        for name in ("authorization", "token", "userinfo", "end_session")
    }
    algorithms = _algorithms(found, "id_token_signing_alg_values_supported")
    if not algorithms:
        raise ProviderDown("il n'annonce aucune signature acceptable")
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Description(
        **addresses,
        jwks=_address(found, "jwks_uri", required=True),
        id_token_algorithms=algorithms,
        userinfo_algorithms=_algorithms(found, "userinfo_signing_alg_values_supported") or algorithms,
        pkce="S256" in _texts(found.get("code_challenge_methods_supported")),
        secret_in_body="client_secret_post" in _texts(methods),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(found: Mapping[str, Any], name: str, *, required: bool) -> str:
    url = found.get(name, "")
    if not url and not required:
        return ""
    if not isinstance(url, str) or not fit(url):
        raise ProviderDown(f"son adresse {name} ne peut pas être utilisée")
    return url


def _algorithms(found: Mapping[str, Any], name: str) -> frozenset[str]:
    return ALGORITHMS & set(_texts(found.get(name)))


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"


def _matching(keys: list[dict[str, Any]], kid: str | None) -> list[dict[str, Any]]:
    return [key for key in keys if kid is None or key.get("kid") == kid]
