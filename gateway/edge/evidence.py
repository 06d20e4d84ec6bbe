# SPDX-License-Identifier: EUPL-1.2
"""What the gateway shows of its log, and to whom it shows each head: opened together, closed together."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.audit.authority import Authority
from gateway.audit.cosignature import Cosigner, CosigningKey
from gateway.audit.countersign import Asked, Failed, Outsider
from gateway.audit.index.follow import Follower
from gateway.audit.index.locate import Locator
from gateway.audit.ledger import Published
from gateway.audit.log import AuditLog
from gateway.audit.note import BadNote, Verifier
from gateway.audit.reader import LogReader, LogUnreadable
from gateway.audit.receipts import Receipts
from gateway.audit.recording import Recorder
from gateway.audit.stamps import Stamps
from gateway.audit.witnesses import SecondSignature, Witness
from gateway.edge.log import LogRoom
from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.audit")

INDEX, STAMPS = "index.db", "stamps.db"
_TOLD_S = 5.0
_REMEMBERED_S = 5.0
_INDEX_CACHE_KIB = 4_096


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Who countersigns. `witnesses`: name, address, key. `certificates`: PEM, of the authority at `authority`.

    `second`: the log's own second key, if it has one.
    """

    witnesses: Sequence[tuple[str, str, Cosigner]] = ()
    authority: str = ""
    certificates: bytes = b""
    stamp_every_s: float = 3600
    second: CosigningKey | None = None


class Evidence:
    """The log's readers, its index, and those who countersign."""

    def __init__(
        self,
        log: AuditLog,
        reader: LogReader,
        state: Path,
        verifier: Verifier,
        recorder: Recorder,
        outsiders: Outsiders,
        now: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        """To be made within the event loop; `state`: folder of the derived files. Raises OSError, sqlite3.Error."""
        self._loop = asyncio.get_running_loop()
        self._recorder = recorder
        self._reader = reader
        stamps = Stamps(state / STAMPS)
        self.follower = Follower(state / INDEX, reader, cache_kib=_INDEX_CACHE_KIB)
        self.room = LogRoom(reader, Receipts(reader, Locator(state / INDEX)), stamps, verifier)
        asked: list[Outsider] = [Witness(name, url, key) for name, url, key in outsiders.witnesses]
        if outsiders.second is not None:
            asked.append(SecondSignature(outsiders.second))
        if outsiders.authority:
            every = outsiders.stamp_every_s
            asked.append(Authority(outsiders.authority, outsiders.certificates, stamps, self._stamped, now, every))
        self.countersigners = [Asked(one, reader, log.condemn, monotonic) for one in asked]
        self.follower.start()

    async def remember(self) -> None:
        """Ask those outside what they remember, before anything is signed: a restored copy is found out at once."""
        try:
            note, head = await asyncio.to_thread(self.room.receipts.head)
        except (LogUnreadable, BadNote):
            return  # the log itself says what is wrong with it
        published = Published(head.size, note, 0, fresh=False)
        asking = [asyncio.create_task(one.countersign(published)) for one in self.countersigners]
        if asking:
            done, late = await asyncio.wait(asking, timeout=_REMEMBERED_S)
            for task in late:
                task.cancel()
            for task in done:
                with suppress(Failed):
                    task.result()

    def states(self) -> dict[str, Any]:
        """How the index and those outside stand, for health."""
        index = self.follower.state
        return {
            "countersigners": [one.state() for one in self.countersigners],
            "index": {"behind": index.behind, "trouble": index.trouble or None},
        }

    def close(self) -> None:
        """Let go of the files."""
        self.follower.close()
        self.room.stamps.close()

    def _stamped(self, size: int, root: bytes, digest: str) -> None:
        """Say in the log that a head was stamped. In a thread; raises Failed."""
        saying = self._recorder.event("checkpoint_stamped", size=size, root=root.hex(), digest=digest)
        try:
            asyncio.run_coroutine_threadsafe(saying, self._loop).result(_TOLD_S)
        except (Problem, TimeoutError) as error:
            raise Failed("l'horodatage n'a pas pu être inscrit au journal") from error
