# SPDX-License-Identifier: EUPL-1.2
"""The log, written: records are appended in one transaction with the new signed head, or not at all.

Nothing is signed that does not continue what was signed before. Every batch starts from the head we know; when another
process has written since, its records are read and must lead to its head. At start the store must also contain what the
anchor and the last publication remember. After any error the connection is thrown away and everything is checked again
before the next record. A store that contradicts itself, or us, is never written again by this process.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.audit.anchor import Anchor
from gateway.audit.continuation import continued, expect_remembered, memories_of, tiles_of
from gateway.audit.growth import Growth, Head
from gateway.audit.note import Signer
from gateway.audit.stores.store import Contradiction, Store, Unsettled
from gateway.audit.tree import Tree
from gateway.audit.trouble import described

_THIN_AFTER_S = 2 * 24 * 3600
"""For how long every published head is kept; later, one an hour."""


class LogUnavailable(Exception):
    """The record is not known to be durable: nothing may leave. The message says why, in French, for operators."""


@dataclass(frozen=True, slots=True)
class Published:
    """A head that was shown: its note, how many records, when (epoch seconds). `fresh`: by us, and just now."""

    size: int
    note: str
    at: int
    fresh: bool


class Ledger:
    """One process's hand on the log. Not for several threads at once; `log.AuditLog` sees to that.

    `anchor`: where to remember, outside the store, what was published. `remembered`: notes that others kept for us,
    as witnesses do, which the store must contain at start.
    """

    def __init__(
        self,
        store: Store,
        signer: Signer,
        anchor: Anchor | None = None,
        remembered: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._signer = signer
        self._anchor = anchor
        self._remembered = tuple(remembered)
        self._clock = clock
        self._written: Head | None = None
        self._pending: Growth | None = None
        self._failed = False
        self.condemned = ""
        """Why this store will not be written any more until a restart; empty when it may be."""
        self.reason = ""
        """Why the last attempt failed; empty when it did not."""

    @property
    def written(self) -> Head | None:
        """The last head known to be durable; None before the store could be opened."""
        return self._written

    def open(self) -> None:
        """Connect, found the log when there is none, check its head, and that it may be written.

        To be called again after a failure, to learn whether it is over. Raises LogUnavailable.
        """
        with self._guarding():
            self._connect()

    def append(self, entries: Sequence[bytes]) -> int:
        """Write the records and the head that goes with them; the number of the first. Raises LogUnavailable."""
        with self._guarding():
            self._pending = None  # an earlier batch that is there says nothing of this one
            try:
                return self._append(entries)
            except Unsettled as lost:
                return self._settled(entries, lost)

    def publish(self, age_s: float = 0) -> Published:
        """Show the head to others from now on, unless the last one shown is its equal or younger than `age_s`.

        Others who publish wait, and then find it done. Raises LogUnavailable.
        """
        with self._guarding():
            self._connected()
            with self._store.writing():
                head = self._written = self._caught_up()
                last = self._store.rows.last_published()
                now = int(self._clock())
                if last is None or last[0] > head.tree.size:
                    raise Contradiction(
                        "la dernière tête publiée manque, ou compte plus d'enregistrements que le journal"
                    )
                fresh = last[0] < head.tree.size and not 0 <= now - last[2] < age_s
                if fresh:
                    if self._anchor is not None:
                        self._anchor.keep(head.note)
                    self._store.publish(head.tree.size, head.note, now)
                    if now // 3600 != last[2] // 3600:
                        self._store.thin(now - _THIN_AFTER_S)
            return Published(head.tree.size, head.note, now, fresh) if fresh else Published(*last, fresh)

    def cosign(self, size: int, note: str) -> None:
        """Put the note with its cosignatures in the place of the one published at that size. Raises LogUnavailable."""
        with self._guarding():
            self._connected()
            with self._store.writing():
                rows = {found: at for found, _, at in self._store.rows.published()}
                if size in rows:
                    self._store.publish(size, note, int(str(rows[size])))

    def condemn(self, why: str) -> None:
        """Sign nothing more until a restart: somebody outside remembers another history."""
        self._store.disconnect()
        self.reason = self.condemned = f"rien ne sera plus ajouté au journal : {why}"

    def prune(self, numbers: Sequence[int]) -> int:
        """Erase what these records say; their leaves stay, and the tree with them. How many were there to be erased.

        To be justified by an `erased` record, or the log does not verify any more. Raises LogUnavailable.
        """
        with self._guarding():
            self._connected()
            with self._store.writing():
                return self._store.prune(numbers)

    def close(self) -> None:
        """Let go of the store."""
        self._store.disconnect()

    @contextmanager
    def _guarding(self) -> Iterator[None]:
        """Whatever goes wrong inside, nothing half written stays behind, and the reason is kept."""
        if self.condemned:
            raise LogUnavailable(self.condemned)
        try:
            yield
        except Contradiction as error:
            self.close()
            self.reason = self.condemned = f"le journal ne se vérifie plus, rien n'y sera ajouté : {error}"
            raise LogUnavailable(self.reason) from error
        except Exception as error:
            # Whatever it was, it stands between a record and the disk: fail closed, say why, and nothing leaves.
            self.close()
            self._failed = self._failed or not self._store.innocent(error)
            self.reason = f"le journal ne peut pas être écrit : {described(error)}"
            raise LogUnavailable(self.reason) from error
        self.reason = ""

    def _append(self, entries: Sequence[bytes]) -> int:
        growth = Growth.of(self._connected(), entries, self._signer)
        self._pending = growth
        if not self._store.advance(growth):
            with self._store.writing():
                self._pending = growth = Growth.of(self._caught_up(), entries, self._signer)
                if not self._store.advance(growth):
                    raise Contradiction("la tête a changé pendant que nous la tenions")
        self._written = growth.after
        return growth.before.tree.size

    def _settled(self, entries: Sequence[bytes], lost: Unsettled) -> int:
        """After a connection was lost with a batch on it: look whether it is there; if not, write it once more."""
        growth = self._pending
        if growth is None:
            raise lost
        self._store.disconnect()
        self._failed = True
        self._connect()
        last = growth.after.tree.size - 1
        for seq, _, _, chain in self._store.rows.records(last):
            if (seq, chain) == (last, growth.after.tree.chain):
                return growth.before.tree.size
            break
        try:
            return self._append(entries)
        except Unsettled as again:
            raise again from lost

    def _connected(self) -> Head:
        """The head we know, once there is a connection."""
        if not self._store.connected or self._written is None:
            self._connect()
        if self._written is None:
            raise Contradiction("aucune tête n'a été lue")
        return self._written

    def _connect(self) -> None:
        first_time = self._written is None
        memories = memories_of(self._anchor, self._remembered, self._signer.verifier) if first_time else []
        new = first_time and not any(memory.checkpoint.size for memory in memories)
        try:
            self._store.connect(new=new, doubtful=self._failed)
        except FileNotFoundError:
            expect_remembered(self._store.name, None, memories)
            raise
        with self._store.writing():
            if first_time and self._store.blank():
                expect_remembered(self._store.name, None, memories)
                self._store.found(Head.signed(Tree(), self._signer), int(self._clock()))
            head = self._caught_up()
            expect_remembered(self._store.name, tiles_of(self._store.rows, head), memories)
            self._store.touch()
        if first_time and self._anchor is not None and not memories:
            self._anchor.keep(head.note)
        self._written = head
        self._failed = False

    def _caught_up(self) -> Head:
        return continued(self._store.rows, self._written, self._signer.verifier)
