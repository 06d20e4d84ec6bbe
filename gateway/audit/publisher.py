# SPDX-License-Identifier: EUPL-1.2
"""Publishing the log's head every few seconds, and having others sign it: witnesses, a time-stamping authority.

Every batch signs a head; readers are shown one of them, which moves at least every ten seconds while records come in.
Several gateways may publish the same log: whoever finds a recent publication leaves it at that. Those who countersign
come after: they are waited for a little, and when one of them is slow or gone the publication stands without it, and
health and log lines say so.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from gateway.audit.ledger import LogUnavailable, Published

LOG = logging.getLogger("dlnuf.audit")

EVERY_S = 4.0
"""How often a publication is tried. Twice this, and the time it takes, stay under the promised ten seconds."""
PATIENCE_S = 5.0
"""How long those who countersign are waited for, all at once."""


class Countersigner(Protocol):
    """Somebody who signs, or stamps, what we publish. `name`: as health calls it."""

    @property
    def name(self) -> str: ...

    async def countersign(self, published: Published) -> Sequence[str]:
        """Signature lines to put under the note, each without its line end; none when they are kept elsewhere.

        May raise anything: its text is shown to operators.
        """
        ...


class Publishing(Protocol):
    """The log, as far as it is published."""

    async def publish(self, age_s: float = 0) -> Published: ...

    async def cosign(self, size: int, note: str) -> None: ...


class Publisher:
    """Publishes one log. `troubles`: who or what does not work now → why."""

    def __init__(
        self,
        log: Publishing,
        countersigners: Sequence[Countersigner] = (),
        *,
        every_s: float = EVERY_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._log = log
        self._countersigners = tuple(countersigners)
        self._every_s = every_s
        self._patience_s = patience_s
        self.last: Published | None = None
        """What was published last, by us or by others."""
        self.troubles: dict[str, str] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Publisher"]:
        """Publish for the time of the block, and once more at its end."""
        task = asyncio.create_task(self._run(), name="publisher")
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.publish(age_s=0)

    async def publish(self, age_s: float) -> None:
        """One publication, unless there is one younger than `age_s`; what goes wrong is in `troubles`."""
        try:
            self.last = published = await self._log.publish(age_s)
        except LogUnavailable as error:
            self._trouble("publication", str(error))
            return
        self._trouble("publication", None)
        if published.fresh and self._countersigners:
            await self._countersigned(published)

    async def _run(self) -> None:
        while True:
            await self.publish(age_s=self._every_s / 2)
            await asyncio.sleep(self._every_s)

    async def _countersigned(self, published: Published) -> None:
        tasks = {
            asyncio.create_task(one.countersign(published), name=one.name): one.name for one in self._countersigners
        }
        try:
            await asyncio.wait(tasks, timeout=self._patience_s)
            lines = [line for task, name in tasks.items() for line in self._signed(task, name)]
        finally:
            for task in tasks:
                task.cancel()
        if lines:
            try:
                await self._log.cosign(published.size, published.note + "".join(f"{line}\n" for line in lines))
            except LogUnavailable as error:
                self._trouble("publication", str(error))

    def _signed(self, task: "asyncio.Task[Sequence[str]]", name: str) -> Sequence[str]:
        """What one of them signed; nothing when it did not, and why is told."""
        if not task.done():
            self._trouble(name, f"pas de réponse en {self._patience_s:g} s")
            return ()
        if (error := task.exception()) is not None:
            self._trouble(name, str(error) or type(error).__name__)
            return ()
        self._trouble(name, None)
        return task.result()

    def _trouble(self, name: str, reason: str | None) -> None:
        """Remember what is wrong, and say it once, when it changes."""
        if self.troubles.get(name) == reason:
            return
        if reason is None:
            del self.troubles[name]
            LOG.warning("countersigned_again", extra={"who": name})
        else:
            self.troubles[name] = reason
            LOG.warning("not_countersigned", extra={"who": name, "reason": reason})
