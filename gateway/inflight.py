# SPDX-License-Identifier: EUPL-1.2
"""No two identical requests of one token at the same time: the second is refused, 409 `00015`.

The claim is given back however the first ends; the running service forgot to, after a later refusal.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.problems import problem
from gateway.values import Ask, Consumer


class InFlight:
    """The requests under way in this process."""

    def __init__(self) -> None:
        self._claimed: set[tuple[object, ...]] = set()

    @contextmanager
    def claim(self, ask: Ask, consumer: Consumer) -> Iterator[None]:
        """Hold the request for the time of the block. Raises 409 `00015` when the same one is held already."""
        key = (consumer.token_id, ask.product.id, ask.version, *ask.parameters.values(), ask.stated)
        if key in self._claimed:
            raise problem("00015")
        self._claimed.add(key)
        try:
            yield
        finally:
            self._claimed.discard(key)
