# SPDX-License-Identifier: EUPL-1.2
"""The audit log as the gateway sees it: hand in a record, go on once it is durable, or be told that it is not.

One thread writes. It takes all that is queued (up to 512 records), writes it in one transaction with full sync, and
wakes everybody with one call: a record costs a fraction of a disk flush. Fail closed: a full disk, a read-only file, a
queue too long or a wait too long are all `LogUnavailable`, and the caller lets nothing leave. After a failure the file
is tried again every second: a gateway that is sent no request while it is not ready must notice that it is well again.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future as ThreadFuture
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

from gateway.audit.anchor import Anchor
from gateway.audit.canonical import MAX_BYTES
from gateway.audit.held import hold
from gateway.audit.ledger import Ledger, LogUnavailable, Published
from gateway.audit.note import Signer
from gateway.audit.stores.address import Place
from gateway.audit.stores.writers import store_at
from gateway.audit.waiting import Desk, Promise, late, settle

__all__ = ["AuditLog", "LogUnavailable", "Published"]

Result = TypeVar("Result")

ANCHOR = "log.anchor"
BATCH = 512
QUEUE_LIMIT = 10_000
PATIENCE_S = 5.0
LINGER_S = 0.002
RETRY_S = 1.0
_CLOSED = "le journal est fermé"


class _Errand(NamedTuple):
    """Something else for the writer to do, between two batches: who waits for it gets its result or its error."""

    work: Callable[[], None]


class _Wish(NamedTuple):
    """Records to write next to each other, and who waits for the number of the first."""

    entries: tuple[bytes, ...]
    promise: Promise
    desk: Desk | None


class AuditLog:
    """The log of one file. Any number of tasks, event loops and threads may append; other processes may as well."""

    def __init__(self, ledger: Ledger, *, queue_limit: int = QUEUE_LIMIT, patience_s: float = PATIENCE_S) -> None:
        self._ledger = ledger
        self._queue_limit = queue_limit
        self._patience_s = patience_s
        self._queue: SimpleQueue[_Wish | _Errand | None] = SimpleQueue()
        self._desks: dict[asyncio.AbstractEventLoop, Desk] = {}
        self._closing = threading.Lock()
        self._closed = False
        self._let_go: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._write_all, name="audit-log", daemon=True)

    @classmethod
    def open(
        cls,
        place: Place,
        signer: Signer,
        *,
        anchor: Path | None = None,
        remembered: Sequence[str] = (),
        queue_limit: int = QUEUE_LIMIT,
        patience_s: float = PATIENCE_S,
    ) -> "AuditLog":
        """The log at this place, founded when missing; heads are signed by `signer`, whose name is the origin.

        `anchor`: the file that remembers what was published; for a log in a file, `log.anchor` beside it by default.
        `remembered`: notes that others kept for us. Never raises for a store that cannot be opened or does not verify:
        such a log refuses every record and says why in `reason`, so that a gateway without its log answers 503 instead
        of not answering. Raises BadPlace for an address that is none.
        """
        if anchor is None and isinstance(place, Path):
            anchor = place.with_name(ANCHOR)
        let_go = hold(place)
        ledger = Ledger(store_at(place), signer, Anchor(anchor) if anchor else None, remembered)
        with suppress(LogUnavailable):  # the reason stays, and the next record tries again
            ledger.open()
        log = cls(ledger, queue_limit=queue_limit, patience_s=patience_s)
        log._let_go = let_go
        log._thread.start()
        return log

    @property
    def reason(self) -> str:
        """Why the last attempt to write failed, in French; empty when all is well."""
        return self._ledger.reason

    @property
    def size(self) -> int:
        """How many records are durable, as far as we know."""
        written = self._ledger.written
        return written.tree.size if written else 0

    def checkpoint(self) -> str:
        """The signed note of the last durable head. Raises LogUnavailable when the file was never opened."""
        written = self._ledger.written
        if written is None:
            raise LogUnavailable(self._ledger.reason)
        return written.note

    async def append(self, entry: bytes) -> int:
        """The number of the record, once it is durable. Raises LogUnavailable when it is not known to be.

        Cancelling the caller does not take the record back. After LogUnavailable the record may still be written.
        """
        loop = asyncio.get_running_loop()
        entries = (entry,)
        self._expect_room(entries)
        desk = self._desks.get(loop) or self._open_desk(loop)
        promise = desk.promise()
        self._queue.put(_Wish(entries, promise, desk))
        return await promise

    def append_now(self, entries: Sequence[bytes]) -> list[int]:
        """Write these records next to each other, all or none, and wait: for commands. Raises LogUnavailable."""
        if not entries:
            return []
        self._expect_room(entries)
        promise: ThreadFuture[int] = ThreadFuture()
        self._queue.put(_Wish(tuple(entries), promise, None))
        try:
            first = promise.result(self._patience_s)
        except TimeoutError as error:
            raise late(self._patience_s) from error
        return list(range(first, first + len(entries)))

    async def publish(self, age_s: float = 0) -> Published:
        """Show the durable head to readers, unless the last shown is younger than `age_s`. Raises LogUnavailable."""
        return await self._later(lambda: self._ledger.publish(age_s))

    async def cosign(self, size: int, note: str) -> None:
        """Put a note with its cosignatures in the place of the one published. Raises LogUnavailable."""
        await self._later(lambda: self._ledger.cosign(size, note))

    def condemn(self, why: str) -> None:
        """Sign nothing more until a restart: somebody outside remembers another history. From any thread."""
        with suppress(LogUnavailable):  # closed: nothing will be signed anyway
            self._errand(lambda: self._ledger.condemn(why))

    def close(self) -> None:
        """Write what is queued, then let go of the file. May be called again."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        let_go, self._let_go = self._let_go, lambda: None
        let_go()

    def _expect_room(self, entries: Sequence[bytes]) -> None:
        if self._closed:
            raise LogUnavailable(_CLOSED)
        if self._queue.qsize() >= self._queue_limit:
            raise LogUnavailable("trop d'enregistrements attendent d'être écrits")
        if max(map(len, entries)) > MAX_BYTES:
            raise LogUnavailable(f"un enregistrement dépasse {MAX_BYTES} octets")

    async def _later(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._errand(work)), self._patience_s)
        except TimeoutError as error:
            raise late(self._patience_s) from error

    def _errand(self, work: Callable[[], Result]) -> "ThreadFuture[Result]":
        """Have the writer do this, in its turn."""
        if self._closed:
            raise LogUnavailable(_CLOSED)
        promise: ThreadFuture[Result] = ThreadFuture()

        def run() -> None:
            if not promise.set_running_or_notify_cancel():
                return
            try:
                promise.set_result(work())
            except Exception as error:  # whatever it was, it belongs to the one who waits, not to the writer
                promise.set_exception(error)

        self._queue.put(_Errand(run))
        return promise

    def _open_desk(self, loop: asyncio.AbstractEventLoop) -> Desk:
        for other, desk in list(self._desks.items()):
            if desk.abandoned:
                self._desks.pop(other, None)
        return self._desks.setdefault(loop, Desk(loop, self._patience_s))

    def _write_all(self) -> None:
        """The writer's life: one batch after the other, until it is asked to stop."""
        wish: _Wish | _Errand | None
        stopping = False
        crowded = False
        while not stopping:
            wish = self._next()
            if crowded and wish is not None:
                # A batch costs nearly the same whether it holds one record or a hundred. When the last one was shared,
                # waiting a moment for the others costs each a little and spares all of them several flushes.
                time.sleep(LINGER_S)
            batch: list[_Wish] = []
            waiting = 0
            while isinstance(wish, _Wish):
                batch.append(wish)
                waiting += len(wish.entries)
                if waiting >= BATCH:
                    break
                try:
                    wish = self._queue.get_nowait()
                except Empty:
                    break
            stopping = wish is None
            crowded = waiting > 1
            if batch:
                self._write(batch)
            if isinstance(wish, _Errand):
                wish.work()
        self._ledger.close()
        self._turn_away()

    def _next(self) -> _Wish | _Errand | None:
        """The next in the queue; None to stop. While the file is out of order, it is tried again meanwhile."""
        while self._ledger.reason:
            with suppress(Empty):
                return self._queue.get(timeout=RETRY_S)
            with suppress(LogUnavailable):  # the reason stays
                self._ledger.open()
        return self._queue.get()

    def _write(self, batch: list[_Wish]) -> None:
        entries = [entry for wish in batch for entry in wish.entries]
        try:
            number = self._ledger.append(entries)
        except LogUnavailable as error:
            settle([(wish.promise, 0, wish.desk) for wish in batch], str(error))
            return
        settled = []
        for wish in batch:
            settled.append((wish.promise, number, wish.desk))
            number += len(wish.entries)
        settle(settled, None)

    def _turn_away(self) -> None:
        """Answer those who came in while the door was being closed."""
        with suppress(Empty):
            while True:
                wish = self._queue.get_nowait()
                if isinstance(wish, _Errand):
                    wish.work()  # the ledger opens again for it, and is closed once more
                    self._ledger.close()
                elif wish is not None:
                    settle([(wish.promise, 0, wish.desk)], _CLOSED)
