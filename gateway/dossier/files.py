# SPDX-License-Identifier: EUPL-1.2
"""The files at work: the only place where one changes. Disk first, then memory, then whoever listens.

A change is a new value of the file and the events that tell it, written together. Files are kept in memory while they
are used, at most so many; what leaves memory is read again from the store.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from gateway.dossier.refusals import refused
from gateway.dossier.store import Event, Store
from gateway.dossier.values import Candidature
from gateway.dossier.words import Standing

IN_MEMORY = 1_000
TOLD = frozenset(
    (
        "dossier.complet", "dossier.depose", "dossier.irrecevable", "dossier.retire", "piece.completee",
        "contestation.recue", "contestation.repondue", "alerte.expiration", "alerte.procedure_collective",
    )
)  # fmt: skip
"""The events that the portal's webhook is told of; the others are for who watches."""

Happened = tuple[str, Mapping[str, Any]]
Change = Callable[[Candidature], tuple[Candidature, Sequence[Happened]]]


class Files:
    """All files. `now`: epoch seconds. One event loop."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self.store = store
        self._now = now
        self._open: OrderedDict[str, Candidature] = OrderedDict()
        self._watching: dict[str, set[asyncio.Event]] = {}
        self._to_deliver: Callable[[], None] = lambda: None

    def when_something_must_be_delivered(self, wake: Callable[[], None]) -> None:
        """Who sends webhooks."""
        self._to_deliver = wake

    def get(self, identifier: str) -> Candidature:
        """A file. Raises 404 00700."""
        found = self.find(identifier)
        if found is None:
            raise refused("00700")
        return found

    def find(self, identifier: str) -> Candidature | None:
        """A file, if there is one of this id."""
        found = self._open.get(identifier) or self.store.load(identifier)
        if found is not None:
            self._remember(found)
        return found

    def create(
        self, dossier: Candidature, key: str, digest: str, also: Callable[[Candidature], None] | None = None
    ) -> None:
        """Add a file, bound to the idempotency key it came with; durable when this returns.

        `also`: what else is written, or nothing is.
        """
        now = int(self._now())
        with self.store.writing(durable=True):
            self.store.create(dossier)
            if key:
                self.store.remember(dossier.habilitation_id, key, digest, dossier.id, now)
            self.store.happened(dossier.id, now, "dossier.ouvert", {})
            if also is not None:
                also(dossier)
        self._remember(dossier)

    def change(self, identifier: str, change: Change, *, durable: bool = False) -> Candidature:
        """Apply a change and tell it. Raises what `change` raises; then nothing happened, nothing is filed."""
        before = self.get(identifier)
        now = int(self._now())
        deliver = False
        with self.store.writing(durable=durable):
            after, happened = change(before)
            self.store.save(before, after)
            if after.standing is Standing.WITHDRAWN and before.standing is not Standing.WITHDRAWN:
                self.store.empty(identifier)
            for name, facts in happened:
                event = self.store.happened(identifier, now, name, dict(facts))
                if after.webhook is not None and name in TOLD:
                    self.store.outbox.add(identifier, event.seq, now, after.habilitation_id, after.webhook.url)
                    deliver = True
        self._remember(after)
        if happened:
            self._tell(identifier)
        if deliver:
            self._to_deliver()
        return after

    def erase(self, identifier: str) -> None:
        """Take a file away for good: the end of its retention."""
        with self.store.writing():
            self.store.erase(identifier)
        self._open.pop(identifier, None)
        self._tell(identifier)

    def events(self, identifier: str, after: int) -> list[Event]:
        """What happened after an event."""
        return self.store.events(identifier, after)

    @contextmanager
    def watching(self, identifier: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something happens to the file; the watcher clears it."""
        something = asyncio.Event()
        self._watching.setdefault(identifier, set()).add(something)
        try:
            yield something
        finally:
            watchers = self._watching[identifier]
            watchers.discard(something)
            if not watchers:
                del self._watching[identifier]

    def _tell(self, identifier: str) -> None:
        for something in self._watching.get(identifier, ()):
            something.set()

    def _remember(self, dossier: Candidature) -> None:
        self._open[dossier.id] = dossier
        self._open.move_to_end(dossier.id)
        while len(self._open) > IN_MEMORY:
            self._open.popitem(last=False)
