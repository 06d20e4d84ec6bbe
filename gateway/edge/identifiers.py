# SPDX-License-Identifier: EUPL-1.2
"""The identifiers of exchanges: random UUIDs, their bytes drawn from the system for many at once.

Each draw is a call to the system, during which another thread may take the interpreter: to have it back, a request
would wait for the log's writer or the index, for longer than all of its own work takes.
"""

import os
import uuid
from collections.abc import Callable

AT_ONCE = 256
_BYTES = 16


class Identifiers:
    """Version 4 UUIDs, never the same twice. For one process: what is drawn is not shared with a copy of it."""

    def __init__(self, random: Callable[[int], bytes] = os.urandom) -> None:
        self._random = random
        self._drawn: list[bytes] = []

    def next(self) -> uuid.UUID:
        """The next one. Safe in any thread."""
        try:
            drawn = self._drawn.pop()
        except IndexError:
            many = self._random(AT_ONCE * _BYTES)
            drawn, *others = (many[start : start + _BYTES] for start in range(0, len(many), _BYTES))
            self._drawn.extend(others)
        return uuid.UUID(bytes=drawn, version=4)
