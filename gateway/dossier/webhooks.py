# SPDX-License-Identifier: EUPL-1.2
"""Telling the portal: signed, retried, and left alone when it does not answer.

The body says what happened, seen as the portal may see it, and when it was sent (`envoye_le`): signed with the rest,
it tells an old message that somebody sends again. `X-Webhook-Signature-SHA256: sha256=<hex>` is the HMAC of
its bytes under the portal's secret; `X-Webhook-Id` stays the same over retries, so that a portal tells a repetition
from news. Tried again after 1, 4 and 9 seconds, then later and later for two days; five failures in a row of one host
leave it alone for a while. What is to be told is on disk: a restart loses nothing.
"""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from gateway.dossier.addresses import NotPublic, Resolve, pinned
from gateway.dossier.files import Files
from gateway.dossier.rules import Sheets
from gateway.dossier.spoken import written
from gateway.dossier.telling import tellable, told
from gateway.dossier.values import Webhook
from gateway.dossier.words import Audience

LOG = logging.getLogger("dlnuf.dossier.webhooks")

RETRY_S = (1, 4, 9, 60, 300, 900, 3_600)
"""Seconds before the next attempt; the last one repeats."""
ATTEMPTS = 54
"""About two days."""
BREAK_AFTER = 5
BREAK_S = 60
AT_ONCE = 8
TIMEOUT_S = 10
SIGNATURE = "X-Webhook-Signature-SHA256"

Letter = tuple[Webhook, dict[str, Any]]
"""Where to tell, and what."""
Letters = Callable[[str, int], Letter | None]
"""What to tell of a market's event, by its number; None when nothing is."""
Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
"""Sends a body to an address; the status of the answer. Raises OSError, TimeoutError, NotPublic."""


@dataclass(slots=True)
class _Host:
    """How a host has answered lately."""

    failures: int = 0
    alone_until: float = 0.0


class Webhooks:
    """Delivers what is to be told. `start` it on the loop, `stop` it at the end. `now`: epoch seconds."""

    def __init__(
        self, files: Files, sheets: Sheets, post: Post, public_url: str, now: Callable[[], float],
        of_markets: Letters = lambda market, seq: None,
    ) -> None:  # fmt: skip
        self._files = files
        self._of_markets = of_markets
        self._sheets = sheets
        self._post = post
        self._public_url = public_url
        self._now = now
        self._hosts: dict[str, _Host] = {}
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        files.when_something_must_be_delivered(self.wake)

    def wake(self) -> None:
        """Something must be told."""
        self._awake.set()

    def start(self) -> None:
        """Deliver from now on, beginning with what a former process left."""
        self._task = asyncio.ensure_future(self._turn())

    async def stop(self) -> None:
        """Stop; what is left is delivered after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _turn(self) -> None:
        while True:
            self._awake.clear()
            wait = await self.deliver_due()
            try:
                async with asyncio.timeout(wait):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def deliver_due(self) -> float | None:
        """Deliver what is due; seconds until the next one, None when nothing is left."""
        places = asyncio.Semaphore(AT_ONCE)
        now = self._now()

        async def one(dossier: str, seq: int, attempts: int) -> None:
            async with places:
                try:
                    await self._deliver(dossier, seq, attempts)
                except Exception:
                    # One portal's fault of ours must not keep the others from being told.
                    LOG.exception("webhook_failed", extra={"dossier": dossier})
                    self._put_off(dossier, seq, attempts + 1)

        due = [row for row in self._files.store.deliveries() if row[3] <= now]
        await asyncio.gather(*(one(dossier, seq, attempts) for dossier, seq, attempts, _ in due))
        left = self._files.store.deliveries()
        return max(0.05, left[0][3] - self._now()) if left else None

    async def _deliver(self, dossier: str, seq: int, attempts: int) -> None:
        found = self._of_file(dossier, seq) or self._of_markets(dossier, seq)
        if found is None:
            self._done(dossier, seq)
            return
        webhook, said = found
        name = urlsplit(webhook.url).netloc
        host = self._hosts.setdefault(name, _Host())
        if host.alone_until > self._now():
            with self._files.store.writing():
                self._files.store.put_off(dossier, seq, attempts, int(host.alone_until) + 1)
            return
        body = orjson.dumps({**said, "envoye_le": written(int(self._now()))})
        if await self._sent(webhook, body, f"{dossier}.{seq}"):
            self._hosts.pop(name, None)  # those that answer well need not be remembered
            self._done(dossier, seq)
            return
        host.failures += 1
        if host.failures >= BREAK_AFTER:
            host.alone_until = self._now() + BREAK_S
        self._put_off(dossier, seq, attempts + 1)

    def _of_file(self, dossier: str, seq: int) -> Letter | None:
        file = self._files.find(dossier)
        event = next((one for one in self._files.store.events(dossier, seq - 1, 1) if one.seq == seq), None)
        if file is None or file.webhook is None or event is None or not tellable(event, file, Audience.PORTAL):
            return None
        return file.webhook, told(event, file, Audience.PORTAL, self._sheets, public_url=self._public_url)

    async def _sent(self, webhook: Webhook, body: bytes, identifier: str) -> bool:
        headers = {
            "content-type": "application/json",
            SIGNATURE: signature(webhook.secret, body),
            "X-Webhook-Id": identifier,
            "user-agent": "dlnuf-webhooks/1",
        }
        try:
            status = await self._post(webhook.url, body, headers)
        except NotPublic:
            LOG.warning("webhook_not_public", extra={"id": identifier})
            return False
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            LOG.info("webhook_unanswered", extra={"id": identifier, "reason": type(error).__name__})
            return False
        return 200 <= status < 300

    def _done(self, dossier: str, seq: int) -> None:
        with self._files.store.writing():
            self._files.store.delivered(dossier, seq)

    def _put_off(self, dossier: str, seq: int, attempts: int) -> None:
        if attempts >= ATTEMPTS:
            LOG.warning("webhook_given_up", extra={"dossier": dossier})
            self._done(dossier, seq)
            return
        wait = RETRY_S[min(attempts - 1, len(RETRY_S) - 1)]
        with self._files.store.writing():
            self._files.store.put_off(dossier, seq, attempts, int(self._now()) + wait)


def signature(secret: str, body: bytes) -> str:
    """The value of the signature header for a body."""
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def poster(resolve: Resolve, *, loopback: bool = False) -> Post:
    """Posts over the network: to the address that was checked, without following anybody elsewhere."""

    async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        where = await pinned(url, resolve, loopback=loopback)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        # A connector for each delivery: nothing is remembered of an address that was checked for another.
        connector = aiohttp.TCPConnector(resolver=where, use_dns_cache=False, force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
            session.post(url, data=body, headers=dict(headers), allow_redirects=False) as reply,
        ):
            return reply.status

    return post
