# SPDX-License-Identifier: EUPL-1.2
"""What a store must be able to do for the one who writes it, and how it may fail.

Each call that changes something is one transaction, or part of the one that `writing` holds; when it returns, the
change is on the disk. A store checks by itself, when connected, that its settings do not promise more than they keep.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from gateway.audit.growth import Growth, Head
from gateway.audit.stores.rows import Rows


class Contradiction(Exception):
    """The store does not hold together, or forgets what we wrote: it is not written any more."""


class Unsettled(Exception):
    """The connection was lost while a batch was being committed: it may be there or not. One has to look."""


class Store(Protocol):
    """One writer's hand on a store. Not for several threads at once. `name`: as messages call it.

    Other processes may write as well: between `begin` and the end of `writing`, they wait.
    """

    @property
    def name(self) -> str: ...

    @property
    def rows(self) -> Rows:
        """The rows as this connection sees them."""
        ...

    @property
    def connected(self) -> bool:
        """Whether there is a connection, which may work or not."""
        ...

    def connect(self, *, new: bool, doubtful: bool) -> None:
        """Connect. `new`: tables may be created if there is nothing. `doubtful`: the last write failed, and what is
        read now may not be on the disk; it is, after this. Raises FileNotFoundError: nothing is there, and not `new`.
        """
        ...

    def disconnect(self) -> None:
        """Let go, and leave nothing half written. May be called again."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Hold the writers' lock for the time of the block, and commit at its end. After an exception: disconnect."""
        ...

    def blank(self) -> bool:
        """Whether there is neither a record nor a head: a log may be founded. Within `writing`."""
        ...

    def found(self, head: Head, at: int) -> None:
        """Write the first head, of no record, which counts as published. Within `writing`."""
        ...

    def touch(self) -> None:
        """Write something that changes nothing, or learn that nothing can be written. Within `writing`."""
        ...

    def advance(self, growth: Growth) -> bool:
        """Write a batch and its head in place of the head it starts from; False, and nothing, when that one is gone.

        A transaction of its own, but within `writing`. Raises Unsettled.
        """
        ...

    def publish(self, size: int, note: str, at: int) -> None:
        """Keep a head as published; the one of this size is replaced. Within `writing`."""
        ...

    def thin(self, before: int) -> None:
        """Of the heads published before that moment, keep the first of each hour. Within `writing`."""
        ...

    def prune(self, numbers: Sequence[int]) -> int:
        """Erase the bytes of these records; how many had some. Within `writing`."""
        ...

    def innocent(self, error: Exception) -> bool:
        """Whether an error only means that somebody else holds the store: nothing of ours is in doubt."""
        ...
