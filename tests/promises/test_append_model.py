# SPDX-License-Identifier: EUPL-1.2
"""Record if and only if answer, at every step of an append: two writers on one log, and a fault before or after each.

The ledger and the store are the real ones; between them stands a store that fails as told, once, at a step of our
choice: before the step took place, or after, when it did and nobody could say so. Restarts, publications and restored
memories come in between, in any order that Hypothesis thinks of.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.audit.anchor import Anchor
from gateway.audit.growth import Growth
from gateway.audit.ledger import Ledger, LogUnavailable
from gateway.audit.note import open_checkpoint
from gateway.audit.stores.sqlite_store import SqliteStore
from gateway.audit.stores.store import Unsettled
from tests.gateway.audit.audit_world import SIGNER, entry, stored, verified

STEPS = ("connect", "begin", "commit", "advance", "publish", "touch")
Fault = tuple[str, Literal["before", "after"], Literal["error", "lost"]]
faults = st.none() | st.tuples(
    st.sampled_from(STEPS), st.sampled_from(("before", "after")), st.sampled_from(("error", "lost"))
)


class FailingStore(SqliteStore):
    """The real store, which fails once at the step it is told."""

    fault: Fault | None = None

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._fail(name, "before")
        yield
        self._fail(name, "after")

    def _fail(self, name: str, when: str) -> None:
        if self.fault is None or self.fault[:2] != (name, when):
            return
        kind, self.fault = self.fault[2], None
        # Only what may be committing leaves a doubt; elsewhere a lost connection is an error like another.
        raise Unsettled("lost") if kind == "lost" and name in ("commit", "advance") else OSError("scripted")

    def connect(self, *, new: bool, doubtful: bool) -> None:
        with self._step("connect"):
            super().connect(new=new, doubtful=doubtful)

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._fail("begin", "before")
        with super().writing():
            self._fail("begin", "after")
            yield
            self._fail("commit", "before")
        self._fail("commit", "after")

    def advance(self, growth: Growth) -> bool:
        with self._step("advance"):
            return super().advance(growth)

    def publish(self, size: int, note: str, at: int) -> None:
        with self._step("publish"):
            super().publish(size, note, at)

    def touch(self) -> None:
        with self._step("touch"):
            super().touch()


class TwoWriters(RuleBasedStateMachine):
    """What may happen to two writers of one log, and what was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="dlnuf-modele-")
        self.path = Path(self.folder.name) / "audit.db"
        self.answered: dict[int, bytes] = {}
        self.refused: set[bytes] = set()
        self.seen: list[str] = []
        self.next = 0
        self.stores = [FailingStore(self.path), FailingStore(self.path)]
        self.ledgers = [self._ledger(0), self._ledger(1)]
        with closing(self._ledger(0)) as founder:
            founder.open()

    def _ledger(self, who: int) -> Ledger:
        return Ledger(self.stores[who], SIGNER, Anchor(self.path.with_name(f"anchor-{who}")))

    @rule(who=st.integers(0, 1), count=st.integers(1, 300), fault=faults)
    def append(self, who: int, count: int, fault: Fault | None) -> None:
        """A batch, and perhaps a fault on its way."""
        batch = [entry(self.next + number) for number in range(count)]
        self.next += count
        self.stores[who].fault = fault
        try:
            first = self.ledgers[who].append(batch)
        except LogUnavailable:
            assert fault is not None, "refused for no reason"
            self.refused.update(batch)
        else:
            self.answered.update(enumerate(batch, first))
        self.stores[who].fault = None

    @rule(who=st.integers(0, 1), fault=faults)
    def publish(self, who: int, fault: Fault | None) -> None:
        """A publication, and perhaps a fault on its way."""
        self.stores[who].fault = fault
        try:
            self.seen.append(self.ledgers[who].publish().note)
        except LogUnavailable:
            assert fault is not None, "refused for no reason"
        self.stores[who].fault = None

    @rule(who=st.integers(0, 1))
    def die(self, who: int) -> None:
        """The process is gone, and another takes its place with its memory."""
        self.stores[who].disconnect()
        self.stores[who] = FailingStore(self.path)
        self.ledgers[who] = self._ledger(who)

    @precondition(lambda self: self.answered)
    @invariant()
    def what_was_answered_is_there(self) -> None:
        """At the number that was answered, and no writer ever gives up on a sound log."""
        assert not any(ledger.condemned for ledger in self.ledgers)

    def teardown(self) -> None:
        """Hold the log against everything."""
        try:
            self.hold()
        finally:
            for store in self.stores:
                store.disconnect()
            self.folder.cleanup()

    def hold(self) -> None:
        """What was answered is in the log, once, at its number; what was not was refused."""
        records = [bytes(content) for content in stored(self.path) if content is not None]
        assert {seq: records[seq] for seq in self.answered} == self.answered
        assert len(set(records)) == len(records), "a record is there twice"
        assert set(records) - set(self.answered.values()) <= self.refused
        sizes = [open_checkpoint(note, SIGNER.verifier).size for note in self.seen]
        assert sizes == sorted(sizes), "what is published never goes back"
        report = verified(self.path, *self.seen)
        assert report.problem is None, report.problem
        for who in (0, 1):
            with closing(self._ledger(who)) as again:
                again.open()


def test_a_batch_that_was_never_sent_is_not_taken_for_an_earlier_one() -> None:
    """The first is there although it was refused; the second is lost while connecting again, before it is written."""
    state = TwoWriters()
    state.append(who=0, count=1, fault=("advance", "after", "error"))
    state.append(who=1, count=1, fault=None)
    state.append(who=0, count=1, fault=("commit", "before", "lost"))
    assert list(state.answered) == [1]
    state.what_was_answered_is_there()
    state.teardown()


TestTwoWriters = TwoWriters.TestCase
TestTwoWriters.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
