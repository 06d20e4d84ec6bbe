# SPDX-License-Identifier: EUPL-1.2
"""A circuit breaker for one registry: after too many failures in a row, it is left alone for a moment.

closed ── failures in a row ─▶ open ── the pause is over ─▶ half open ── one try ─▶ closed, or open again.
While open, callers are told at once that the registry is unavailable, and in how many seconds it will be tried again,
instead of waiting for a time-out each. Only troubles of the registry itself count: « not found » is a good answer.

A registry that says « too often », and for how long, is left alone at once for so long (QUIET_S at most), whatever it
answered before: asking on is how a quota becomes a ban.
"""

import math
from collections.abc import Callable

from connectors.kit import RegistryError, RegistryTimeout, RegistryUnavailable
from connectors.kit.errors import NetworkDown, RegistryNameUnknown

QUIET_S = 60
TROUBLES = (RegistryUnavailable, RegistryTimeout, RegistryNameUnknown, NetworkDown)


class Breaker:
    """`failures`: how many in a row open it; `pause_s`: how long it stays open; `monotonic`: seconds that only grow."""

    def __init__(self, failures: int, pause_s: float, monotonic: Callable[[], float]) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._monotonic = monotonic
        self._in_a_row = 0
        self._open_until = 0.0
        self._trying = False
        self._throttled: RegistryError | None = None
        self._quiet_until = 0.0

    @property
    def state(self) -> str:
        """`closed`, `open` or `half_open`."""
        if self._in_a_row < self._limit:
            return "closed"
        return "open" if self._monotonic() < self._open_until else "half_open"

    def before(self) -> None:
        """To be called before asking. Raises while it is left alone: RegistryUnavailable, or its own « too often »."""
        if self._throttled is not None:
            if (left := self._quiet_until - self._monotonic()) > 0:
                raise self._throttled.told_again(math.ceil(left))
            self._throttled = None
        match self.state:
            case "open":
                raise RegistryUnavailable(retry_in=math.ceil(self._open_until - self._monotonic()))
            case "half_open" if self._trying:
                raise RegistryUnavailable(retry_in=1)
            case "half_open":
                self._trying = True

    def after(self, error: BaseException | None) -> None:
        """To be called with what became of the question; None when it was answered."""
        self._trying = False
        if isinstance(error, RegistryError) and error.throttles and error.retry_in:
            self._throttled = error
            self._quiet_until = max(self._quiet_until, self._monotonic() + min(error.retry_in, QUIET_S))
        if error is None or (isinstance(error, RegistryError) and not isinstance(error, TROUBLES)):
            self._in_a_row = 0
            return
        if isinstance(error, TROUBLES):
            self._in_a_row += 1
            if self._in_a_row >= self._limit:
                self._open_until = self._monotonic() + self._pause_s
