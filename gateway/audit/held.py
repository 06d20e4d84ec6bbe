# SPDX-License-Identifier: EUPL-1.2
"""Who has a log open for writing, so that nobody puts another in its place meanwhile.

Whoever writes holds the log, together with other writers, for as long as it lives: a log in a file by a lock on a file
beside it, which ends with its process however that ends; one in a database by a lock of its connection.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway.audit.stores.address import Place

PATIENCE_S = 5.0
HELD = "une passerelle ou une commande écrit dans ce journal : arrêtez-les toutes, puis recommencez"


class Held(Exception):
    """Somebody writes in the log. The message says so, in French."""


def hold(place: Place) -> Callable[[], None]:
    """Hold a log as one of its writers; the way to let it go. A database is held by its connections instead.

    A folder where nothing can be created, or a disk that knows no locks, hinders nobody from writing.
    """
    if isinstance(place, Path):
        with suppress(OSError):
            file = _opened(place)
            _share(file)
            return lambda: os.close(file)
    return lambda: None


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Make sure that nobody writes in a log for the time of a block. Raises Held, OSError, the database's errors."""
    if not isinstance(place, Path):
        from gateway.audit.stores.postgres import unwritten

        with unwritten(place) as free:
            if not free:
                raise Held(HELD)
            yield
        return
    file = _opened(place)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(HELD) from None
        yield
    finally:
        os.close(file)


def _share(file: int) -> None:
    """Wait for who begins another log, which takes a moment; who takes longer is not waited for."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            if not isinstance(error, BlockingIOError) or time.monotonic() >= until:
                os.close(file)
                raise
        time.sleep(0.02)


def _opened(path: Path) -> int:
    return os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
