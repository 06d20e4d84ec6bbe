# SPDX-License-Identifier: EUPL-1.2
"""What the tests of commitments share: keys on a file, drawn from a counter, and a clock that does not move."""

import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gateway.audit.subject import Subjects
from gateway.audit.subject_keys import KeyStore, SqliteKeys

MASTER = b"m" * 32
NOVEMBER = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def drawing(name: str) -> Callable[[int], bytes]:
    """Bytes that differ from call to call, and from name to name; the same in every run."""
    numbers = itertools.count()
    return lambda size: hashlib.shake_256(f"{name} {next(numbers)}".encode()).digest(size)


def subjects(folder: Path, name: str = "essai", store: KeyStore | None = None) -> Subjects:
    """Commitments whose keys are in this folder."""
    return Subjects(MASTER, store or SqliteKeys(folder / "subjects.db"), drawing(name), lambda: 0.0)
