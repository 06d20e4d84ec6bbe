# SPDX-License-Identifier: EUPL-1.2
"""Telling the portal: signed, retried, and left alone when it does not answer.

The body says what happened, seen as the portal may see it, and when it was sent (`envoye_le`): signed with the rest,
it tells an old message that somebody sends again. `X-Webhook-Signature-SHA256: sha256=<hex>` is the HMAC of
its bytes under the portal's secret; `X-Webhook-Id` stays the same over retries, so that a portal tells a repetition
from news. Tried again after 1, 4 and 9 seconds, then later and later for two days; five failures in a row of one host
leave it alone for a while. What is to be told is on disk: a restart loses nothing. A slow host takes a few places, and
a portal with many of them a few more: the others are told meanwhile.
"""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from gateway.dossier.addresses import NotPublic, Resolve, pinned
from gateway.dossier.files import Files
from gateway.dossier.outbox import Due
from gateway.dossier.rules import Sheets
from gateway.dossier.spoken import written
from gateway.dossier.telling import tellable, told
from gateway.dossier.values import Webhook
from gateway.dossier.words import Audience
from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.dossier.webhooks")

RETRY_S = (1, 4, 9, 60, 300, 900, 3_600)
"""Seconds before the next attempt; the last one repeats."""
ATTEMPTS = 54
"""About two days."""
BREAK_AFTER = 5
BREAK_S = 60
AT_ONCE, OF_A_PORTAL, OF_A_HOST = 32, 8, 4
"""Deliveries under way: in all, of one portal, to one host of it."""
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
    """How a host has answered lately, and what is on its way to it: events by file or market, and number."""

    failures: int = 0
    alone_until: float = 0.0
    under_way: set[tuple[str, int]] = field(default_factory=set)


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
        self._under_way: dict[asyncio.Task[None], Due] = {}
        files.when_something_must_be_delivered(self.wake)

    def wake(self) -> None:
        """Something must be told."""
        self._awake.set()

    def start(self) -> None:
        """Deliver from now on, beginning with what a former process left."""
        self._task = asyncio.ensure_future(self._turn())

    async def stop(self) -> None:
        """Stop; what is left is delivered after the next start."""
        tasks = [*self._under_way, *([self._task] if self._task is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _turn(self) -> None:
        while True:
            self._awake.clear()
            try:
                wait = self._begun()
            except Exception:
                # A store that cannot be read now is looked at again: nobody else would begin anew.
                LOG.exception("webhooks_failed")
                wait = BREAK_S
            try:
                async with asyncio.timeout(wait):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def deliver_due(self) -> float | None:
        """Deliver all that is due; seconds until the next one, None when nothing is left."""
        wait = self._begun()
        while self._under_way:
            await asyncio.wait(self._under_way)
            wait = self._begun()
        return wait

    def _begun(self) -> float | None:
        """Begin what is due and has a place; seconds until something else is due by itself, None when nothing is."""
        now, waits = self._now(), []
        lanes = self._files.store.outbox.lanes()
        # What is known of a host is forgotten with its last message.
        self._hosts = {lane: host for lane, host in self._hosts.items() if lane in lanes or host.under_way}
        for lane, first in lanes.items():
            host = self._hosts.setdefault(lane, _Host())
            if host.alone_until > now:
                waits.append(host.alone_until - now)
                continue
            begun = len(host.under_way)
            for one in self._files.store.outbox.due(lane, now, OF_A_HOST + begun):
                if (one.dossier, one.seq) not in host.under_way and self._place(one, host):
                    self._begin(one, host)
            if first > now:
                waits.append(first - now)  # what is due and found no place begins when another one is over
        return max(0.05, min(waits)) if waits else None

    def _place(self, one: Due, host: _Host) -> bool:
        of_the_portal = sum(other.portal == one.portal for other in self._under_way.values())
        return len(self._under_way) < AT_ONCE and of_the_portal < OF_A_PORTAL and len(host.under_way) < OF_A_HOST

    def _begin(self, one: Due, host: _Host) -> None:
        async def delivered() -> None:
            try:
                await self._deliver(one, host)
            except Exception:
                # One message's fault of ours must not keep the others from being told.
                LOG.exception("webhook_failed", extra={"dossier": one.dossier})
                self._set_aside(one, host)

        def over(task: asyncio.Task[None]) -> None:
            del self._under_way[task]
            host.under_way.discard((one.dossier, one.seq))
            self._awake.set()

        host.under_way.add((one.dossier, one.seq))
        task = asyncio.ensure_future(delivered())
        self._under_way[task] = one
        task.add_done_callback(over)

    def _set_aside(self, one: Due, host: _Host) -> None:
        try:
            self._put_off(one, one.attempts + 1)
        except Problem:
            host.alone_until = self._now() + BREAK_S  # what cannot be noted must not be sent again at once

    async def _deliver(self, one: Due, host: _Host) -> None:
        found = self._of_file(one.dossier, one.seq) or self._of_markets(one.dossier, one.seq)
        if found is None:
            self._done(one)
            return
        webhook, said = found
        body = orjson.dumps({**said, "envoye_le": written(int(self._now()))})
        if await self._sent(webhook, body, f"{one.dossier}.{one.seq}"):
            host.failures = 0
            self._done(one)
            return
        host.failures += 1
        if host.failures >= BREAK_AFTER:
            host.alone_until = self._now() + BREAK_S
        self._put_off(one, one.attempts + 1)

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

    def _done(self, one: Due) -> None:
        with self._files.store.writing():
            self._files.store.outbox.done(one)

    def _put_off(self, one: Due, attempts: int) -> None:
        if attempts >= ATTEMPTS:
            LOG.warning("webhook_given_up", extra={"dossier": one.dossier})
            self._done(one)
            return
        wait = RETRY_S[min(attempts - 1, len(RETRY_S) - 1)]
        with self._files.store.writing():
            self._files.store.outbox.put_off(one, attempts, int(self._now()) + wait)


def signature(secret: str, body: bytes) -> str:
    """The value of the signature header for a body."""
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def poster(resolve: Resolve, *, loopback: bool = False) -> Post:
    """Posts over the network: to the address that was checked, without following anybody elsewhere."""

    async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        async with asyncio.timeout(TIMEOUT_S):  # looking up the name included
            return await sent(url, body, headers)

    async def sent(url: str, body: bytes, headers: Mapping[str, str]) -> int:
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
