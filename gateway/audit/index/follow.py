# SPDX-License-Identifier: EUPL-1.2
"""Tails a log into the index: in batches, in a thread of its own, from where it stopped.

It notices a log that is not the one it has read: the last leaf it knows is compared at each start, and the root of all
it has read with each checkpoint the log publishes. Such an index is thrown away and built again, once; when the log
still contradicts its own checkpoint after that, the log is what is wrong, and `trouble` says so. Records that the log
has erased since are taken out of the index as well.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gateway.audit.index.store import CACHE_KIB, Record, Store
from gateway.audit.note import BadNote, Checkpoint
from gateway.audit.trouble import UNREADABLE, described

BATCH = 512
"""Records read at once: few enough that a gateway hardly notices what they take while they are being read."""
SWEEP = 4096
"""Records looked at between two rests for those that were erased; they are not taken apart."""
IDLE_S = 0.5
SHARE = 0.5
"""The part of one core that catching up may take while the gateway answers."""
UNPUBLISHED_S = 15.0
"""Records are read once a checkpoint was published for them, so that a proof exists for all that is found; when none
comes for so long, they are read without."""


class Log(Protocol):
    """What is tailed: reader.LogReader. Any method may fail; it is asked again."""

    def size(self) -> int: ...
    def entries(self, start: int, stop: int) -> Sequence[Record]: ...
    def leaves(self, start: int, stop: int) -> list[bytes]: ...
    def checkpoint(self) -> str: ...


@dataclass(frozen=True, slots=True)
class State:
    """How the index stands. `behind`: records not read yet. `trouble`, `rebuilt`: in French, empty when all is well."""

    size: int
    behind: int
    trouble: str
    rebuilt: str


class Follower:
    """Brings the index in the file `path` up to date with a log. `step` is for one thread at a time."""

    def __init__(
        self,
        path: Path,
        log: Log,
        monotonic: Callable[[], float] = time.monotonic,
        unpublished_s: float = UNPUBLISHED_S,
        cache_kib: int = CACHE_KIB,
    ) -> None:
        self._path = path
        self._opened: Store | None = None
        self._log = log
        self._monotonic = monotonic
        self._unpublished_s = unpublished_s
        self._cache_kib = cache_kib
        self._reached = monotonic()
        self._checked = False
        self._contradicted = False
        self._fresh = False
        self._log_size = 0
        self._trouble = ""
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> State:
        """How the index stands now."""
        store = self._opened
        if store is None:
            return State(0, self._log_size, self._trouble, "")
        return State(store.size, max(0, self._log_size - store.size), self._trouble, store.why_rebuilt)

    def start(self) -> None:
        """Follow the log from now on, in a thread."""
        self._thread = threading.Thread(target=self._follow, name="audit-index", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following, and let go of the file."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def step(self) -> int:
        """Read one batch; how many records it had. Raises what the log or the file raise."""
        store = self._store
        store.refresh()
        self._log_size = size = self._log.size()
        if not self._checked:
            self._expect_the_same(size)
            self._checked = True
        elif size < store.size:
            self.begin_again("le journal est devenu plus court")
        published = self._published()
        if published is not None and store.size < published.size:
            self._reached = self._monotonic()
        target = published.size if published is not None else 0
        if target <= store.size < size and self._monotonic() - self._reached >= self._unpublished_s:
            target = size
        if store.size < target:
            records = self._log.entries(store.size, min(store.size + BATCH, target))
            store.take(records)
            if published is not None and store.size == published.size:
                self._compare(published)
            return len(records)
        self._sweep()
        return 0

    @property
    def _store(self) -> Store:
        """The file, opened when it is first needed: a gateway starts without it. Raises OSError, sqlite3.Error."""
        if self._opened is None:
            self._opened = Store(self._path, self._cache_kib)
            self._fresh = self._opened.size == 0
        return self._opened

    def _follow(self) -> None:
        while not self._stopping.is_set():
            began = time.perf_counter()
            try:
                taken = self.step()
                self._trouble = "" if not self._contradicted else self._trouble
            except sqlite3.DatabaseError as error:
                taken = 0
                self._trouble = f"l'index ne peut pas être écrit : {described(error)}"
                if not isinstance(error, sqlite3.OperationalError):
                    with suppress(*UNREADABLE):
                        self.begin_again("le fichier de l'index était abîmé")
            except Exception as error:
                # Whatever it was, the index is only late: said on the console's pages, and tried again.
                taken = 0
                self._trouble = f"l'index n'avance plus : {described(error)}"
            spent = time.perf_counter() - began
            self._stopping.wait(spent * (1 / SHARE - 1) if taken else IDLE_S)

    def _expect_the_same(self, size: int) -> None:
        """Begin again when the log is not the one that was read."""
        known = self._store.size
        if not known:
            return
        if size < known:
            self.begin_again(f"le journal compte {size} enregistrements, l'index en avait lu {known}")
        elif self._log.leaves(known - 1, known) != [self._store.last_leaf]:
            self.begin_again(f"l'enregistrement {known - 1} du journal n'est plus celui que l'index avait lu")

    def _compare(self, published: Checkpoint) -> None:
        if self._store.frontier.root() == published.root:
            self._contradicted = False
            return
        if self._fresh:
            self._contradicted = True
            self._trouble = (
                f"le journal ne mène pas à la racine de son point de contrôle publié ({published.size} "
                "enregistrements) : lancez dlnuf audit verify"
            )
            return
        self.begin_again(f"les {published.size} premiers enregistrements n'étaient pas ceux du point de contrôle")

    def begin_again(self, reason: str) -> None:
        """Throw the index away. `reason`: in French, shown on the console."""
        self._store.begin_again(reason)
        self._fresh = True

    def _published(self) -> Checkpoint | None:
        with suppress(BadNote):
            text, blank, _ = self._log.checkpoint().partition("\n\n")
            return Checkpoint.parse(text + "\n") if blank else None
        return None

    def _sweep(self) -> None:
        """Look at one batch of records for those that were erased."""
        start = self._store.sweep
        if start is None:
            return
        records = self._log.entries(start, min(start + SWEEP, self._store.size))
        erased = [record.seq for record in records if record.entry is None]
        self._store.forget(start + len(records) if records else self._store.size, erased)
