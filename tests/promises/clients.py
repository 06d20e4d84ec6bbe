# SPDX-License-Identifier: EUPL-1.2
"""Clients that ask for data all at once and keep what they received, to be held against what the log says."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

LANES = 16
PATIENCE = aiohttp.ClientTimeout(total=15)
FRESH = {"Cache-Control": "no-cache"}
PATHS = (
    "/v4/insee/sirene/unites_legales/999100118",
    "/v4/insee/sirene/etablissements/99910011800010",
    "/v3/insee/sirene/unites_legales/999100225/siege_social",
    "/v4/urssaf/unites_legales/999100118/attestation_vigilance",
    "/v3/insee/sirene/etablissements/99910011800010/adresse",
    "/v4/insee/sirene/unites_legales/diffusibles/999100332",
)
_DELIVERY = re.compile(r"/documents/[0-9a-f]+\.[0-9]+\.([0-9a-f-]{36})\.")


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as a client holds it, whole.

    `id`: the exchange, as the answer itself names it. `digest`, `size`: of the bytes received. `code`: of a problem.
    `holds_data`: whether anything but a problem came. `document`: it is a document, and `id` the exchange that gave it.
    """

    id: str
    status: int
    digest: str
    size: int
    code: str | None
    holds_data: bool
    document: bool = False


@dataclass(slots=True)
class Load:
    """What clients received so far; `unanswered` counts the requests that never got a whole answer.

    `news`: set by each answer. `stopping`: set by who wants no more questions asked.
    """

    session: aiohttp.ClientSession
    received: list[Received] = field(default_factory=list)
    unanswered: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False

    async def ask(
        self, path: str, purpose: str = "essai", headers: dict[str, str] | None = None
    ) -> tuple[Received, str | None]:
        """One question: what was received, and the address of the document it names, if it does."""
        stated = {"context": "Marchés publics", "object": purpose, "recipient": "13002526500013"}
        fields = FRESH if headers is None else headers
        status, sent, body = await self._got(path, params=stated, headers=fields)
        content = json.loads(body)
        data = content.get("data") or {}
        code = content["errors"][0]["code"] if "errors" in content else None
        found = Received(sent["x-request-id"], status, _digest(body), len(body), code, "data" in content)
        self.received.append(found)
        self.news.set()
        if status == 200:
            assert content["meta"]["passerelle"]["identifiant"] == found.id
        return found, data.get("document_url")

    async def download(self, address: str) -> Received:
        """Fetch a document."""
        match = _DELIVERY.search(address)
        assert match, address
        status, _, body = await self._got(address)
        code = None if status == 200 else json.loads(body)["errors"][0]["code"]
        found = Received(match[1], status, _digest(body), len(body), code, code is None, document=True)
        self.received.append(found)
        return found

    async def ready(self) -> tuple[int, str]:
        """The health page: status, and the reason it gives."""
        status, _, body = await self._got("/health/ready")
        return status, json.loads(body)["status"]

    async def _got(self, path: str, **options: Any) -> tuple[int, Any, bytes]:
        try:
            async with self.session.get(path, **options) as answer:
                return answer.status, answer.headers, await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            self.unanswered += 1
            raise

    async def answers(self, count: int) -> None:
        """Wait until so many have come. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE.total):
            while len(self.received) < count:
                self.news.clear()
                await self.news.wait()

    async def lane(self, number: int) -> None:
        """One client: asks one thing after the other until told to stop, or until nobody answers any more."""
        turn = number
        while not self.stopping:
            turn += 1
            try:
                _, document = await self.ask(PATHS[turn % len(PATHS)], f"voie-{number}")
                if document is not None:
                    await self.download(document)
            except (aiohttp.ClientError, TimeoutError):
                return


@asynccontextmanager
async def client(address: str, bearer: dict[str, str]) -> AsyncIterator[Load]:
    """One client with this bearer in its header."""
    async with aiohttp.ClientSession(address, headers=bearer, timeout=PATIENCE) as session:
        yield Load(session)


@asynccontextmanager
async def load(address: str, bearer: dict[str, str]) -> AsyncIterator[Load]:
    """Clients who ask without a pause for the time of the block, and finish what they began."""
    async with client(address, bearer) as found, asyncio.TaskGroup() as lanes:
        for number in range(LANES):
            lanes.create_task(found.lane(number))
        try:
            yield found
        finally:
            found.stopping = True


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
