# SPDX-License-Identifier: EUPL-1.2
"""The rows of a log's store as they stand, believed in nothing: what is read, verified and continued."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol


class Rows(Protocol):
    """One state of a store. The columns are those of layout.py, and a forger may have put anything into them."""

    def schema_complaint(self) -> str | None:
        """What the store holds other than our tables, in French; None when it holds nothing else."""
        ...

    def heads(self) -> list[tuple[object, ...]]:
        """size, root, chain, frontier, note of each row of `head`: there should be one."""
        ...

    def records(self, start: int | None = None) -> Iterable[tuple[object, object, object, object]]:
        """seq, leaf, entry, chain, in the order of seq, from `start` on or from the very first."""
        ...

    def last_record(self) -> tuple[object, object] | None:
        """seq and chain of the last record."""
        ...

    def entries(self, start: int, stop: int) -> list[tuple[int, bytes | None, bytes]]:
        """seq, entry, leaf of the records from `start` to `stop - 1` that exist, in order."""
        ...

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """Their leaves only."""
        ...

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of a tile of level 1 or above."""
        ...

    def tiles(self) -> Iterable[tuple[object, object, object]]:
        """level, index, hashes of every tile."""
        ...

    def published(self) -> Iterable[tuple[object, object, object]]:
        """size, note, at, in the order of size."""
        ...

    def last_published(self) -> tuple[int, str, int] | None:
        """The last of them."""
        ...


class Source(Protocol):
    """A store to read from. `name`: as messages call it."""

    @property
    def name(self) -> str: ...

    def reading(self) -> AbstractContextManager[Rows]:
        """One state of the store for the block, whatever is written meanwhile. Raises what trouble.unreadable knows."""
        ...

    def close(self) -> None:
        """Let go of the store, until the next reading."""
        ...

    def state(self) -> object:
        """What changes when the store was moved under a reading; equal when it was not. Raises OSError."""
        ...
