# SPDX-License-Identifier: EUPL-1.2
"""The gateway with a log that keeps nothing: what an exchange would cost if nobody had to account for it."""

import itertools
import sys
from typing import Any

from gateway import app
from gateway.audit.ledger import Published
from gateway.cli.main import main


class ForgetfulLog:
    """Answers at once, and keeps nothing."""

    reason = ""
    size = 0

    def __init__(self) -> None:
        self._numbers = itertools.count()

    @classmethod
    def open(cls, *_: Any, **__: Any) -> "ForgetfulLog":
        """Nothing to open."""
        return cls()

    async def append(self, entry: bytes) -> int:
        """The next number."""
        return next(self._numbers)

    async def publish(self, age_s: float = 0) -> Published:
        """Nothing to show."""
        return Published(0, "", 0, fresh=False)

    def close(self) -> None:
        """Nothing to write."""


if __name__ == "__main__":
    app.AuditLog = ForgetfulLog  # type: ignore[misc,assignment]  # the one place where a log may be missing
    sys.exit(main(sys.argv[1:]))
