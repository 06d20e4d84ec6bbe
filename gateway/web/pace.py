# SPDX-License-Identifier: EUPL-1.2
"""How often one address may try to sign in. Each refusal is a record: without a limit, anybody could fill the log."""

from collections.abc import Callable

TRIES_A_MINUTE = 60
ADDRESSES = 20_000
"""Counted in a minute; beyond, newcomers wait for the next one."""


class Pace:
    """Tries by address, in the current minute. `now`: epoch seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._minute = 0
        self._tries: dict[str, int] = {}

    def spend(self, address: str) -> bool:
        """Count a try; False when it is one too many."""
        minute = int(self._now() // 60)
        if minute != self._minute:
            self._minute, self._tries = minute, {}
        if address not in self._tries and len(self._tries) >= ADDRESSES:
            return False
        count = self._tries[address] = self._tries.get(address, 0) + 1
        return count <= TRIES_A_MINUTE
