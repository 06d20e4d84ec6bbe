# SPDX-License-Identifier: EUPL-1.2
"""The gateway a competent team would write first, in a day, with FastAPI, httpx and PyJWT: our yardstick.

Same route, same token and same registry as ours; the token is verified at each request, one long-lived client speaks to
the registry, pydantic models give the answer its shape, one line is logged. What it does not do is in
docs/performance.md: no revocation, no purpose, no field withheld, no durable record, no retry of the login, no cache.
"""

import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import jwt
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi import Path as InPath
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bench.plain_models import Envelope, envelope
from connectors.kit.identifiers import luhn

LOG = logging.getLogger("plain")
SCOPE = "unites_legales_etablissements_insee"
PATH = "/api-sirene/prive/3.11/siret/"


@dataclass(frozen=True, slots=True)
class Settings:
    """`public_key`: PEM of the tokens' key. `registry_url`, `login_url`, `login`: the registry's access."""

    public_key: str
    registry_url: str
    login_url: str
    login: Mapping[str, str]


@dataclass(slots=True)
class Registry:
    """The registry's client, and the token it gave us."""

    client: httpx.AsyncClient
    settings: Settings
    token: str = ""

    async def establishment(self, siret: str) -> dict[str, Any]:
        """What the registry says of an establishment. Raises HTTPException 404 or 502."""
        if not self.token:
            await self._log_in()
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            reply = await self.client.get(f"{self.settings.registry_url}{PATH}{siret}", headers=headers)
        except httpx.HTTPError as error:
            raise HTTPException(502, "Le registre n'a pas répondu.") from error
        if reply.status_code == 404:
            raise HTTPException(404, "Le registre ne connaît pas cet établissement.")
        if reply.status_code != 200:
            raise HTTPException(502, "Le registre a mal répondu.")
        body: dict[str, Any] = reply.json()["etablissement"]
        return body

    async def _log_in(self) -> None:
        form = {"grant_type": "password", **self.settings.login}
        reply = await self.client.post(self.settings.login_url, data=form)
        self.token = reply.json()["access_token"]


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The application. `transport`: where the client's requests go; by default, the network."""
    opened: list[Registry] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(transport=transport, timeout=10.0) as client:
            opened.append(Registry(client, settings))
            yield
            opened.clear()

    async def claims(
        shown: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
    ) -> dict[str, Any]:
        try:
            found: dict[str, Any] = jwt.decode(shown.credentials, settings.public_key, algorithms=["ES256"])
        except jwt.PyJWTError as error:
            raise HTTPException(401, "Le jeton n'est pas valide.") from error
        if SCOPE not in found.get("scopes", []):
            raise HTTPException(403, "Le jeton n'ouvre pas cette ressource.")
        return found

    app = FastAPI(title="Passerelle", lifespan=lifespan)

    @app.get("/v3/insee/sirene/etablissements/{siret}")
    async def etablissement(
        siret: Annotated[str, InPath(pattern=r"^[0-9]{14}$")],
        context: Annotated[str, Query(min_length=1)],
        object: Annotated[str, Query(min_length=1)],
        recipient: Annotated[str, Query(pattern=r"^[0-9]{14}$")],
        token: Annotated[dict[str, Any], Depends(claims)],
    ) -> Envelope:
        if not luhn(siret) or not luhn(recipient):
            raise HTTPException(422, "Ce numéro n'est pas un SIRET.")
        answer = envelope(await opened[0].establishment(siret))
        LOG.info("consultation token=%s recipient=%s object=%s context=%s", token["jti"], recipient, object, context)
        return answer

    return app


def from_environment() -> FastAPI:
    """The application as uvicorn's `--factory` starts it, with the variables that our own gateway reads."""
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    given = os.environ
    login = {name: given[f"INSEE_{name.upper()}"] for name in ("client_id", "client_secret", "username", "password")}
    key = Path(given["BENCH_PUBLIC_KEY"]).read_text("ascii")
    return create_app(Settings(key, given["INSEE_SIRENE_URL"], given["INSEE_OAUTH_URL"], login))
