# SPDX-License-Identifier: EUPL-1.2
"""Whoever else sees a published head and says so: witnesses and time-stamping authorities, each asked in a thread.

The publisher waits for them a little, and a request never does. One that is slow or dead is left for longer and longer,
and health says so. One that remembers another history of this log is the end of it: nothing more is signed.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from gateway.audit.ledger import Published
from gateway.audit.reader import LogReader

LOG = logging.getLogger("dlnuf.audit")

FIRST_REST_S = 8.0
LONGEST_REST_S = 600.0


class Diverged(Exception):
    """Somebody remembers another history of this log than its store. The message says who and what, in French."""


class Failed(Exception):
    """A countersigner did not do its part, this time. The message says why, in French."""


class Outsider(Protocol):
    """One who is shown each published head."""

    @property
    def name(self) -> str: ...

    def countersign(self, note: str, reader: LogReader) -> Sequence[str]:
        """The signature lines to add to the note, already checked. Raises Diverged, Failed; takes a few seconds."""
        ...

    def state(self) -> dict[str, Any]:
        """How it stands, for health."""
        ...


class Asked:
    """An outsider as the publisher asks it (publisher.Countersigner), with the rests it is left when it fails.

    `condemn`: told when it remembers another history; nothing may be signed after that.
    """

    def __init__(
        self, one: Outsider, reader: LogReader, condemn: Callable[[str], None], monotonic: Callable[[], float]
    ) -> None:
        self._one = one
        self._reader = reader
        self._condemn = condemn
        self._monotonic = monotonic
        self._busy = threading.Lock()
        self._until = 0.0
        self._failures = 0
        self.trouble = ""
        """Why it failed the last time; empty when it did not."""

    @property
    def name(self) -> str:
        """As health calls it."""
        return self._one.name

    def state(self) -> dict[str, Any]:
        """How it stands, for health."""
        return {"name": self.name, **self._one.state(), "trouble": self.trouble or None}

    async def countersign(self, published: Published) -> Sequence[str]:
        """Signature lines without their ends. Raises Failed, and for an outsider left to rest says why again."""
        if self._monotonic() < self._until:
            raise Failed(self.trouble)
        return await asyncio.to_thread(self._ask, published.note)

    def _ask(self, note: str) -> list[str]:
        if not self._busy.acquire(blocking=False):
            raise Failed("pas encore de réponse à la tête précédente")
        try:
            lines = [line.removesuffix("\n") for line in self._one.countersign(note, self._reader)]
        except Diverged as error:
            LOG.critical("log_diverged", extra={"who": self.name, "reason": str(error)})
            self._condemn(str(error))
            self._failed(str(error))
            raise Failed(str(error)) from error
        except Failed as error:
            self._failed(str(error))
            raise
        except Exception as error:
            # Whatever it was, it concerns this outsider alone: the log and the others go on, and it is said.
            LOG.exception("countersigner_broke", extra={"who": self.name})
            self._failed(f"erreur imprévue ({type(error).__name__})")
            raise Failed(self.trouble) from error
        finally:
            self._busy.release()
        self.trouble = ""
        self._failures = 0
        return lines

    def _failed(self, why: str) -> None:
        """Leave it alone, for longer each time."""
        self.trouble = why
        self._until = self._monotonic() + min(LONGEST_REST_S, FIRST_REST_S * 2.0**self._failures)
        self._failures = min(self._failures + 1, 16)
